"""What an attack is given: the server's ports, chance, and a count of what its connections got."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random

from raw_http import Address, Answer, Connection, request
from soak_server import Log

CLEANUP_WITHIN = 15.0
"""Seconds that undoing may take after the end of an attack."""
PAUSE = 0.05
"""Seconds until a client comes again that was refused or dropped."""


@dataclass(slots=True)
class Target:
    """A server that is attacked."""

    data: Address
    control: Address
    log: Log
    random: Random
    got: Counter[str] = field(default_factory=Counter)
    """What connections got: statuses with errorCodes, and endings without an answer."""

    async def repeat(self, workers: int, step: Callable[[int], Awaitable[None]]) -> None:
        """Take steps for ever, so many at once; each gets a number that no other step gets."""

        async def work(first: int) -> None:
            for number in itertools.count(first, workers):
                await step(number)
                await asyncio.sleep(0)

        async with asyncio.TaskGroup() as group:
            for first in range(workers):
                group.create_task(work(first))

    async def flood(self, workers: int, make: Callable[[int], bytes], port: Address | None = None) -> None:
        """Send requests for ever, one after the other on each of so many connections."""
        kept: dict[int, Connection] = {}

        async def step(number: int) -> None:
            worker = number % workers
            async with self.counting():
                connection = kept.pop(worker, None) or await (port or self.data).connect()
                try:
                    answer = await connection.ask(make(number))
                except BaseException:
                    connection.abort()
                    raise
                self.count(answer)
                if answer.last:
                    connection.abort()
                else:
                    kept[worker] = connection

        try:
            await self.repeat(workers, step)
        finally:
            for connection in kept.values():
                connection.abort()

    async def hold(
        self, count: int, begin: Callable[[Connection], None], port: Address, *, plain: bool = False
    ) -> None:
        """Keep so many connections that begin something and read no answer; one that ends is opened anew."""

        async def step(_: int) -> None:
            async with self.counting():
                connection = await port.connect(plain=plain)
                try:
                    begin(connection)
                    self.count(await connection.answer())
                finally:
                    connection.abort()

        await self.repeat(count, step)

    def count(self, answer: Answer) -> None:
        """Count an answer by its kind."""
        self.got[answer.kind()] += 1

    @asynccontextmanager
    async def counting(self) -> AsyncIterator[None]:
        """Count how a connection ended, if without an answer; the attack goes on."""
        try:
            yield
        except asyncio.IncompleteReadError as ended:
            await self._ended("cut off" if ended.partial else "closed")
        except ConnectionRefusedError:
            await self._ended("refused")
        except (asyncio.LimitOverrunError, ValueError):
            await self._ended("no HTTP")
        except OSError:
            await self._ended("reset")
        except asyncio.CancelledError:
            self.got["open at the end"] += 1
            raise

    async def _ended(self, how: str) -> None:
        self.got[how] += 1
        await asyncio.sleep(PAUSE)

    async def undo(self, method: str, path: str) -> None:
        """Ask the control plane to take back what the attack did."""
        try:
            async with asyncio.timeout(CLEANUP_WITHIN):
                connection = await self.control.connect()
                answer = await connection.ask(request(method, path))
                connection.close()
        except (OSError, EOFError) as broken:
            self.got[f"{method} {path}: {broken!r}"] += 1
        else:
            self.got[f"{method} {path}: {answer.status}"] += 1
