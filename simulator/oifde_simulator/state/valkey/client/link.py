"""A connection that is kept: opened again, with bounded pauses, where it broke."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic

from oifde_simulator.state.errors import StoreGone
from oifde_simulator.state.valkey.client.connection import Lost
from oifde_simulator.state.valkey.client.opening import AConnection, Target, choose_database, said, sign_in
from oifde_simulator.state.valkey.client.sentinels import reach

FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0
"""Seconds between attempts; each pause is twice the one before, up to the longest."""


class Link(Generic[AConnection]):
    """Keeps one connection to the server."""

    def __init__(self, to: Target, make: Callable[[Lost], AConnection]) -> None:
        """Make connections by `make`."""
        self.connection: AConnection | None = None
        self.found = f"no store at {to.address}: it was not asked yet"
        """What was found where there is no connection."""
        self.greet: Callable[[AConnection], Awaitable[None]] = _nothing
        """What a new connection is used for first; StoreGone and ConnectionError of it fail the opening."""
        self.on_open: Callable[[], None] = _ignore
        self.on_lost: Callable[[], None] = _ignore
        self._to, self._make = to, make
        self._reopening: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Open the connection. Raises StoreGone."""
        connection = await reach(self._to, self._new)
        try:
            await sign_in(self._to, connection)
            await choose_database(self._to, connection)
            await self.greet(connection)
            if not connection.is_open:
                raise ConnectionError("the connection broke")
        except ConnectionError as error:
            raise StoreGone(f"no store at {self._to.address}: {said(error)}") from error
        except BaseException:
            connection.close()
            raise
        self.connection = connection
        self.on_open()

    def close(self) -> None:
        """Close the connection for good."""
        connection, self.connection = self.connection, None
        self.found = f"the connection to the store at {self._to.address} was closed"
        if self._reopening:
            self._reopening.cancel()
        if connection:
            connection.close()

    def _new(self) -> AConnection:
        connection = self._make(lambda found: self._broke(connection, found))
        return connection

    def _broke(self, connection: AConnection, found: str) -> None:
        if connection is not self.connection:
            return
        self.connection = None
        self.found = f"no store at {self._to.address}: {found}"
        self._reopening = asyncio.ensure_future(self._reopen())
        self.on_lost()

    async def _reopen(self) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                return await self.open()
            except StoreGone as error:
                self.found = str(error)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)


async def _nothing(connection: object) -> None:
    pass


def _ignore() -> None:
    pass
