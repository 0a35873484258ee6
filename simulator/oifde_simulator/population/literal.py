"""Indexes the literal call sessions of a scenario: the cost of a query does not grow with their number."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from oifde_simulator.model.sessions import CallSession, Criteria, LazySlice
from oifde_simulator.population.completion import DERIVED_VDN, PartialRecord, WholeRecord, recording_name
from oifde_simulator.population.encoding import encode
from oifde_simulator.population.recordings.file_names import (
    BUSINESS_INFO,
    RecordingName,
    canonical,
    file_name_of,
)

NO_END = -(2**63) - 1
"""Stands for the end of a session that has none."""


class LiteralSession:
    """A literal record as a session, completed and encoded when it is first read."""

    __slots__ = ("_encoded", "_end", "_seed", "call_id", "cti_call_id", "start", "user", "users")

    def __init__(self, seed: PartialRecord) -> None:
        self.user: str = seed.user
        self.users: tuple[str, ...] = seed.users
        """Numbers of which each one finds the session."""
        self.start: int = seed.start
        self.call_id = seed.call_id
        self.cti_call_id: str | None = seed.given.get("ctiCallId")
        self._seed = seed
        self._encoded: bytes | None = None
        self._end: int | None = None

    settled = True
    """Its record stays as it is."""

    @property
    def given_file_name(self) -> str | None:
        """`recordFileName` that the scenario wrote; None where it wrote none."""
        return file_name_of(self._seed.given) if BUSINESS_INFO in self._seed.given else None

    @property
    def derived_file_name(self) -> str | None:
        """`recordFileName` that is derived; None where the scenario wrote its member, or derives none."""
        is_written = BUSINESS_INFO in self._seed.given or isinstance(self._seed, WholeRecord)
        return None if is_written else recording_name(self._seed)

    @property
    def record(self) -> Mapping[str, Any]:
        """Complete record, made anew at each access."""
        return self._seed.complete()

    @property
    def end(self) -> int | None:
        """End of the call, epoch milliseconds; None where the record has none. Computed once."""
        if self._end is None:
            found = self.record.get("endTime")
            self._end = int(found) if isinstance(found, int | float) else NO_END
        return None if self._end == NO_END else self._end

    @property
    def encoded(self) -> bytes:
        """Complete record as JSON text, made once."""
        if self._encoded is None:
            self._encoded = encode(self.record)
        return self._encoded


class LiteralSessions:
    """The literal records of one scenario, as sessions of one tenant."""

    def __init__(
        self, records: Iterable[Mapping[str, Any]], *, world: str, tenant: str, derive: bool = True
    ) -> None:
        """Index `records`; `world` is the scenario's own tenant id, `tenant` the id it is served under.

        Without `derive` they are sent as they stand.
        """
        kind = PartialRecord if derive else WholeRecord
        sessions = [
            LiteralSession(kind(record, world=world, tenant=tenant, place=place))
            for place, record in enumerate(records)
        ]
        # Guess: [order] newest startTime first; equal ones keep the file's order. One query would settle it.
        sessions.sort(key=lambda session: -session.start)
        self._all = Timeline(sessions)
        self._by_user = _timelines(sessions, lambda session: session.users)
        self._by_call = _timelines(sessions, lambda session: (session.call_id,))
        self._by_cti_call = _timelines(sessions, lambda session: (session.cti_call_id,))
        named = [(session.given_file_name, session) for session in reversed(sessions)]
        # Of equal names, the newest call has the file.
        self._by_recording = {canonical(name): session for name, session in named if name}
        vdns = (found.vdn for name in self._by_recording if (found := RecordingName.parse(name)))
        derives = any(session.derived_file_name for session in sessions)
        self._vdns = frozenset((*vdns, *((DERIVED_VDN,) if derives else ())))

    def __len__(self) -> int:
        return len(self._all.sessions)

    def call_ids(self) -> Iterable[str]:
        """List the callIds of all sessions, given and derived."""
        return self._by_call

    def select(self, criteria: Criteria, _now: int, /) -> Sequence[CallSession]:
        """Find the sessions that fit, newest first; the time `now` does not matter."""
        if criteria.call_id is not None:
            return self._by_call.get(criteria.call_id, NOTHING).filtered(criteria)
        if criteria.cti_call_id is not None:
            return self._by_cti_call.get(criteria.cti_call_id, NOTHING).filtered(criteria)
        timeline = self._all if criteria.user is None else self._by_user.get(criteria.user, NOTHING)
        return timeline.between(criteria.begin, criteria.end)

    def by_recording(self, file_name: str, _now: int, /) -> CallSession | None:
        """Find the session whose record names a file; the time `now` does not matter."""
        name = canonical(file_name)
        return self._by_recording.get(name) or self._derived(name)

    def has_vdn(self, vdn: str, /) -> bool:
        """Check that a record names a file under this ID of a virtual call center."""
        return vdn in self._vdns

    def _derived(self, name: str) -> CallSession | None:
        """Find the session of a derived name, which begins with the second of the call."""
        found = RecordingName.parse(name)
        second = found.name.partition("-")[0] if found else ""
        if not (second.isascii() and second.isdecimal()):
            return None
        calls = self._all.between(int(second) * 1000, int(second) * 1000 + 999)
        return next((each for each in calls if derived_file_name(each) == name), None)


def derived_file_name(session: CallSession) -> str | None:
    """Derive the name of a session's recording; None where its record has `businessInfoStr` itself."""
    return session.derived_file_name if isinstance(session, LiteralSession) else None


class Timeline:
    """Sessions newest first, with their starts for bisection."""

    def __init__(self, sessions: Sequence[LiteralSession]) -> None:
        self.sessions = sessions
        self._ages = [-session.start for session in sessions]

    def between(self, begin: int | None, end: int | None) -> Sequence[CallSession]:
        """Find the sessions that start from `begin` to `end`, both included, in epoch milliseconds."""
        if begin is None and end is None:
            return self.sessions
        first = 0 if end is None else bisect_left(self._ages, -end)
        stop = len(self._ages) if begin is None else bisect_right(self._ages, -begin)
        return LazySlice(self.sessions, first, stop)

    def filtered(self, criteria: Criteria) -> Sequence[CallSession]:
        """Find the sessions that fit by looking at each; for short timelines."""
        of_any, user = criteria._replace(user=None), criteria.user
        return [
            session
            for session in self.sessions
            if (user is None or user in session.users) and of_any.accepts(session)
        ]


NOTHING = Timeline(())


def _timelines(
    sessions: Iterable[LiteralSession], keys: Callable[[LiteralSession], Iterable[str | None]]
) -> dict[str, Timeline]:
    groups: dict[str, list[LiteralSession]] = defaultdict(list)
    for session in sessions:
        for name in dict.fromkeys(keys(session)):
            if name is not None:
                groups[name].append(session)
    return {name: Timeline(group) for name, group in groups.items()}
