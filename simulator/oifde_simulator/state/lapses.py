"""States that last only for a while: which one has followed by now.

Rule: values only, so that a script in a store can judge the same. A state that ended is followed at the
instant at which it ended, whenever it is looked at. Time is the tenant's, which may be moved back.
"""

from __future__ import annotations

from typing import NamedTuple

from oifde_simulator.model.turn import START, StateTimes
from oifde_simulator.quantities import seconds_text


class EnteredState(NamedTuple):
    """A state, as it was entered."""

    name: str
    at: int
    """Epoch milliseconds of the tenant's clock."""


class PresentState(NamedTuple):
    """A state, as it is now."""

    name: str
    at: int
    """When it was entered, epoch milliseconds of the tenant's clock."""
    ended: str
    """State whose time has passed, so that this one followed; empty for one that was entered."""

    def told(self, times: StateTimes, now: int) -> str:
        """Say how long it lasts, or since when it has followed another; with a blank before, or empty."""
        if lasting := times.lasting.get(self.name):
            return f" for {seconds_text(self.at + lasting.milliseconds - now)} more"
        return f" since {self.ended} ended {seconds_text(now - self.at)} ago" if self.ended else ""


def begun(entered: EnteredState, times: StateTimes, now: int) -> EnteredState:
    """Have a state that was entered at a time that is still to come begin now.

    Only a clock that was moved back leads there. So no state lasts longer than its time.
    """
    return EnteredState(entered.name, now) if now < entered.at and entered.name in times.lasting else entered


def present(entered: EnteredState, times: StateTimes, now: int) -> PresentState:
    """Follow the states that have ended by `now`, in at most two steps for each state there is."""
    name, at = entered
    ended = ""
    passed: dict[str, int] = {}
    while (lasting := times.lasting.get(name)) and now - at >= lasting.milliseconds:
        if name in passed:  # a circle: whole rounds lead back to the same state
            length = at - passed[name]
            at += (now - at) // length * length
            passed.clear()
            continue
        passed[name] = at
        at += lasting.milliseconds
        ended, name = name, lasting.then
    return PresentState(name, at, ended)


def present_of(entered: EnteredState | None, times: StateTimes, now: int) -> PresentState:
    """Tell the state of a value at `now`; None is of one that never left the first state."""
    return present(begun(entered or EnteredState(START, times.since), times, now), times, now)
