"""The judgement of a rate on the matches that were counted, in a window of its own or in one that slides.

Rule: values only, so that a script in a store can judge the same. Time is the tenant's, which may be moved
back: what was counted at instants that are still to come then counts no more, so nobody is locked out.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.model.turn import Rate
from oifde_simulator.state.reasons import in_sliding_window, in_window

LOG, INSTANT = 80, 9
"""Bytes of an empty log, and of each instant in it."""


@dataclass(slots=True)
class RateCount:
    """What was counted of one rate for one value. Instants are epoch milliseconds of the tenant's clock."""

    ends: int = 0
    """Instant at which the window ends; 0 before the first match."""
    in_window: int = 0
    refused_until: int = 0
    """Instant until which an enforced rate refuses; where a rate refuses, its Retry-After."""
    passed: array[int] | None = None
    """Log of a sliding window: instants of matches within the rate, at most `limit`, the oldest first."""

    @property
    def weight(self) -> int:
        """Bytes of the log."""
        return 0 if self.passed is None else LOG + INSTANT * len(self.passed)


def within(rate: Rate, count: RateCount, now: int) -> str:
    """Count a match at `now`; the reason why it is within the rate, or "" where it is beyond."""
    if count.refused_until > now + rate.window:  # only a clock that was moved back leads here
        count.refused_until = 0
    early = rate.enforce and now < count.refused_until
    number, renewed = (_sliding if rate.slide else _fixed)(rate, count, now)
    if number <= rate.limit and not early:
        if count.passed is None:
            return in_window(number, rate)
        count.passed.append(now)
        return in_sliding_window(number, rate)
    count.refused_until = now + rate.window if early else renewed
    return ""


def _fixed(rate: Rate, count: RateCount, now: int) -> tuple[int, int]:
    """Count a match in a window that began with a match, or ends at a known instant.

    Returns the number of the match there, and when the window ends.
    """
    known = rate.until is not None and rate.until != count.ends
    if known or not count.ends - rate.window <= now < count.ends:
        count.ends, count.in_window = now + rate.window if rate.until is None else rate.until, 0
    count.in_window += 1
    return count.in_window, count.ends


def _sliding(rate: Rate, count: RateCount, now: int) -> tuple[int, int]:
    """Find the number of a match among those of the last window, and when the oldest of them leaves it."""
    passed = count.passed
    if passed is None:
        passed = count.passed = array("q")
    del passed[bisect_right(passed, now) :]
    del passed[: bisect_right(passed, now - rate.window)]
    return len(passed) + 1, (passed[0] if passed else now) + rate.window
