"""A store that is named before the event loop runs, and connected once it does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from oifde_simulator.state.errors import StoreGone
from oifde_simulator.state.valkey.scripts import Script
from oifde_simulator.state.valkey.store import Argument, Condition, Reply, Store

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
        self._hooks: list[Callable[[Condition], None]] = []

    async def open(self) -> None:
        """Connect. Raises StoreGone."""
        store = self.connected = await self._connect()
        for hook in self._hooks:
            store.watch(hook)
        for name in ("run", "ask", "post", "command", "subscribe", "close"):  # no detour for each call
            setattr(self, name, getattr(store, name))

    def key(self, name: str) -> str:
        """Make the name of a key: the prefix, and the name."""
        return self._prefix + name

    async def run(self, script: Script, *arguments: Argument) -> Any:  # noqa: ARG002
        """Raise StoreGone: nothing is connected yet."""
        raise StoreGone(NOT_OPEN)

    def ask(self, script: Script, reply: Reply, *arguments: Argument) -> None:  # noqa: ARG002
        """Tell that nothing is connected yet."""
        reply.set_exception(StoreGone(NOT_OPEN))

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

    @property
    def is_connected(self) -> bool:
        """Check that the store can be asked now."""
        return self.connected is not None and self.connected.is_connected

    @property
    def condition(self) -> Condition:
        """Tell whether the store can be asked, and what was found."""
        return self.connected.condition if self.connected else Condition(False, NOT_OPEN)

    def watch(self, hook: Callable[[Condition], None]) -> None:
        """Call `hook`, which must not raise, each time the store is lost or found again."""
        if self.connected is None:
            self._hooks.append(hook)
        else:
            self.connected.watch(hook)

    async def close(self) -> None:
        """Close nothing."""
