"""Requests over kept asyncio streams. Rule: a connection is used on the event loop that opened it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from oifde_simulator_client.errors import hides_frames
from oifde_simulator_client.transport.endpoint import IDEMPOTENT, Endpoint, Reply, encode_json, named
from oifde_simulator_client.transport.response import NotHttp, Response

__tracebackhide__ = hides_frames  # pytest shows the line of the failing test only

MOST_IDLE = 4
"""Most connections that are kept open."""
PIECE = 256 * 1024
"""Most bytes that are received at once."""


class AsyncConnection:
    """A pair of streams to the control plane."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.loop = asyncio.get_running_loop()
        """Event loop on which alone it works."""
        self.used = False
        """True after the first answer."""
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, endpoint: Endpoint) -> AsyncConnection:
        """Connect. Raises OSError."""
        context = endpoint.ssl_context()
        name = endpoint.host if context else None
        async with asyncio.timeout(endpoint.timeout):
            streams = await asyncio.open_connection(
                endpoint.host, endpoint.port, ssl=context, server_hostname=name
            )
        return cls(*streams)

    async def send(self, request: bytes, seconds: float) -> None:
        """Send a request. Raises OSError."""
        self._writer.write(request)
        async with asyncio.timeout(seconds):
            await self._writer.drain()

    async def receive(self, response: Response, seconds: float) -> None:
        """Wait for the next piece of a response. Raises OSError and NotHttp."""
        async with asyncio.timeout(seconds):
            piece = await self._reader.read(PIECE)
        response.feed(piece)

    def is_closed(self) -> bool:
        """Check whether the server has ended the idle connection."""
        return self._reader.at_eof() or self._reader.exception() is not None or self._writer.is_closing()

    def abort(self) -> None:
        """Close the connection at once."""
        self._writer.transport.abort()

    async def close(self) -> None:
        """Close the connection, and wait until it is closed unless another event loop has to do it."""
        if self.loop is asyncio.get_running_loop():
            self.abort()
            with suppress(OSError):
                await self._writer.wait_closed()
        else:
            with suppress(RuntimeError):  # that loop is closed
                self.loop.call_soon_threadsafe(self.abort)


class AsyncTransport:
    """Connections to one control plane."""

    def __init__(self, endpoint: Endpoint) -> None:
        """Connect to nothing yet."""
        self.endpoint = endpoint
        self._idle: list[AsyncConnection] = []

    async def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] = {},
        extra_timeout: float = 0.0,
    ) -> Reply:
        """Send a request and return its answer, with `extra_timeout` seconds beyond the usual timeout.

        Raises Unreachable without an answer, and ControlProblem for a refusal. Cancellation closes the
        connection.
        """
        octets = self.endpoint.encode(method, path, encode_json(body), headers)
        timeout = self.endpoint.timeout + extra_timeout
        try:
            connection, response = await self._send(method, octets, timeout, lambda response: response.done)
        except (OSError, NotHttp) as error:
            raise self.endpoint.unreachable(error) from None  # inner frames hold the token
        await self._keep(connection, response)
        return self.endpoint.decode(response.status, response.take_body(), named(method, path))

    async def open_stream(self, path: str, extra_timeout: float) -> tuple[AsyncConnection, Response]:
        """Send a GET and return its connection with the answer's head. Raises as `request` does."""
        octets = self.endpoint.encode("GET", path, None, {})
        timeout = self.endpoint.timeout + extra_timeout
        try:
            connection, response = await self._send(
                "GET", octets, timeout, lambda response: response.done or 0 < response.status < 300
            )
        except (OSError, NotHttp) as error:
            raise self.endpoint.unreachable(error) from None
        if response.status >= 300:
            await self._keep(connection, response)
            self.endpoint.decode(response.status, response.take_body(), named("GET", path))
        return connection, response

    async def close(self) -> None:
        """Close the kept connections; the next request opens a new one."""
        while self._idle:
            await self._idle.pop().close()

    async def _send(
        self, method: str, octets: bytes, seconds: float, enough: Callable[[Response], bool]
    ) -> tuple[AsyncConnection, Response]:
        """Send a request and receive until there is `enough` of the response.

        A GET on a kept connection that turns out to be closed is sent once more on a new one.
        """
        connection, response = await self._connection(), Response()
        try:
            await connection.send(octets, seconds)
            while not enough(response):
                await connection.receive(response, seconds)
        except BaseException as error:
            connection.abort()
            again = connection.used and method in IDEMPOTENT and not response.status
            if again and isinstance(error, ConnectionError | NotHttp):
                await self.close()
                return await self._send(method, octets, seconds, enough)
            raise
        return connection, response

    async def _connection(self) -> AsyncConnection:
        loop = asyncio.get_running_loop()
        for connection in [each for each in self._idle if each.loop is loop]:
            self._idle.remove(connection)
            if not connection.is_closed():
                return connection
            connection.abort()
        return await AsyncConnection.open(self.endpoint)

    async def _keep(self, connection: AsyncConnection, response: Response) -> None:
        if len(self._idle) < MOST_IDLE and response.keeps_connection:
            connection.used = True
            self._idle.append(connection)
        else:
            await connection.close()
