"""What goes wrong between a program and the control plane.

ControlError
├── Unreachable        nobody answers there (a ConnectionError too)
└── ControlProblem     the control plane refused; it says why, and has changed nothing
    └── NotCome        fewer exchanges came than were waited for (a TimeoutError too)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from oifde_simulator.client.decode import exchange
from oifde_simulator.client.models import Exchange


def told(raised: Any) -> bool:
    """Whether pytest, whose `__tracebackhide__` this is, need not show our frames: the message says it all.

    `raised` is a `pytest.ExceptionInfo`; of a defect of ours every frame is shown.
    """
    return raised is not None and isinstance(raised.value, ControlError | AssertionError | ValueError)


class ControlError(Exception):
    """The control plane did not do what was asked."""


class Unreachable(ControlError, ConnectionError):
    """No answer came: nobody listens there, or the connection broke."""

    def __init__(self, message: str, reason: str = "") -> None:
        """Keep the operating system's `reason` apart from the whole message."""
        super().__init__(message)
        self.reason = reason


class ControlProblem(ControlError):
    """A refusal of the control plane (RFC 9457): what was expected, what was found, what to do."""

    def __init__(self, status: int, document: Mapping[str, Any], what: str) -> None:
        """`what` is the request that was refused, such as `PUT /listener`."""
        self.status = status
        self.type = str(document.get("type", "about:blank"))
        """Stable; `about:blank` where the status says it all."""
        self.detail = str(document.get("detail", ""))
        self.document = document
        """The whole answer."""
        super().__init__(f"{what}: {status}: {self.detail}" if self.detail else f"{what}: {status}")


class NotCome(ControlProblem, TimeoutError):
    """Fewer exchanges came in time than were waited for."""

    @property
    def entries(self) -> Sequence[Exchange]:
        """What did come."""
        return tuple(exchange(entry) for entry in self.document.get("entries", ()))

    @property
    def near_misses(self) -> Sequence[Mapping[str, Any]]:
        """The entries that differ least: `{"number": N, "differences": [text, ...]}`."""
        return tuple(self.document.get("nearMisses", ()))


NOT_COME = "urn:oifde-simulator:problem:not-come"


def problem(status: int, document: Mapping[str, Any], what: str) -> ControlProblem:
    """The exception for a refusal."""
    kind = NotCome if document.get("type") == NOT_COME else ControlProblem
    return kind(status, document, what)
