"""What conditions can look at: a request and the honest answer to it, as fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

ABSENT: Any = object()
"""The value of a field that is not there."""


class View(NamedTuple):
    """What a rule can see of a request and of the honest answer to it."""

    endpoint: str
    request: Mapping[str, Any]
    """The fields of the decoded body; empty when it could not be decoded."""
    headers: Mapping[str, str]
    """Case-insensitive."""
    response: Mapping[str, Any]
    """The fields of the honest answer, and its `status`."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One reason why a rule is not about a request."""

    place: str
    """Such as `request.pageNum`."""
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.place}: expected {self.expected}, found {self.found}"
