"""Selects sessions by the time of their end, not of their start.

Starts are in order and ends are not. So of a long selection only sessions near its bounds are looked at:
those in between have begun after the first bound, and long enough before the last one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from oifde_simulator.model.sessions import CallSession, Criteria, LazySlice, Sessions
from oifde_simulator.population.merging import MergedSequence

LONGEST = 6 * 3_600_000
"""Longest generated session in milliseconds, from above."""


class SessionsByEnd:
    """Sessions whose end is compared with the times of a query."""

    def __init__(self, sessions: Sessions, longest: int | None) -> None:
        """Take sessions of at most `longest` milliseconds; None where they may have any length."""
        self._sessions = sessions
        self._longest = longest

    def select(self, criteria: Criteria, now: int, /) -> Sequence[CallSession]:
        """Find the sessions that ended from `begin` to `end`, both included, newest start first."""
        begin, end = criteria.begin, criteria.end
        if begin is None and end is None:
            return self._sessions.select(criteria, now)
        first = None if begin is None or self._longest is None else begin - self._longest
        found = self._sessions.select(criteria._replace(begin=first), now)
        if self._longest is None:
            return _ended(found, begin, end)
        surely = (now if end is None else min(now, end)) - self._longest
        newer = _newer_than(found, surely)
        stop = len(found) if begin is None else max(newer, _newer_than(found, begin - 1))
        edges = _ended(found[:newer], begin, end), _ended(found[stop:], begin, end)
        return MergedSequence(edges[0], MergedSequence(LazySlice(found, newer, stop), edges[1]))

    def by_recording(self, file_name: str, now: int, /) -> CallSession | None:
        """Find the session whose record names a file; its place among others does not matter."""
        return self._sessions.by_recording(file_name, now)

    def has_vdn(self, vdn: str, /) -> bool:
        """Check that recordings can lie under this ID of a virtual call center."""
        return self._sessions.has_vdn(vdn)


def _newer_than(found: Sequence[CallSession], start: int) -> int:
    """Count the sessions that began after `start`; they stand first."""
    return bisect_left(range(len(found)), -start, key=lambda place: -found[place].start)


def _ended(found: Sequence[CallSession], begin: int | None, end: int | None) -> list[CallSession]:
    return [each for each in found if _inside(each.end, begin, end)]


def _inside(moment: int | None, begin: int | None, end: int | None) -> bool:
    return moment is not None and (begin is None or begin <= moment) and (end is None or moment <= end)


class MergedByEnd:
    """Literal and generated sessions whose end is compared."""

    def __init__(self, literal: SessionsByEnd, generated: SessionsByEnd) -> None:
        self._literal = literal
        self._generated = generated

    def select(self, criteria: Criteria, now: int, /) -> Sequence[CallSession]:
        """Find the sessions that fit, newest start first; of equal starts, literal ones first."""
        return MergedSequence(self._literal.select(criteria, now), self._generated.select(criteria, now))

    def by_recording(self, file_name: str, now: int, /) -> CallSession | None:
        """Find the session whose record names a file; its place among others does not matter."""
        return self._literal.by_recording(file_name, now) or self._generated.by_recording(file_name, now)

    def has_vdn(self, vdn: str, /) -> bool:
        """Check that recordings can lie under this ID of a virtual call center."""
        return self._literal.has_vdn(vdn) or self._generated.has_vdn(vdn)
