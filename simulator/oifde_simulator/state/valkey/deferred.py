"""A store that is named before the event loop runs, and connected once it does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from oifde_simulator.state.errors import StoreGone
from oifde_simulator.state.valkey.scripts import Script
from oifde_simulator.state.valkey.store import Argument, Store

NOT_OPEN = "the store is not connected yet"


class Connect(Protocol):
    """Function that connects to a store."""

    async def __call__(self) -> Store:
        """Connect. Raises StoreGone."""
        ...


class DeferredStore:
    """A store that is connected by `open`; its methods are the connected one's from then on."""

    def __init__(self, prefix: str, connect: Connect) -> None:
        self._prefix = prefix
        self._connect = connect
        self.connected: Store | None = None
        """Store that answers the calls; None before `open`."""

    async def open(self) -> None:
        """Connect. Raises StoreGone."""
        store = self.connected = await self._connect()
        for name in ("run", "post", "command", "subscribe", "close"):  # no detour for each call
            setattr(self, name, getattr(store, name))

    def key(self, name: str) -> str:
        """Make the name of a key: the prefix, and the name."""
        return self._prefix + name

    async def run(self, script: Script, *arguments: Argument) -> Any:  # noqa: ARG002
        """Raise StoreGone: nothing is connected yet."""
        raise StoreGone(NOT_OPEN)

    def post(self, script: Script, *arguments: Argument) -> None:  # noqa: ARG002
        """Drop the call: nothing is connected yet."""
        return

    async def command(self, *words: Argument) -> Any:  # noqa: ARG002
        """Raise StoreGone: nothing is connected yet."""
        raise StoreGone(NOT_OPEN)

    async def subscribe(
        self,
        channel: str,  # noqa: ARG002
        hear: Callable[[bytes], None],  # noqa: ARG002
        on_gap: Callable[[], None] | None = None,  # noqa: ARG002
    ) -> Callable[[], Awaitable[None]]:
        """Raise StoreGone: nothing is connected yet."""
        raise StoreGone(NOT_OPEN)

    async def close(self) -> None:
        """Close nothing."""
