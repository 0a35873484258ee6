"""One request and everything decided about it, as values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from oifde_simulator.model.http import Request, Response
from oifde_simulator.model.outcome import OutcomeRecorder
from oifde_simulator.model.sessions import CallSession
from oifde_simulator.model.vendor_errors import Problem
from oifde_simulator.wire.script import Script


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
    selection: Sequence[CallSession] = ()
    """All sessions that fit the query, of which the answer carries a page."""
    page: slice | None = None
    """Which of the selection the answer carries; None where it carries no records."""
    render: Callable[[Sequence[bytes], int], Response] | None = None
    """Makes the same answer with other records, as JSON texts, and another total."""


NO_FIELDS: Mapping[str, Any] = {}


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
    response: Response
    """What is sent in place of the honest answer; the same object where no rule changed it."""
    script: Script
    rule: str = ""
    """The name of the rule that spoiled it; empty where none did."""
    faults: tuple[str, ...] = ()
    """The names of the faults on its wire."""
    held_back: tuple[tuple[str, str], ...] = ()
    """Rules that were about the request but did not fire, and why."""
    notes: tuple[str, ...] = ()
    """What a rule could not do."""
    document: Mapping[str, Any] = field(default_factory=lambda: NO_FIELDS)
    """The decoded body of the request; empty when it could not be decoded."""
    outcome: OutcomeRecorder = field(default_factory=OutcomeRecorder)
    """Recorder that the sender of the answer fills."""
