"""What this form of the state asks of a connection to the server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, Protocol

from oifde_simulator.state.valkey.scripts import Script

Argument = str | bytes | int | float


class Condition(NamedTuple):
    """Whether the store can be asked."""

    is_connected: bool
    text: str
    """Where it is and what was found, in one line, without user and password."""
    is_restarted: bool = False
    """Another start of the server answers than before, or another server; what it had not saved is lost."""


class Reply(Protocol):
    """What takes the reply of a call; a future is one."""

    def done(self) -> bool:
        """Check that nobody waits any more."""
        ...

    def set_result(self, found: Any, /) -> None:
        """Take the answer."""
        ...

    def set_exception(self, error: Exception, /) -> None:
        """Take what was found instead."""
        ...


class Store(Protocol):
    """A server, under one prefix of keys. Its calls raise StoreGone where no answer came.

    A call whose answer is lost is never sent again: it may have been carried out. Calls that are made in the
    same turn of the event loop share a round trip, and are carried out in the order in which they were made.
    Answers are as RESP2 has them: bytes, int, None and lists.
    """

    async def run(self, script: Script, *arguments: Argument) -> Any:
        """Run a script; KEYS[1] is the prefix."""
        ...

    def ask(self, script: Script, reply: Reply, *arguments: Argument) -> None:
        """Run a script, in order with other calls; `reply` takes the answer, StoreGone or CommandRefused."""
        ...

    def post(self, script: Script, *arguments: Argument) -> None:
        """Run a script soon, in order with the other calls; nobody waits, and its answer is dropped."""
        ...

    async def command(self, *words: Argument) -> Any:
        """Carry out one command; names of keys are given whole (`key`)."""
        ...

    def key(self, name: str) -> str:
        """Make the name of a key: the prefix, and the name."""
        ...

    async def subscribe(
        self, channel: str, hear: Callable[[bytes], None], on_gap: Callable[[], None] | None = None
    ) -> Callable[[], Awaitable[None]]:
        """Call `hear` with each message of a channel from the return on; returns what ends that.

        The channel is named whole (`key`). `on_gap` is called each time after messages may have been missed.
        """
        ...

    @property
    def is_connected(self) -> bool:
        """Check that the store can be asked now."""
        ...

    @property
    def condition(self) -> Condition:
        """Tell whether the store can be asked, and what was found."""
        ...

    def watch(self, hook: Callable[[Condition], None]) -> None:
        """Call `hook`, which must not raise, each time the store is lost or found again."""
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...
