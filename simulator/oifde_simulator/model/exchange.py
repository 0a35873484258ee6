"""Hold one request and every decision about it, as values.

Rule: no I/O; the room that sends an answer reports its end on `Outcome`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Any, Protocol

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.model.decision import NOT_KEPT, RecordedDecision
from oifde_simulator.model.http import Request, Response
from oifde_simulator.model.insertion import Insertion
from oifde_simulator.model.outcome import OutcomeRecorder
from oifde_simulator.model.sessions import CallSession
from oifde_simulator.model.turn import Fired, HeldBack
from oifde_simulator.model.vendor_errors import Problem
from oifde_simulator.wire.octets import LazyOctets
from oifde_simulator.wire.script import Script


class OtherSounds(Protocol):
    """Sounds that can be sent in the place of a recording."""

    def silent(self) -> LazyOctets | None:
        """Make a recording as long as the call with nothing in it; None where nothing is heard anyway."""
        ...

    def of_another_call(self) -> LazyOctets | None:
        """Find the recording of another call of the same user; None where there is none."""
        ...


@dataclass(slots=True)
class Answer:
    """Answer of the service, with its findings about the request."""

    response: Response
    fields: Mapping[str, Any]
    """Members of the body, without the records."""
    problems: tuple[Problem, ...] = ()
    """Problems of the request; the answer is about the first."""
    warnings: tuple[str, ...] = ()
    """Mistakes of the client that the service lets pass."""
    selection: Sequence[CallSession] = ()
    """Sessions that fit the query, on all pages."""
    page: slice | None = None
    """Places in `selection` of the records in this answer; None where it has no records."""
    render: Callable[[Sequence[bytes], int], Response] | None = None
    """Function from other records (JSON texts) and another total to a response; None without records."""
    other_sounds: OtherSounds | None = None
    """Sounds in the place of the recording that is answered; None where none is."""


NO_FIELDS: Mapping[str, Any] = {}


@dataclass(slots=True)
class Exchange:
    """One request and every decision about it."""

    at: int
    """Time of the decision: epoch milliseconds on the tenant's clock."""
    tenant: str
    """Tenant id; empty where the request belongs to no tenant."""
    endpoint: str
    """Name of the operation; empty for another path or method."""
    request: Request
    honest: Answer
    response: Response
    """Response to send; the honest one, as the same object, where no rule changed it."""
    script: Script
    rule: str = ""
    """Name of the rule that fired: it changed the script, ended a good token or changed a state.

    Where one that took the request has not fired, it is the first of those that went along.
    """
    faults: tuple[str, ...] = ()
    """Names of the faults that changed the script, of all rules that fired."""
    held_back: tuple[HeldBack, ...] = ()
    """Rules that matched but did not fire, each with the reason."""
    notes: tuple[str, ...] = ()
    """Effects that rules could not have on this answer."""
    document: Mapping[str, Any] = field(default_factory=lambda: NO_FIELDS)
    """Decoded request body; empty where it could not be decoded."""
    decision: RecordedDecision = NOT_KEPT
    """What the journal keeps of how it was decided."""
    outcome: OutcomeRecorder = field(default_factory=OutcomeRecorder)
    """Recorder that the sender of the answer fills."""
    turn: str = ""
    """Name of the rule whose turn it was, which may have changed nothing; empty where it was nobody's."""
    inserted: Sequence[Insertion] = ()
    """What the placeholders of the rule that fired have become."""
    fired: tuple[Fired, ...] = ()
    """Rules that fired, in their order: the one that took the request, and those that went along."""

    @property
    def rules(self) -> tuple[str, ...]:
        """Names of all rules that fired, in their order."""
        if len(self.fired) > 1:
            return tuple(each.rule for each in self.fired)
        return (self.rule,) if self.rule else ()

    def faults_of(self, rule: str) -> tuple[str, ...]:
        """Names of the faults of one rule that changed the script."""
        return next((each.faults for each in self.fired if each.rule == rule), ())
