"""Whose turn it is: the rules that are about a request, with the limits by which they are counted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from oifde_simulator.fast_dataclasses import dataclass

Value = tuple[str, ...]
"""Values of what a rule's `per` names, by which it is counted; `()` where it names nothing."""

START = "start"
"""State of a value that no rule has moved on."""

MOST_SLIDING = 10_000
"""Greatest limit of a sliding window: the instants of so many matches are kept for each value."""

MOST_LASTING = 100
"""States of one tenant that may have a time: each is followed by a step when it is looked at."""
MOST_DISTINCT = 10_000
"""Greatest count of `after: {distinct, count}`: so many values are kept for each value of `per`."""

MOST_IN_FLIGHT = 10_000
"""Greatest number of `over: {in_flight}`."""

CHANCE_BITS = 52
"""Bits of a drawn chance: as many as a double, the only number of Lua, holds exactly."""


@dataclass(frozen=True, slots=True)
class Rate:
    """`over`: a limit of matches in a window of tenant time, which the first match opens."""

    limit: int
    window: int
    """Milliseconds."""
    enforce: bool = False
    """Whether a client that comes back before its Retry-After is refused again, and for longer."""
    slide: bool = False
    """Whether the limit holds in any stretch of the window's length, at most `MOST_SLIDING` then."""
    until: int | None = None
    """Instant at which the present window ends, epoch milliseconds; None where the first match opens it."""


@dataclass(frozen=True, slots=True)
class Distinct:
    """`after: {distinct, count}`: matches pass until more than `count` distinct values were seen."""

    name: str
    """Name of what is read of the request, as in `per`."""
    count: int
    """At most `MOST_DISTINCT`."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Conditions of one rule that depend on what was counted."""

    state_is: str | None = None
    over: Rate | None = None
    in_flight: int | None = None
    """Exchanges that pass while they are in flight together, at most `MOST_IN_FLIGHT`."""
    after: int = 0
    distinct: Distinct | None = None
    every: int = 1
    probability: float = 1.0
    times: int | None = None

    @property
    def threshold(self) -> int:
        """Number below which a drawn chance of `CHANCE_BITS` bits lets the rule fire."""
        return int(self.probability * 2**CHANCE_BITS)


class Lasting(NamedTuple):
    """How long a state lasts."""

    milliseconds: int
    then: str = START
    """State that follows."""


class StateTimes(NamedTuple):
    """How long the states of one tenant last, by the rules that it has now."""

    since: int
    """Load or reset, epoch milliseconds of the tenant's clock: since then each value is in `START`."""
    lasting: Mapping[str, Lasting]
    """By state; the others last until a rule leads to another."""


class Candidate(NamedTuple):
    """One rule that is about a request, as the store of counts sees it."""

    rule: str
    value: Value
    limits: Limits
    becomes: str | None
    """State that the value enters when the rule takes its turn."""
    chance_key: str
    """Hexadecimal key of its chance; empty where the probability is 1."""
    moves_only: bool = False
    """Whether its turn changes nothing but the state, so that there is none where the state is `becomes`."""
    times: StateTimes | None = None
    """How long states last; None where each lasts until a rule leads to another."""
    distinct: str = ""
    """Value of which `limits.distinct` wants so many."""
    also: bool = False
    """Whether it goes along with the one that takes the request: its turn never ends the asking."""
    head_only: bool = False
    """Whether all that it does is in the head of the answer; of one that goes along."""
    sends_head: bool = True
    """Whether the head of an answer may be sent where it takes the request."""


class Lease(NamedTuple):
    """Place of an exchange among those in flight that one rule has counted, until it is given back."""

    tenant: str
    epoch: int
    rule: str
    value: Value
    number: int
    """Number among the leases of the tenant's epoch, so that one is given back once."""


Leases = tuple[Lease, ...]


class Along(NamedTuple):
    """What became of a candidate that goes along."""

    place: int
    """Index among the candidates."""
    matches: int
    """Matches of the rule for its value, this one included; 0 where it was not its turn."""
    why: str = ""
    """Reason why it was not its turn; empty where it was."""


class Turn(NamedTuple):
    """Answer of the store: the candidate whose turn it is, counted."""

    place: int
    """Index among the candidates; -1 where it is nobody's turn."""
    matches: int
    """Matches of the rule for its value, this one included; from 1."""
    retry_at: int | None
    """Epoch milliseconds after which a rate limit lets the client in; None without a rate."""
    held_back: tuple[str, ...]
    """Reasons of the candidates before it, in order; those that go along are left out."""
    changed: bool
    """Whether its value entered another state."""
    leases: Leases = ()
    """Leases of the candidates that count exchanges in flight; the end of this one gives them back."""
    along: tuple[Along, ...] = ()
    """What became of each candidate that goes along, in order."""


class HeldBack(NamedTuple):
    """A rule that was about a request and did not fire."""

    rule: str
    why: str
    per: tuple[str, ...] = ()
    """Names of what it was counted by, as its `per` has them; empty where nothing was counted for a value."""


class Fired(NamedTuple):
    """A rule that changed something, for the counts of a tenant and of coverage."""

    rule: str
    scenario: str
    """Scenario for which coverage counts the rule; empty where it does not."""
    definition: str
    """Digest of the rule as it was written; rules of one name may differ."""
    outcome: int
    """Place of its outcome among those of `one_of`."""
    faults: tuple[str, ...] = ()
    """Names of its faults that changed the script."""
