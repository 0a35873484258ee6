"""Joins literal and generated sessions; a literal one replaces the generated one of its callId."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import overload

from oifde_simulator.model.sessions import CallSession, Criteria
from oifde_simulator.population.history import History
from oifde_simulator.population.literal import LiteralSessions


class MergedSessions:
    """The sessions of one tenant, literal and generated."""

    def __init__(self, literal: LiteralSessions, generated: History) -> None:
        """Replace generated sessions by the literal ones of their callIds, whose other fields may differ."""
        self.literal = literal
        self.generated = generated.without(literal.call_ids())

    def select(self, criteria: Criteria, now: int) -> Sequence[CallSession]:
        """Find the sessions that fit, newest first; of equal starts, literal ones first."""
        literal = self.literal.select(criteria, now)
        generated = self.generated.select(criteria, now)
        if not literal:
            return generated
        return MergedSequence(literal, generated) if generated else literal

    def by_recording(self, file_name: str, now: int) -> CallSession | None:
        """Find the session whose record names a file; a literal one comes first."""
        return self.literal.by_recording(file_name, now) or self.generated.by_recording(file_name, now)

    def has_vdn(self, vdn: str) -> bool:
        """Check that recordings lie under this ID of a virtual call center."""
        return self.literal.has_vdn(vdn) or self.generated.has_vdn(vdn)


class MergedSequence(Sequence[CallSession]):
    """Two sequences, newest first, as one; an access costs little more in long ones."""

    def __init__(self, first: Sequence[CallSession], second: Sequence[CallSession]) -> None:
        """Join two sequences; of sessions with equal starts, those of `first` come first."""
        self._first = first
        self._second = second

    def __len__(self) -> int:
        return len(self._first) + len(self._second)

    @overload
    def __getitem__(self, index: int) -> CallSession: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[CallSession]: ...
    def __getitem__(self, index: int | slice) -> CallSession | Sequence[CallSession]:
        places = range(len(self))[index]
        if isinstance(places, int):
            return self._run(places, places + 1)[0]
        if not places:
            return []
        low, high = min(places[0], places[-1]), max(places[0], places[-1])
        run = self._run(low, high + 1)
        return [run[place - low] for place in places]

    def _run(self, begin: int, stop: int) -> list[CallSession]:
        """List the sessions from place `begin` up to, but not, `stop`."""
        fore, until = self._from_first(begin), self._from_first(stop)
        run = [*self._first[fore:until], *self._second[begin - fore : stop - until]]
        # The sort is stable and finds two runs in order: it merges them.
        return sorted(run, key=lambda session: -session.start)

    def _from_first(self, place: int) -> int:
        """Count the sessions before `place` that come from the first sequence."""
        least = max(0, place - len(self._second))
        most = min(place, len(self._first))

        def enough(count: int) -> bool:
            """Check that at most `count` of them come from the first sequence."""
            older = place - count - 1
            return older < 0 or self._first[count].start < self._second[older].start

        return bisect_left(range(most), True, least, most, key=enough)
