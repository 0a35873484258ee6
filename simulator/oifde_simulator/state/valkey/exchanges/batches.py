"""Calls of one turn of the event loop, gathered for one script.

Rule: each caller has a part of the reply, in the order of the calls, or what went wrong with the whole.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from typing import Any, Generic, Protocol, TypeVar

MOST_CALLS, MOST_BYTES = 100, 1 << 18
"""Calls that one script carries out, and their bytes, so that the store answers others in between."""


class Call(Protocol):
    """What one caller asks."""

    @property
    def weight(self) -> int:
        """About how many bytes it has."""
        ...

    @property
    def reply(self) -> asyncio.Future[Any]:
        """What the caller awaits."""
        ...


ACall = TypeVar("ACall", bound=Call)


class Batches(Generic[ACall]):
    """Gathers calls, and sends them at the end of the turn."""

    def __init__(self, send: Callable[[Sequence[ACall]], None]) -> None:
        """Send calls by `send`, which takes some that go together."""
        self._send = send
        self._calls: list[ACall] = []

    def add(self, call: ACall) -> None:
        """Send a call soon."""
        if not self._calls:
            call.reply.get_loop().call_soon(self.flush)
        self._calls.append(call)

    def flush(self) -> None:
        """Send what was gathered, but for calls whose callers were cancelled."""
        calls, self._calls = self._calls, []
        for batch in _bounded([each for each in calls if not each.reply.done()]):
            self._send(batch)


def _bounded(calls: list[ACall]) -> Iterator[Sequence[ACall]]:
    batch: list[ACall] = []
    size = 0
    for each in calls:
        if len(batch) == MOST_CALLS or (batch and size + each.weight > MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(each)
        size += each.weight
    if batch:
        yield batch


class Replies:
    """Takes the reply of one script that answers several callers."""

    def __init__(self, calls: Sequence[Call]) -> None:
        """Take the calls, in the order in which the reply has their parts."""
        self._calls = calls

    def done(self) -> bool:
        """Check that nobody waits any more."""
        return all(call.reply.done() for call in self._calls)

    def set_result(self, found: Sequence[Any], /) -> None:
        """Hand over the parts."""
        for call, part in zip(self._calls, found, strict=True):
            if not call.reply.done():
                call.reply.set_result(part)

    def set_exception(self, error: Exception, /) -> None:
        """Raise the error in each caller; a copy, since each raising adds its own traceback."""
        for call in self._calls:
            if not call.reply.done():
                call.reply.set_exception(copy(error))
