"""Indexes the literal call sessions of a scenario: the cost of a query does not grow with their number."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from oifde_simulator.model.sessions import CallSession, Criteria, LazySlice
from oifde_simulator.population.completion import PartialRecord, WholeRecord
from oifde_simulator.population.encoding import encode


class LiteralSession:
    """A literal record as a session, completed and encoded when it is first read."""

    __slots__ = ("_encoded", "_seed", "call_id", "cti_call_id", "start", "user")

    def __init__(self, seed: PartialRecord) -> None:
        self.user: str = seed.user
        self.start: int = seed.start
        self.call_id = seed.call_id
        self.cti_call_id: str | None = seed.given.get("ctiCallId")
        self._seed = seed
        self._encoded: bytes | None = None

    @property
    def record(self) -> Mapping[str, Any]:
        """Complete record, made anew at each access."""
        return self._seed.complete()

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
        self._by_user = _timelines(sessions, lambda session: session.user)
        self._by_call = _timelines(sessions, lambda session: session.call_id)
        self._by_cti_call = _timelines(sessions, lambda session: session.cti_call_id)

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


class Timeline:
    """Sessions newest first, with their starts for bisection."""

    def __init__(self, sessions: Sequence[CallSession]) -> None:
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
        return [session for session in self.sessions if criteria.accepts(session)]


NOTHING = Timeline(())


def _timelines(
    sessions: Iterable[CallSession], key: Callable[[CallSession], str | None]
) -> dict[str, Timeline]:
    groups: dict[str, list[CallSession]] = defaultdict(list)
    for session in sessions:
        name = key(session)
        if name is not None:
            groups[name].append(session)
    return {name: Timeline(group) for name, group in groups.items()}
