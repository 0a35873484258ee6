"""The journal as it grows, for coroutines."""

from __future__ import annotations

from oifde_simulator_client.errors import hides_frames
from oifde_simulator_client.events import SILENCE, ArrivedExchanges
from oifde_simulator_client.models import Exchange
from oifde_simulator_client.transport.endpoint import Endpoint
from oifde_simulator_client.transport.response import NotHttp, Response
from oifde_simulator_client.transport.streams import AsyncConnection, AsyncTransport

__tracebackhide__ = hides_frames  # pytest shows the line of the failing test only


class AsyncEventStream:
    """An asynchronous iterator over exchanges as they come, which ends when the server stops.

    An `async with` block, or `close`, ends it earlier. Raises Unreachable if the connection breaks.
    """

    def __init__(self, endpoint: Endpoint, connection: AsyncConnection, response: Response) -> None:
        self._endpoint, self._arrived = endpoint, ArrivedExchanges()
        self._connection, self._response = connection, response

    @property
    def truncated(self) -> bool:
        """True if exchanges went before they were read."""
        return self._arrived.truncated

    async def close(self) -> None:
        """Close the connection."""
        await self._connection.close()

    def __aiter__(self) -> AsyncEventStream:
        return self

    async def __anext__(self) -> Exchange:
        """Wait for the next exchange."""
        try:
            while True:
                self._arrived.feed(self._response.take_body())
                exchange = self._arrived.next()
                if exchange is not None:
                    return exchange
                if self._response.done:
                    break
                await self._connection.receive(self._response, self._endpoint.timeout + SILENCE)
        except (OSError, NotHttp) as error:
            await self.close()
            raise self._endpoint.unreachable(error) from None
        await self.close()
        raise StopAsyncIteration

    async def __aenter__(self) -> AsyncEventStream:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._endpoint.shown_url!r})"


async def open_stream(transport: AsyncTransport, url: str) -> AsyncEventStream:
    """Connect: exchanges from now on, or those since `since`, are not missed. Raises ControlError."""
    return AsyncEventStream(transport.endpoint, *await transport.open_stream(url, SILENCE))
