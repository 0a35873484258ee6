"""A TCP proxy in front of a store: it delays, holds and cuts connections, and loses replies.

Rule: the proxy runs in the event loop of the test, and only a test changes what it does.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager


class TcpProxy:
    """Connections of clients, each with one to the server's Unix socket."""

    def __init__(self, path: str) -> None:
        self.port = 0
        self.delay = 0.0
        """Seconds by which replies are late."""
        self.writes: list[bytes] = []
        """What clients sent, as it was read."""
        self._path = path
        self._tls: ssl.SSLContext | None = None
        self._lose = b""
        self._accepted = asyncio.Event()
        self._open = asyncio.Event()
        self._open.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._opened: list[asyncio.StreamWriter] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def listen(self, tls: ssl.SSLContext | None = None) -> None:
        """Accept connections, on the port of before if there was one."""
        self._tls = tls or self._tls
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def refuse(self) -> None:
        """Cut all connections, and accept none until `listen`."""
        assert self._server
        self._server.close()
        self.cut()

    def cut(self) -> None:
        """Cut all connections; new ones are accepted."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    def hold(self) -> None:
        """Pass nothing on in either direction until `release`."""
        self._open.clear()

    def release(self) -> None:
        """Pass on what was held, and all that comes."""
        self._open.set()

    def lose_reply(self, word: bytes) -> None:
        """Pass on the next request with this word, and cut its connection when the reply comes."""
        self._lose = word

    async def next_connection(self) -> None:
        """Wait until another connection is accepted."""
        self._accepted.clear()
        async with asyncio.timeout(20):
            await self._accepted.wait()

    async def end(self) -> None:
        """Cut everything, and wait until it is closed."""
        await self.refuse()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.cut()
        await asyncio.gather(*(writer.wait_closed() for writer in self._opened), return_exceptions=True)

    def _keep(self, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        self._opened.append(writer)

    def _run(self, pump: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(pump)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._accepted.set()
        self._keep(writer)
        self._run(self._join(reader, writer))

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            server_reader, server_writer = await asyncio.open_unix_connection(self._path)
        except OSError:
            writer.transport.abort()
            return
        self._keep(server_writer)
        loses = asyncio.Event()
        self._run(self._pass_requests(reader, server_writer, loses))
        self._run(self._pass_replies(server_reader, writer, server_writer, loses))

    async def _pass_requests(
        self, reader: asyncio.StreamReader, server: asyncio.StreamWriter, loses: asyncio.Event
    ) -> None:
        while data := await _read(reader):
            await self._open.wait()
            self.writes.append(data)
            if self._lose and self._lose in data:
                self._lose = b""
                loses.set()
            server.write(data)
        server.transport.abort()

    async def _pass_replies(
        self,
        reader: asyncio.StreamReader,
        client: asyncio.StreamWriter,
        server: asyncio.StreamWriter,
        loses: asyncio.Event,
    ) -> None:
        while data := await _read(reader):
            if loses.is_set():
                break
            await asyncio.sleep(self.delay)
            await self._open.wait()
            client.write(data)
        client.transport.abort()
        server.transport.abort()


async def _read(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read(1 << 16)
    except OSError:
        return b""


@asynccontextmanager
async def proxy(path: str, tls: ssl.SSLContext | None = None) -> AsyncIterator[TcpProxy]:
    """Run a proxy in front of a Unix socket until the end of the block."""
    running = TcpProxy(path)
    await running.listen(tls)
    try:
        yield running
    finally:
        running.release()
        await running.end()
