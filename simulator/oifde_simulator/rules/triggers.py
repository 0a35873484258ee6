"""When a rule fires, of the times it matches: counts, chance, rates, windows and states.

Each test says why it holds a rule back, so that a report can tell a rule that was not about a
request from one whose turn it was not.
"""

from __future__ import annotations

from dataclasses import dataclass

from oifde_simulator.randomness import KeyedRandom
from oifde_simulator.state.memory.counters import Counters, Tally, Value


@dataclass(frozen=True, slots=True)
class Window:
    """`window`: a stretch of the tenant's time since load or reset, in milliseconds."""

    start: int = 0
    until: int | None = None
    repeat: int | None = None

    def holds_back(self, elapsed: int) -> str:
        """Why not now; empty when the window is open."""
        at = elapsed % self.repeat if self.repeat else elapsed
        if at < self.start:
            return f"window: opens in {self.start - at} ms"
        if self.until is not None and at >= self.until:
            return f"window: closed {at - self.until} ms ago"
        return ""


@dataclass(frozen=True, slots=True)
class Rate:
    """`over`: fires beyond `limit` matches in a fixed window, in milliseconds."""

    limit: int
    window: int
    enforce: bool = False
    """Whether a client that comes back before its Retry-After is refused again, and for longer."""

    def holds_back(self, tally: Tally, now: int) -> str:
        """Count one match at `now`; why it is within the rate, or empty when it is over it."""
        window = now // self.window
        if window != tally.window:
            tally.window, tally.in_window = window, 0
        tally.in_window += 1
        early = self.enforce and now < tally.refused_until
        if tally.in_window <= self.limit and not early:
            return f"over: {tally.in_window} of {self.limit} in this window"
        tally.refused_until = now + self.window if early else self.retry_at(now)
        return ""

    def retry_at(self, now: int) -> int:
        """Epoch milliseconds at which the next window opens."""
        return (now // self.window + 1) * self.window


@dataclass(frozen=True, slots=True)
class When:
    """The tests of one rule, in the order in which they are asked."""

    window: Window | None = None
    state_is: str | None = None
    over: Rate | None = None
    after: int = 0
    every: int = 1
    probability: float = 1.0
    times: int | None = None

    def holds_back(
        self, counters: Counters, rule: str, value: Value, moment: Moment, draw: KeyedRandom
    ) -> str:
        """Count a match; why the rule does not fire now, or empty when it does."""
        if self.window and (reason := self.window.holds_back(moment.elapsed)):
            return reason
        if self.state_is is not None and (state := counters.state(value)) != self.state_is:
            return f"state: is {state}, not {self.state_is}"
        tally = counters.tally(rule, value)
        tally.matches += 1
        if reason := self._counted_out(tally, moment.now):
            return reason
        if self.probability < 1 and not draw.chance(self.probability):
            return f"probability: {self.probability:g} was drawn against"
        if self.times is not None and tally.fired >= self.times:
            return f"times: has fired {tally.fired} of {self.times}"
        tally.fired += 1
        return ""

    def _counted_out(self, tally: Tally, now: int) -> str:
        if self.over and (reason := self.over.holds_back(tally, now)):
            return reason
        if tally.matches <= self.after:
            return f"after: match {tally.matches} of the first {self.after}"
        if (tally.matches - self.after) % self.every:
            return f"every: match {(tally.matches - self.after) % self.every} of each {self.every}"
        return ""


@dataclass(frozen=True, slots=True)
class Moment:
    """When a request is decided, on the tenant's clock."""

    now: int
    """Epoch milliseconds."""
    elapsed: int
    """Milliseconds since the scenario was loaded or reset."""
