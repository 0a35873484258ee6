"""The judgement of a rule's limits on what was counted.

Rule: every form of the state judges in this order; `reasons.py` has the words.
"""

from __future__ import annotations

from hashlib import sha1

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.model.turn import Candidate, Distinct, Limits
from oifde_simulator.state import reasons
from oifde_simulator.state.distinct import DistinctCount
from oifde_simulator.state.rates import RateCount, within


@dataclass(slots=True)
class Tally(RateCount):
    """Counts of one rule for one value, that of its rate among them."""

    matches: int = 0
    turns: int = 0
    distinct: DistinctCount | None = None
    """Values that were seen, where the rule waits for distinct ones."""

    @property
    def charge(self) -> int:
        """Bytes of what grows: the log of a sliding window, and distinct values."""
        return self.weight + (self.distinct.weight if self.distinct else 0)


def moved_already(state: str, candidate: Candidate) -> str:
    """Say that a value is where the rule would lead it, and that it does nothing else; "" where it is not."""
    if candidate.moves_only and candidate.becomes == state:
        return f"state: is {state} already"
    return ""


def chance(key: str, matches: int) -> int:
    """Draw a number of `CHANCE_BITS` bits for a key and a count of matches; Redis and Lua can draw it too."""
    # The first 52 bits of SHA-1, which Redis offers to scripts: no secret depends on it.
    return int(sha1(f"{key}{matches}".encode(), usedforsecurity=False).hexdigest()[:13], 16)


def count(candidate: Candidate, tally: Tally, now: int, in_flight: int = 0) -> str:
    """Count a match at `now` (tenant time, epoch milliseconds), the last of so many in flight.

    Returns the reason why it is not the rule's turn; "" when it is.
    """
    limits = candidate.limits
    tally.matches += 1
    first, skipped = "", limits.after
    if limits.distinct is not None:
        first, skipped = _seen(limits.distinct, candidate.distinct, tally)
    if limits.over and (reason := within(limits.over, tally, now)):
        return reason
    if limits.in_flight is not None and in_flight <= limits.in_flight:
        return reasons.in_flight(in_flight, limits.in_flight)
    if first:
        return first
    if tally.matches <= skipped:
        return reasons.after(tally.matches, skipped)
    if rest := (tally.matches - skipped) % limits.every:
        return reasons.every(rest, limits.every)
    if limits.probability < 1 and chance(candidate.chance_key, tally.matches) >= limits.threshold:
        return reasons.drawn_against(limits.probability)
    if limits.times is not None and tally.turns >= limits.times:
        return reasons.spent(tally.turns, limits.times)
    tally.turns += 1
    return ""


def _seen(distinct: Distinct, value: str, tally: Tally) -> tuple[str, int]:
    """See a value: the reason why its match does not count, or "", and the matches before those that do."""
    if tally.distinct is None:
        tally.distinct = DistinctCount()
    reason = tally.distinct.held_back(distinct, value, tally.matches)
    return reason, tally.distinct.passed


def no_head(taker: Candidate) -> str:
    """Say that the rule which takes the request sends no head, for one whose only effect is in the head."""
    return f"{taker.rule} sends no head"


def other_state(state: str, limits: Limits, told: str = "") -> str:
    """Say that a value is in another state than the rule wants; "" where it is not.

    `told` is what is to be said of the state, with a blank before.
    """
    if limits.state_is is None or state == limits.state_is:
        return ""
    return f"state: is {state}{told}, not {limits.state_is}"
