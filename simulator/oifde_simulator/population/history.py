"""Generated call sessions: any number has a history, and nobody stored it.

A lookup by number makes that number's days; a lookup by ID decodes the ID and makes that one
day. What was made is remembered within a bound, and forgetting it changes nothing.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any, NamedTuple, Protocol, overload

from oifde_simulator.bounded_cache import Remembered
from oifde_simulator.model.sessions import CallSession, Criteria
from oifde_simulator.population.encoding import encode
from oifde_simulator.population.ids import DecodedId, IdCodec, is_number
from oifde_simulator.population.timetable import DAY, Timetable

STARTS_KEPT = 500_000
"""Starts of users' sessions that are remembered: 4 MB."""
OCTETS_KEPT = 16 * 1024 * 1024
"""Encoded records that are remembered, in bytes."""


class RecordSource(Protocol):
    """Says what a generated session is, once its user and its first second are known."""

    def call_id(self, user: str, begin: int) -> str:
        """Its callId; `begin` is in epoch seconds."""
        ...

    def cti_call_id(self, user: str, begin: int) -> str | None:
        """Its ctiCallId; None outside voice calls."""
        ...

    def record(self, user: str, begin: int, now: int) -> Mapping[str, Any]:
        """Its record as it is at `now`, epoch milliseconds."""
        ...


class FinishedRecord(NamedTuple):
    """The record of a session that has ended."""

    since: int
    """When it ended, epoch milliseconds; from then on it does not change."""
    encoded: bytes
    """JSON text."""


class SessionCache:
    """What was made and may be asked for again; one for all of a server, so that it has one bound."""

    def __init__(self) -> None:
        self.starts: Remembered[array[int]] = Remembered(STARTS_KEPT, lambda starts: len(starts) + 40)
        self.settled: Remembered[FinishedRecord] = Remembered(
            OCTETS_KEPT, lambda settled: len(settled.encoded)
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
        """`left_out` are starts, epoch seconds, by number, at which there is no session after all."""
        self._timetable = timetable
        self._ids = ids
        self._records = records
        self._memory = memory
        self._left_out = left_out or {}
        # What is remembered stands under this, so that it keeps no history alive whose tenant is gone.
        self._mark = object()

    def without(self, call_ids: Iterable[str]) -> History:
        """The same history without the sessions of these callIds; those it has none of do no harm."""
        left_out: dict[str, set[int]] = {user: set(starts) for user, starts in self._left_out.items()}
        for origin in filter(None, map(self._ids.decode_call_id, call_ids)):
            left_out.setdefault(origin.user, set()).add(_begin(origin, 1000))
        return History(self._timetable, self._ids, self._records, self._memory, left_out)

    def select(self, criteria: Criteria, now: int) -> Sequence[CallSession]:
        """The sessions that have begun by `now` (epoch milliseconds) and fit, newest first."""
        if criteria.call_id is not None:
            return self._by_id(self._ids.decode_call_id(criteria.call_id), 1000, criteria, now)
        if criteria.cti_call_id is not None:
            return self._by_id(self._ids.decode_cti_call_id(criteria.cti_call_id), 1, criteria, now)
        user = criteria.user
        if user is None or not is_number(user):
            return ()
        last = now // 1000 // DAY
        starts = self._memory.starts.get(
            (self._mark, user, last), lambda: self._of(user, last - self._timetable.days, last)
        )
        first, stop = self._window(starts, criteria, now)
        return NewestFirst(self, user, starts, first, stop, now)

    def record(self, user: str, begin: int, now: int) -> Mapping[str, Any]:
        """The record of a session as it is at `now`."""
        return self._records.record(user, begin, now)

    def call_id(self, user: str, begin: int) -> str:
        """Its callId."""
        return self._records.call_id(user, begin)

    def cti_call_id(self, user: str, begin: int) -> str | None:
        """Its ctiCallId; None outside voice calls."""
        return self._records.cti_call_id(user, begin)

    def encoded(self, user: str, begin: int, now: int) -> bytes:
        """Its record as JSON text; that of a session that has ended is remembered."""
        name = (self._mark, user, begin)
        settled = self._memory.settled.find(name)
        # A clock may be set back, to when the session still went on.
        if settled and settled.since <= now:
            return settled.encoded
        record = self.record(user, begin, now)
        text = encode(record)
        if settled is None and (end := record.get("endTime")) is not None:
            self._memory.settled.keep(name, FinishedRecord(end, text))
        return text

    def _of(self, user: str, first: int, last: int) -> array[int]:
        """A user's starts from UTC day `first` to `last`, both inside, ascending."""
        starts = self._timetable.starts(user, first, last)
        left_out = self._left_out.get(user)
        return array("q", (start for start in starts if start not in left_out)) if left_out else starts

    def _window(self, starts: Sequence[int], criteria: Criteria, now: int) -> tuple[int, int]:
        """Where in `starts` (ascending) the sessions lie that are kept, have begun and fit."""
        kept_from = now - self._timetable.days * DAY * 1000 + 1
        begin = kept_from if criteria.begin is None else max(kept_from, criteria.begin)
        end = now if criteria.end is None else min(now, criteria.end)
        return bisect_left(starts, -(-begin // 1000)), bisect_right(starts, end // 1000)

    def _by_id(
        self, origin: DecodedId | None, unit: int, criteria: Criteria, now: int
    ) -> Sequence[CallSession]:
        if origin is None:
            return ()
        begin = _begin(origin, unit)
        starts = self._of(origin.user, begin // DAY, begin // DAY)
        first, stop = self._window(starts, criteria, now)
        if begin not in starts[first:stop]:
            return ()
        session = GeneratedSession(self, origin.user, begin, now)
        return (session,) if criteria.accepts(session) else ()


def _begin(origin: DecodedId, unit: int) -> int:
    """The epoch second in which the session of an ID begins; `unit` is that of the ID's time, in a second."""
    # An ID tells when the call reached us: in the second before the one in which the session began.
    return origin.at // unit + 1


class GeneratedSession:
    """A session that is made whenever it is asked for."""

    __slots__ = ("_begin", "_history", "_now", "user")

    def __init__(self, history: History, user: str, begin: int, now: int) -> None:
        """`begin` is in epoch seconds; `now`, in epoch milliseconds, is when it is looked at."""
        self.user = user
        self._history = history
        self._begin = begin
        self._now = now

    @property
    def start(self) -> int:
        """Epoch milliseconds."""
        return self._begin * 1000

    @property
    def call_id(self) -> str:
        """Its callId."""
        return self._history.call_id(self.user, self._begin)

    @property
    def cti_call_id(self) -> str | None:
        """Its ctiCallId; None outside voice calls."""
        return self._history.cti_call_id(self.user, self._begin)

    @property
    def record(self) -> Mapping[str, Any]:
        """The record as it is now: without `endTime` while the session goes on."""
        return self._history.record(self.user, self._begin, self._now)

    @property
    def encoded(self) -> bytes:
        """The record as JSON text."""
        return self._history.encoded(self.user, self._begin, self._now)


class NewestFirst(Sequence[CallSession]):
    """A stretch of a user's starts as sessions, newest first; a slice makes only its own."""

    def __init__(
        self, history: History, user: str, starts: Sequence[int], first: int, stop: int, now: int
    ) -> None:
        self._history = history
        self._user = user
        self._starts = starts
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
        return GeneratedSession(self._history, self._user, self._starts[place], self._now)
