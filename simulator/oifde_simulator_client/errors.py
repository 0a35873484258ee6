"""Errors between a program and the control plane.

ControlError
├── Unreachable          no answer came (a ConnectionError too)
├── EventLoopRunning     a call would wait on the event loop that has to run meanwhile (a RuntimeError too)
└── ControlProblem       the control plane refused, said why, and changed nothing
    └── NotCome          fewer exchanges came than were waited for (a TimeoutError too)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from oifde_simulator_client.models import Exchange


def hides_frames(raised: Any) -> bool:
    """Tell pytest, as a `__tracebackhide__`, whether the message of an error is enough without our frames.

    `raised` is a `pytest.ExceptionInfo`. Frames of a defect of ours are shown.
    """
    return raised is not None and isinstance(raised.value, ControlError | AssertionError | ValueError)


class ControlError(Exception):
    """A request to the control plane that failed."""


class Unreachable(ControlError, ConnectionError):
    """A request without an answer: nothing listens there, or the connection broke."""

    def __init__(self, message: str, reason: str = "", *, timed_out: bool = False) -> None:
        """Keep the operating system's `reason` apart from the whole message."""
        super().__init__(message)
        self.reason = reason
        self.timed_out = timed_out
        """True if the control plane was silent until the timeout."""


class EventLoopRunning(ControlError, RuntimeError):
    """A blocking call on a running event loop that stops those for whom it waits."""


class ControlProblem(ControlError):
    """A refusal of the control plane (RFC 9457) that says what was expected and found, and what to do."""

    def __init__(self, status: int, document: Mapping[str, Any], request: str) -> None:
        """Take the answer to `request`, such as `PUT /listener`."""
        self.status = status
        self.type = str(document.get("type", "about:blank"))
        """Stable type of the problem; `about:blank` if the status says enough."""
        self.detail = str(document.get("detail", ""))
        self.errors = _texts(document.get("errors"))
        """Every error of a body, a scenario or rules; empty if `detail` says all."""
        self.document = document
        """Whole answer."""
        super().__init__("\n".join([_summary(request, status, self.detail), *_further(self)]))


def _summary(request: str, status: int, detail: str) -> str:
    return f"{request}: {status}: {detail}" if detail else f"{request}: {status}"


def _texts(given: Any) -> Sequence[str]:
    return tuple(map(str, given)) if isinstance(given, list) else ()


def _further(problem: ControlProblem) -> Iterator[str]:
    """List the errors that the detail, which is one of them, does not say."""
    return (f"  {error}" for error in problem.errors if error != problem.detail)


class NotCome(ControlProblem, TimeoutError):
    """A wait that timed out before enough exchanges came."""

    @property
    def entries(self) -> Sequence[Exchange]:
        """Exchanges received before the timeout."""
        from oifde_simulator_client.decode import build_exchange  # a health check does not need it

        return tuple(build_exchange(entry) for entry in self.document.get("entries", ()))

    @property
    def near_misses(self) -> Sequence[Mapping[str, Any]]:
        """Entries that differ least from the filter: `{"number": N, "differences": [text, ...]}`."""
        return tuple(self.document.get("nearMisses", ()))


NOT_COME = "urn:oifde-simulator:problem:not-come"
"""Type of the problem that is a NotCome."""


def create_problem(status: int, document: Mapping[str, Any], request: str) -> ControlProblem:
    """Create the exception for a refused request."""
    kind = NotCome if document.get("type") == NOT_COME else ControlProblem
    return kind(status, document, request)
