"""Counts of the last minutes, second by second: how many requests came, and how they ended.

Rule: memory is bounded whatever comes. A request is counted in the second of its decision; one whose answer
does not leave whole is moved to the broken ones of that second when that shows.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import NamedTuple

from oifde_simulator.model.counted_requests import MOST_OF_TENANTS, WINDOW
from oifde_simulator.model.entry import Entry
from oifde_simulator.model.outcome import Outcome

KINDS = ("honest", "spoiled", "refused", "broken")
"""Names of what is counted."""
HONEST, SPOILED, REFUSED, BROKEN = range(len(KINDS))
LOWEST_ERROR = 400
"""Lowest HTTP status of an error."""

Tally = list[int]
"""Number of requests by kind."""


class Second(NamedTuple):
    """Counts of one second."""

    at: int
    """Second by the clock of `RecentCounts`."""
    total: Tally
    tenants: dict[str, Tally]


class Series(NamedTuple):
    """Counts of a stretch of seconds, the newest last."""

    complete: bool
    """False where the oldest seconds of a tenant were forgotten, and are zeros here."""
    kinds: dict[str, list[int]]


class Counted(NamedTuple):
    """A request that was counted."""

    total: Tally
    own: Tally
    kind: int

    def end(self, _outcome: Outcome) -> None:
        """Move the request to the broken ones: its answer did not leave whole."""
        for tally in (self.total, self.own):
            tally[self.kind] -= 1
            tally[BROKEN] += 1


class RecentCounts:
    """Requests of one server in the last `WINDOW` seconds."""

    def __init__(self, uptime: Callable[[], float] = monotonic) -> None:
        """`uptime` tells seconds, and never goes back."""
        self._uptime = uptime
        self._seconds: deque[Second] = deque([self._empty(int(uptime()))])
        self._pairs = 0
        self._forgotten = -1
        """Last second whose tenants were forgotten to keep the bound."""

    def count(self, entry: Entry) -> Counted:
        """Count a request whose answer is decided."""
        newest, now = self._seconds[-1], int(self._uptime())
        at, total, tenants = newest
        if now > at:
            newest = self._begin(now)
            _, total, tenants = newest
        own = tenants.get(entry.tenant) or self._add(newest, entry.tenant)
        if entry.rule:
            kind = SPOILED
        elif entry.error_code or entry.status >= LOWEST_ERROR or entry.problems:
            kind = REFUSED
        else:
            kind = HONEST
        total[kind] += 1
        own[kind] += 1
        return tuple.__new__(Counted, (total, own, kind))  # `Counted(...)` costs twice as much

    def series(self, seconds: int, tenant: str | None = None) -> Series:
        """List the counts of the last seconds, of all tenants or of one (`""`: of none known)."""
        now = int(self._uptime())
        first = now - seconds + 1
        kinds: list[list[int]] = [[0] * seconds for _ in KINDS]
        for second in self._seconds:
            tally = second.total if tenant is None else second.tenants.get(tenant)
            if tally and first <= second.at <= now:
                for kind, number in zip(kinds, tally, strict=True):
                    kind[second.at - first] = number
        complete = tenant is None or self._forgotten < first
        return Series(complete, dict(zip(KINDS, kinds, strict=True)))

    def forget(self, tenant: str) -> None:
        """Forget the counts of a tenant that is gone; the total keeps them."""
        for second in self._seconds:
            self._pairs -= second.tenants.pop(tenant, None) is not None

    def _begin(self, now: int) -> Second:
        """Begin a second, and let go of those before the window."""
        seconds = self._seconds
        seconds.append(self._empty(now))
        while seconds[0].at <= now - WINDOW:
            self._pairs -= len(seconds.popleft().tenants)
        return seconds[-1]

    def _add(self, second: Second, tenant: str) -> Tally:
        """Begin the counts of a tenant in a second; the oldest seconds may have to go for it."""
        self._pairs += 1
        own = second.tenants[tenant] = [0] * len(KINDS)
        if self._pairs > MOST_OF_TENANTS:
            oldest = next(each for each in self._seconds if each.tenants)
            self._pairs -= len(oldest.tenants)
            oldest.tenants.clear()
            self._forgotten = oldest.at
        return own

    def _empty(self, at: int) -> Second:
        return Second(at, [0] * len(KINDS), {})
