"""Generated call sessions: every user number has a history, and no history is stored.

A lookup by number makes the days of that number; a lookup by ID decodes the ID and makes its one day. A
bounded cache keeps them, and its size changes no answer.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any, NamedTuple, Protocol, overload

from oifde_simulator.bounded_cache import BoundedCache
from oifde_simulator.clock import LATEST
from oifde_simulator.model.sessions import CallSession, Criteria
from oifde_simulator.population.arrivals.local_days import DAY
from oifde_simulator.population.arrivals.timetable import Timetable
from oifde_simulator.population.encoding import encode_text
from oifde_simulator.population.ids import DecodedId, IdCodec, is_number

STARTS_KEPT = 4 << 20
"""Size of the starts of sessions in the cache, in bytes: some 500,000."""
RECORDS_KEPT = 16 << 20
"""Size of the encoded records in the cache, in bytes."""
ENDS_KEPT = 4 << 20
"""Size of the ends of sessions in the cache, in bytes; it stays empty where no query compares them."""
NEVER = LATEST + 1
"""Time that no clock reaches, epoch milliseconds."""
NAME = 150
"""Bytes that the name of one value takes: a mark, a user number and a time."""


class RecordSource(Protocol):
    """Makes IDs and records of generated sessions from user numbers and first seconds."""

    def call_id(self, user: str, begin: int) -> str:
        """Compute the callId of a session; `begin` is in epoch seconds."""
        ...

    def cti_call_id(self, user: str, begin: int) -> str | None:
        """Compute the ctiCallId of a session; None outside voice calls."""
        ...

    def dialog_type(self, user: str, begin: int) -> str:
        """Tell the dialogType of a session."""
        ...

    def recorded(self, path: str) -> DecodedId | None:
        """Find user and first second of the session whose recording has this path."""
        ...

    def has_vdn(self, vdn: str) -> bool:
        """Check that recordings lie under this ID of a virtual call center."""
        ...

    def record(self, user: str, begin: int, now: int) -> Mapping[str, Any]:
        """Make the record of a session as it is at `now`, epoch milliseconds."""
        ...

    def text(self, user: str, begin: int, now: int) -> tuple[str, int | None]:
        """Write that record as JSON; the second value is the end of the session, None while it goes on."""
        ...

    def end(self, user: str, begin: int) -> int:
        """Compute when a session ends, epoch milliseconds."""
        ...


class FinishedRecord(NamedTuple):
    """The encoded record of a session that has ended."""

    since: int
    """End of the session, epoch milliseconds; the record does not change after it."""
    encoded: bytes
    """Record as JSON text."""


class SessionCache:
    """Bounded cache of starts and encoded records, one for all tenants of a server."""

    def __init__(self) -> None:
        self.starts: BoundedCache[array[int]] = BoundedCache(
            STARTS_KEPT, lambda name, starts: NAME + starts.itemsize * len(starts), share=2
        )
        self.ends: BoundedCache[int] = BoundedCache(ENDS_KEPT, lambda name, end: NAME)
        self.settled: BoundedCache[FinishedRecord] = BoundedCache(
            RECORDS_KEPT, lambda name, settled: NAME + len(settled.encoded)
        )


class History:
    """The generated sessions of one tenant."""

    def __init__(
        self,
        timetable: Timetable,
        ids: IdCodec,
        records: RecordSource,
        memory: SessionCache,
        left_out: Mapping[str, Set[int]] | None = None,
    ) -> None:
        """Take `left_out` sessions away: starts in epoch seconds, by user number."""
        self._timetable = timetable
        self._ids = ids
        self._records = records
        self._memory = memory
        self._left_out = left_out or {}
        # Part of each key of the cache, instead of the history, which would otherwise outlive its tenant.
        self._mark = object()

    def without(self, call_ids: Iterable[str]) -> History:
        """Copy the history without the sessions of these callIds; unknown ones are ignored."""
        left_out: dict[str, set[int]] = {user: set(starts) for user, starts in self._left_out.items()}
        for origin in filter(None, map(self._ids.decode_call_id, call_ids)):
            left_out.setdefault(origin.user, set()).add(origin.begin)
        return History(self._timetable, self._ids, self._records, self._memory, left_out)

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
        starts = self._memory.starts.get(
            (self._mark, user, last), lambda: self._of(user, last - self._timetable.days, last)
        )
        first, stop = self._window(starts, criteria, now)
        return NewestFirst(self, user, starts, first, stop, now)

    def by_recording(self, path: str, now: int) -> CallSession | None:
        """Find the session whose recording has this path (`recordFileName`); None where none has.

        No store is needed: the name of the file carries user and time, masked and with a check.
        """
        origin = self._records.recorded(path)
        if origin is None:
            return None
        return next(iter(self._at(origin.user, origin.begin, Criteria(), now)), None)

    def has_vdn(self, vdn: str) -> bool:
        """Check that recordings lie under this ID of a virtual call center."""
        return self._records.has_vdn(vdn)

    def record(self, user: str, begin: int, now: int) -> Mapping[str, Any]:
        """Make the record of a session as it is at `now`."""
        return self._records.record(user, begin, now)

    def end(self, user: str, begin: int) -> int:
        """Compute when a session ends, epoch milliseconds; the cache keeps it."""
        name = (self._mark, user, begin)
        known = self._memory.ends.find(name)
        if known is None:
            known = self._memory.ends.keep(name, self._records.end(user, begin))
        return known

    def call_id(self, user: str, begin: int) -> str:
        """Compute the callId of a session."""
        return self._records.call_id(user, begin)

    def dialog_type(self, user: str, begin: int) -> str:
        """Tell the dialogType of a session."""
        return self._records.dialog_type(user, begin)

    def cti_call_id(self, user: str, begin: int) -> str | None:
        """Compute the ctiCallId of a session; None outside voice calls."""
        return self._records.cti_call_id(user, begin)

    def encoded(self, user: str, begin: int, now: int) -> bytes:
        """Encode the record of a session as JSON text; the cache keeps it once the session has ended."""
        name = (self._mark, user, begin)
        settled = self._memory.settled.find(name)
        # A clock may be set back to a time before the end of the session.
        if settled and settled.since <= now:
            return settled.encoded
        text, end = self._records.text(user, begin, now)
        encoded = encode_text(text)
        if settled is None and end is not None:
            self._memory.settled.keep(name, FinishedRecord(end, encoded), NAME + len(encoded))
        return encoded

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

    def is_settled(self, user: str, begin: int, now: int) -> bool:
        """Check that the record of a session, which was encoded at `now`, changes no more."""
        settled = self._memory.settled.find((self._mark, user, begin))
        return settled is not None and settled.since <= now

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
        session = GeneratedSession(self, user, begin, now)
        return (session,) if first < stop and criteria.accepts(session) else ()


class GeneratedSession:
    """A generated session, made whenever it is read."""

    __slots__ = ("_begin", "_history", "_now", "user")

    def __init__(self, history: History, user: str, begin: int, now: int) -> None:
        """Take the start in epoch seconds, and the time `now` of reading in epoch milliseconds."""
        self.user = user
        self._history = history
        self._begin = begin
        self._now = now

    @property
    def start(self) -> int:
        """Start of the session, epoch milliseconds."""
        return self._begin * 1000

    @property
    def end(self) -> int | None:
        """End of the session, epoch milliseconds; None while it goes on."""
        end = self._history.end(self.user, self._begin)
        return end if end <= self._now else None

    @property
    def settled(self) -> bool:
        """Whether its record, which was encoded, stays as it is."""
        return self._history.is_settled(self.user, self._begin, self._now)

    @property
    def call_id(self) -> str:
        """The session's callId."""
        return self._history.call_id(self.user, self._begin)

    @property
    def cti_call_id(self) -> str | None:
        """The session's ctiCallId; None outside voice calls."""
        return self._history.cti_call_id(self.user, self._begin)

    @property
    def record(self) -> Mapping[str, Any]:
        """Record of the session at the time of reading; it lacks `endTime` while the session goes on."""
        return self._history.record(self.user, self._begin, self._now)

    @property
    def encoded(self) -> bytes:
        """Record of the session as JSON text."""
        return self._history.encoded(self.user, self._begin, self._now)


class NewestFirst(Sequence[CallSession]):
    """A range of a user's starts as a sequence of sessions, newest first; a slice makes no other session."""

    def __init__(
        self, history: History, user: str, starts: Sequence[int], first: int, stop: int, now: int
    ) -> None:
        self._history = history
        self._user = user
        self.starts = starts
        """Starts of the user's sessions, epoch seconds, ascending; more than those of the selection."""
        self.first, self.stop = first, stop
        """Places of the selection in `starts`."""
        self._places = range(stop - 1, first - 1, -1)
        self._now = now

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, index: int) -> CallSession: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[CallSession]: ...
    def __getitem__(self, index: int | slice) -> CallSession | Sequence[CallSession]:
        places = self._places[index]
        if isinstance(places, int):
            return self._session(places)
        return [self._session(place) for place in places]

    def _session(self, place: int) -> CallSession:
        return GeneratedSession(self._history, self._user, self.starts[place], self._now)
