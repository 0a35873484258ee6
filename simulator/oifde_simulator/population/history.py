"""Generated call sessions: every user number has a history, and no history is stored.

A lookup by number makes the days of that number; a lookup by ID decodes the ID and makes its one day. A
bounded cache keeps them.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence, Set

from oifde_simulator.clock import LATEST
from oifde_simulator.model.sessions import CallSession, Criteria
from oifde_simulator.population.arrivals.local_days import DAY
from oifde_simulator.population.arrivals.timetable import Timetable
from oifde_simulator.population.cached_records import CachedRecords, RecordSource, SessionCache
from oifde_simulator.population.generated_sessions import GeneratedSession, NewestFirst
from oifde_simulator.population.ids import DecodedId, IdCodec, is_number

NEVER = LATEST + 1
"""Time that no clock reaches, epoch milliseconds."""


class History:
    """The generated sessions of one tenant."""

    def __init__(
        self,
        timetable: Timetable,
        ids: IdCodec,
        records: RecordSource,
        cache: SessionCache,
        left_out: Mapping[str, Set[int]] | None = None,
    ) -> None:
        """Take `left_out` sessions away: starts in epoch seconds, by user number."""
        self._timetable = timetable
        self._ids = ids
        self.source = records
        """Makes the records."""
        self._cache = cache
        self._records = CachedRecords(records, cache)
        self._left_out = left_out or {}
        # Part of each key of the cache, instead of the history, which would otherwise outlive its tenant.
        self._mark = object()

    def without(self, call_ids: Iterable[str]) -> History:
        """Copy the history without the sessions of these callIds; unknown ones are ignored."""
        left_out: dict[str, set[int]] = {user: set(starts) for user, starts in self._left_out.items()}
        for origin in filter(None, map(self._ids.decode_call_id, call_ids)):
            left_out.setdefault(origin.user, set()).add(origin.begin)
        return History(self._timetable, self._ids, self.source, self._cache, left_out)

    def select(self, criteria: Criteria, now: int) -> Sequence[CallSession]:
        """Find the sessions that have begun by `now` (epoch milliseconds) and fit, newest first."""
        if criteria.call_id is not None:
            return self._by_id(self._ids.decode_call_id(criteria.call_id), criteria, now)
        if criteria.cti_call_id is not None:
            return self._by_id(self._ids.decode_cti_call_id(criteria.cti_call_id), criteria, now)
        user = criteria.user
        if user is None or not is_number(user):
            return ()
        last = now // 1000 // DAY
        starts = self._cache.starts.get(
            (self._mark, user, last), lambda: self._of(user, last - self._timetable.days, last)
        )
        first, stop = self._window(starts, criteria, now)
        return NewestFirst(self._records, user, starts, first, stop, now)

    def by_recording(self, path: str, now: int) -> CallSession | None:
        """Find the session whose recording has this path (`recordFileName`); None where none has.

        No store is needed: the name of the file carries user and time, masked and with a check.
        """
        origin = self.source.recorded(path)
        if origin is None:
            return None
        return next(iter(self._at(origin.user, origin.begin, Criteria(), now)), None)

    def has_vdn(self, vdn: str) -> bool:
        """Check that recordings lie under this ID of a virtual call center."""
        return self.source.has_vdn(vdn)

    def steady_until(self, criteria: Criteria, now: int) -> int:
        """Tell until when `select` finds the same as at `now`, at least; `now` where that is not known."""
        if criteria.call_id is not None or criteria.cti_call_id is not None:
            found = self.select(criteria, now)
            return self._forgotten(found[0].start // 1000) if found else now
        if criteria.user is None or not is_number(criteria.user):
            return NEVER
        found = self.select(criteria, now)
        assert isinstance(found, NewestFirst)
        midnight = (now // 1000 // DAY + 1) * DAY * 1000
        goes_on = criteria.end is None or criteria.end >= now
        begins = [start * 1000 for start in found.starts[found.stop : found.stop + 1] if goes_on]
        goes = [self._forgotten(start) for start in found.starts[found.first : found.first + 1]]
        return min([midnight, *begins, *goes])

    def _forgotten(self, begin: int) -> int:
        """Tell when a session is no longer kept, epoch milliseconds."""
        return (begin + self._timetable.days * DAY) * 1000

    def _of(self, user: str, first: int, last: int) -> array[int]:
        """Compute a user's starts from UTC day `first` to `last`, both included, ascending."""
        return self._kept(user, self._timetable.starts(user, first, last))

    def _kept(self, user: str, starts: array[int]) -> array[int]:
        left_out = self._left_out.get(user)
        return array("q", (start for start in starts if start not in left_out)) if left_out else starts

    def _window(self, starts: Sequence[int], criteria: Criteria, now: int) -> tuple[int, int]:
        """Find first and stop index in `starts` (ascending) of sessions that are kept, have begun and fit."""
        kept_from = now - self._timetable.days * DAY * 1000 + 1
        begin = kept_from if criteria.begin is None else max(kept_from, criteria.begin)
        end = now if criteria.end is None else min(now, criteria.end)
        return bisect_left(starts, -(-begin // 1000)), bisect_right(starts, end // 1000)

    def _by_id(self, origin: DecodedId | None, criteria: Criteria, now: int) -> Sequence[CallSession]:
        return () if origin is None else self._at(origin.user, origin.begin, criteria, now)

    def _at(self, user: str, begin: int, criteria: Criteria, now: int) -> Sequence[CallSession]:
        """Find the session that begins at this second, where there is one and it fits."""
        starts = self._kept(user, self._timetable.between(user, begin, begin))
        first, stop = self._window(starts, criteria, now)
        session = GeneratedSession(self._records, user, begin, now)
        return (session,) if first < stop and criteria.accepts(session) else ()
