"""Calls of the opening and of upkeep; those of the state are in `requests.py`."""

from __future__ import annotations

import asyncio
from typing import Any

from libvalkey import pack_command

from oifde_simulator.state.valkey.client.connection import Connection


class Awaited:
    """A call that somebody awaits."""

    def __init__(self, words: tuple[str | bytes | int, ...], seconds: float) -> None:
        """Pack the words; the reply has so many seconds."""
        loop = asyncio.get_running_loop()
        self.packed = pack_command(words)
        self.deadline = loop.time() + seconds
        self.reply: asyncio.Future[Any] = loop.create_future()

    def settle(self, reply: Any) -> None:
        """Hand over the reply."""
        if not self.reply.done():
            self.reply.set_result(reply)

    def fail(self, found: str) -> None:
        """Hand over what was found instead of a reply."""
        if not self.reply.done():
            self.reply.set_exception(ConnectionError(found))


class Dropped:
    """A call whose reply nobody needs."""

    def __init__(self, words: tuple[str | bytes | int, ...], seconds: float) -> None:
        """Pack the words; the connection breaks without a reply after so many seconds."""
        self.packed = pack_command(words)
        self.deadline = asyncio.get_running_loop().time() + seconds

    def settle(self, reply: Any) -> None:
        """Drop the reply."""

    def fail(self, found: str) -> None:
        """Drop the failure; whoever keeps the connection hears of it."""


async def ask(connection: Connection, seconds: float, *words: str | bytes | int) -> Any:
    """Carry out a command; a refusal is returned as a ReplyError. Raises ConnectionError."""
    call = Awaited(words, seconds)
    connection.send(call)
    return await call.reply
