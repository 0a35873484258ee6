"""Call sessions and how they are asked for: the values that the service and the population share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol, overload


class CallSession(Protocol):
    """One session: what finds it, and its record."""

    @property
    def user(self) -> str:
        """The number that finds it."""
        ...

    @property
    def start(self) -> int:
        """Epoch milliseconds."""
        ...

    @property
    def call_id(self) -> str | None:
        """Its callId."""
        ...

    @property
    def cti_call_id(self) -> str | None:
        """Its ctiCallId; None outside voice calls."""
        ...

    @property
    def record(self) -> Mapping[str, Any]:
        """What is sent for it, in the wire's names."""
        ...

    @property
    def encoded(self) -> bytes:
        """The record as JSON text."""
        ...


class Criteria(NamedTuple):
    """What a query asks for; all that is not None must hold."""

    user: str | None = None
    call_id: str | None = None
    cti_call_id: str | None = None
    begin: int | None = None
    """Earliest start, epoch milliseconds, inside."""
    end: int | None = None
    """Latest start, epoch milliseconds, inside."""

    def accepts(self, session: CallSession) -> bool:
        """Whether all that is asked for holds of `session`."""
        # Guess: [selectors] all must hold, each as sent; a query with two that disagree would settle it.
        return (
            (self.user is None or session.user == self.user)
            and (self.call_id is None or session.call_id == self.call_id)
            and (self.cti_call_id is None or session.cti_call_id == self.cti_call_id)
            and (self.begin is None or session.start >= self.begin)
            and (self.end is None or session.start <= self.end)
        )


class Sessions(Protocol):
    """Anything that holds call sessions, stored or computed."""

    def select(self, criteria: Criteria, now: int) -> Sequence[CallSession]:
        """The sessions that fit at `now` (epoch milliseconds), newest start first, in a stable order."""
        ...


class Stretch(Sequence[CallSession]):
    """A view of a stretch of a long sequence: its slices copy only themselves."""

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
