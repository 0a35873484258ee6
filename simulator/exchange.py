"""One request and everything decided about it, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.errors import Problem
from simulator.http import Request, Response
from simulator.wire import Script


@dataclass(slots=True)
class Answer:
    """What the service says, and what it noticed on the way."""

    response: Response
    fields: Mapping[str, Any]
    """The members of the answer's body, but for a record list."""
    problems: tuple[Problem, ...] = ()
    """Everything wrong with the request; the first decided the answer."""
    warnings: tuple[str, ...] = ()
    """Mistakes of the client that the real service would let pass."""


@dataclass(slots=True)
class Exchange:
    """One request and everything decided about it."""

    at: int
    """When it was decided: epoch milliseconds on the tenant's clock."""
    tenant: str
    """The tenant's id; empty when the request named none that is known."""
    endpoint: str
    """The operation's name, such as `queryRecordHistory`; empty for another path."""
    request: Request
    honest: Answer
    script: Script
