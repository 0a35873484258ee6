"""Show a request and its honest answer as fields, for the conditions of rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.model.http import UNKNOWN_PEER, Peer

ABSENT: Any = object()
"""Value of a field that is absent."""


class View(NamedTuple):
    """Fields of one exchange that a rule can match."""

    endpoint: str
    request: Mapping[str, Any]
    """Fields of the decoded body; empty where it could not be decoded."""
    headers: Mapping[str, str]
    """Headers by case-insensitive name."""
    response: Mapping[str, Any]
    """Fields of the honest answer, and its `status`."""
    peer: Peer = UNKNOWN_PEER
    """Sender of the request."""

    @property
    def client_certificate(self) -> Mapping[str, str]:
        """Fields of the certificate that the client has shown; empty without one."""
        return self.peer.certificate or {}


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Reason why a rule does not match a request."""

    place: str
    """Part and name of the field, such as `request.pageNum`."""
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.place}: expected {self.expected}, found {self.found}"
