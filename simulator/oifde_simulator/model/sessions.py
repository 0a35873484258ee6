"""Describe call sessions and how to select them, for the service and the population."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol, overload


class CallSession(Protocol):
    """One session: its search keys and its record."""

    @property
    def user(self) -> str:
        """User number by which queries find the session."""
        ...

    @property
    def start(self) -> int:
        """Start of the call, epoch milliseconds."""
        ...

    @property
    def end(self) -> int | None:
        """End of the call, epoch milliseconds; None while it goes on, or where the record does not say."""
        ...

    @property
    def call_id(self) -> str | None:
        """callId of the call; None where the record has none."""
        ...

    @property
    def cti_call_id(self) -> str | None:
        """ctiCallId of the call; None outside voice calls."""
        ...

    @property
    def record(self) -> Mapping[str, Any]:
        """Record as it is sent, with the names of the wire."""
        ...

    @property
    def encoded(self) -> bytes:
        """Record as JSON text."""
        ...


class Criteria(NamedTuple):
    """Conditions of a query; each one that is not None must hold."""

    user: str | None = None
    call_id: str | None = None
    cti_call_id: str | None = None
    begin: int | None = None
    """Earliest start, inclusive, epoch milliseconds."""
    end: int | None = None
    """Latest start, inclusive, epoch milliseconds."""

    def accepts(self, session: CallSession) -> bool:
        """Check that every condition holds for `session`."""
        # Guess: [selectors] all must hold, each as sent; a query with two that disagree would settle it.
        return (
            (self.user is None or session.user == self.user)
            and (self.call_id is None or session.call_id == self.call_id)
            and (self.cti_call_id is None or session.cti_call_id == self.cti_call_id)
            and (self.begin is None or session.start >= self.begin)
            and (self.end is None or session.start <= self.end)
        )


class Sessions(Protocol):
    """Collection of call sessions, stored or computed."""

    def select(self, criteria: Criteria, now: int, /) -> Sequence[CallSession]:
        """Select the sessions that fit at `now` (epoch milliseconds), newest start first, order stable."""
        ...

    def by_recording(self, file_name: str, now: int, /) -> CallSession | None:
        """Find the session whose record names a file, in any form of the name; None where none does."""
        ...

    def has_vdn(self, vdn: str, /) -> bool:
        """Check that recordings of the tenant can lie under this ID of a virtual call center."""
        ...


class LazySlice(Sequence[CallSession]):
    """Part of a long sequence without a copy of it; only a slice of the part is copied."""

    def __init__(self, sessions: Sequence[CallSession], first: int, stop: int) -> None:
        self._sessions = sessions
        self._first = first
        self._length = max(0, stop - first)

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> CallSession: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[CallSession]: ...
    def __getitem__(self, index: int | slice) -> CallSession | Sequence[CallSession]:
        inside = range(self._first, self._first + self._length)[index]
        if isinstance(inside, int):
            return self._sessions[inside]
        return [self._sessions[place] for place in inside]
