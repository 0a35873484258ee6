"""Puts selections of sessions in another order than newest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

from oifde_simulator.model.sessions import CallSession, Criteria, Sessions


class OldestFirst:
    """Sessions that are selected oldest start first: the usual order backwards."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def select(self, criteria: Criteria, now: int, /) -> Sequence[CallSession]:
        """Find the sessions that fit, oldest first."""
        return Backwards(self._sessions.select(criteria, now))

    def by_recording(self, file_name: str, now: int, /) -> CallSession | None:
        """Find the session whose record names a file; its place among others does not matter."""
        return self._sessions.by_recording(file_name, now)

    def has_vdn(self, vdn: str, /) -> bool:
        """Check that recordings can lie under this ID of a virtual call center."""
        return self._sessions.has_vdn(vdn)


class Backwards(Sequence[CallSession]):
    """A sequence from its end to its beginning; only a slice is copied."""

    def __init__(self, sessions: Sequence[CallSession]) -> None:
        self._sessions = sessions

    def __len__(self) -> int:
        return len(self._sessions)

    @overload
    def __getitem__(self, index: int) -> CallSession: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[CallSession]: ...
    def __getitem__(self, index: int | slice) -> CallSession | Sequence[CallSession]:
        last = len(self._sessions) - 1
        inside = range(last + 1)[index]
        if isinstance(inside, int):
            return self._sessions[last - inside]
        if not inside:
            return []
        low, high = min(inside[0], inside[-1]), max(inside[0], inside[-1])
        run = self._sessions[last - high : last - low + 1]
        return [run[high - place] for place in inside]
