"""Generated sessions as values: one is its start, and its record is made when it is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, overload

from oifde_simulator.model.sessions import CallSession
from oifde_simulator.population.cached_records import CachedRecords


class GeneratedSession:
    """A generated session, made whenever it is read."""

    __slots__ = ("_begin", "_now", "_records", "user")

    def __init__(self, records: CachedRecords, user: str, begin: int, now: int) -> None:
        """Take the start in epoch seconds, and the time `now` of reading in epoch milliseconds."""
        self.user = user
        self._records = records
        self._begin = begin
        self._now = now

    @property
    def start(self) -> int:
        """Start of the session, epoch milliseconds."""
        return self._begin * 1000

    @property
    def end(self) -> int | None:
        """End of the session, epoch milliseconds; None while it goes on."""
        end = self._records.end(self.user, self._begin)
        return end if end <= self._now else None

    @property
    def settled(self) -> bool:
        """Whether its record, which was encoded, stays as it is."""
        return self._records.is_settled(self.user, self._begin, self._now)

    @property
    def call_id(self) -> str:
        """The session's callId."""
        return self._records.call_id(self.user, self._begin)

    @property
    def cti_call_id(self) -> str | None:
        """The session's ctiCallId; None outside voice calls."""
        return self._records.cti_call_id(self.user, self._begin)

    @property
    def record(self) -> Mapping[str, Any]:
        """Record of the session at the time of reading; it lacks `endTime` while the session goes on."""
        return self._records.record(self.user, self._begin, self._now)

    @property
    def encoded(self) -> bytes:
        """Record of the session as JSON text."""
        return self._records.encoded(self.user, self._begin, self._now)


class NewestFirst(Sequence[CallSession]):
    """A range of a user's starts as a sequence of sessions, newest first; a slice makes no other session."""

    def __init__(
        self, records: CachedRecords, user: str, starts: Sequence[int], first: int, stop: int, now: int
    ) -> None:
        self._records = records
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
        return GeneratedSession(self._records, self._user, self.starts[place], self._now)
