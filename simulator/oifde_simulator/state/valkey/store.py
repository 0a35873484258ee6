"""What this form of the state asks of a connection to the server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from oifde_simulator.state.valkey.scripts import Script

Argument = str | bytes | int | float


class Store(Protocol):
    """A server, under one prefix of keys. Its calls raise StoreGone where no answer came.

    A call whose answer is lost is never sent again: it may have been carried out. Calls that are made in the
    same turn of the event loop share a round trip, and are carried out in the order in which they were made.
    Answers are as RESP2 has them: bytes, int, None and lists.
    """

    async def run(self, script: Script, *arguments: Argument) -> Any:
        """Run a script; KEYS[1] is the prefix."""
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

        `on_gap` is called each time after messages may have been missed. Raises StoreGone.
        """
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...
