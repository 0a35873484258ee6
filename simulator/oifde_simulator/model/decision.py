"""How an exchange was decided, as far as its bodies can be made again of it. No credential is in it.

Rule: plain values, since a store may keep them elsewhere. What is the same for most exchanges is shared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from oifde_simulator.model.http import Headers
from oifde_simulator.wire.script import Close, Script, Send, Wait

MOST_ACTIONS = 32
"""Actions of one script that are kept; faults can make thousands."""
FIRED, ACTION, ALONG = 500, 40, 300
"""Bytes of memory that the decision of a rule takes, one of its actions, and a rule that went along."""

Timed = int | float | str
"""One action: bytes that are sent, seconds of a wait, or the name of an end."""


class RecordedAlong(NamedTuple):
    """What a rule has drawn that went along."""

    rule: str
    definition: str
    """Digest of the rule as it was written."""
    draw: bytes
    """Key of what it drew."""


class RecordedDecision(NamedTuple):
    """One decision. All but the first two members are of exchanges at which a rule has fired."""

    epoch: int
    """Epoch of the tenant: another one has another scenario, or counts anew."""
    head: int
    """Bytes of the head as decided before faults."""
    definition: str = ""
    """Digest of the rule that took the request, as it was written; empty where none did and fired."""
    draw: bytes = b""
    """Key of what the rule drew: a hash of seed, rule, counted values and count."""
    retry_after: int | None = None
    """Seconds until a rate limit lets the client in again."""
    moved: bool = False
    """Whether its turn changed the state of its value."""
    number: int = 0
    """Count of the tokens that were issued before."""
    honest_headers: Headers = ()
    honest_bytes: int = 0
    """Size of the honest body."""
    actions: tuple[Timed, ...] = ()
    """The first actions of a script that faults have changed; empty where none has."""
    more: int = 0
    """Number of the actions after them."""
    matches: int = 1
    """Matches of the rule for its value, this one included."""
    along: tuple[RecordedAlong, ...] = ()
    """Rules that went along and fired, in their order."""

    @property
    def charge(self) -> int:
        """Bytes of memory that it takes for itself; 0 where it is shared."""
        if not (self.draw or self.along):
            return 0
        return FIRED + ACTION * len(self.actions) + ALONG * len(self.along)


NOT_KEPT = RecordedDecision(-1, 0)
"""Stands for a decision that nobody has recorded."""


def timed(script: Script) -> Iterator[Timed]:
    """Write the actions of a script as plain values."""
    for action in script:
        match action:
            case Send(octets):
                yield len(octets)
            case Wait(seconds):
                yield float(seconds)
            case _:
                yield "close" if isinstance(action, Close) else "reset"


def timeline(actions: Iterable[Timed]) -> list[Mapping[str, Any]]:
    """Write actions with the seconds after the decision at which each is due."""
    found: list[Mapping[str, Any]] = []
    at = 0.0
    for action in actions:
        if isinstance(action, str):
            found.append({"at": round(at, 6), "do": action})
        elif isinstance(action, float):
            found.append({"at": round(at, 6), "do": "wait", "seconds": action})
            at += action
        else:
            found.append({"at": round(at, 6), "do": "send", "bytes": action})
    return found
