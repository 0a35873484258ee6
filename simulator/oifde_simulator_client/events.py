"""The journal as it grows: exchanges that arrive as server-sent events."""

from __future__ import annotations

import json
from collections import deque

from oifde_simulator_client.decode import build_exchange
from oifde_simulator_client.errors import hides_frames
from oifde_simulator_client.models import Exchange
from oifde_simulator_client.transport.blocking import Transport
from oifde_simulator_client.transport.event_parser import EventParser, ServerSentEvent
from oifde_simulator_client.transport.response import NotHttp

__tracebackhide__ = hides_frames  # pytest shows the line of the failing test only

SILENCE = 45.0
"""Seconds without a byte, beyond the usual timeout, after which a stream is given up: three of the server's
comments on a journal without news."""


class ArrivedExchanges:
    """Exchanges that have arrived on a stream and are not taken yet. Rule: no I/O."""

    def __init__(self) -> None:
        self.truncated = False
        """True if exchanges went before they were read."""
        self._parser = EventParser()
        self._ready = deque[Exchange]()

    def feed(self, octets: bytes) -> None:
        """Take a piece of the stream."""
        for event in self._parser.feed(octets):
            self._take(event)

    def next(self) -> Exchange | None:
        """Take the oldest exchange; None if none is left."""
        return self._ready.popleft() if self._ready else None

    def _take(self, event: ServerSentEvent) -> None:
        if event.name == "truncated":
            self.truncated = True
        elif event.name == "exchange":
            self._ready.append(build_exchange(json.loads(event.data)))


class EventStream:
    """An iterator over exchanges as they come, which ends when the server stops.

    A `with` block, or `close`, ends it earlier. Raises Unreachable if the connection breaks.
    """

    def __init__(self, transport: Transport, url: str) -> None:
        """Connect: exchanges from now on, or those since `since`, are not missed. Raises ControlError."""
        self._endpoint, self._arrived = transport.endpoint, ArrivedExchanges()
        self._connection, self._response = transport.open_stream(url, SILENCE)

    @property
    def truncated(self) -> bool:
        """True if exchanges went before they were read."""
        return self._arrived.truncated

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def __iter__(self) -> EventStream:
        return self

    def __next__(self) -> Exchange:
        """Wait for the next exchange."""
        try:
            while True:
                self._arrived.feed(self._response.take_body())
                exchange = self._arrived.next()
                if exchange is not None:
                    return exchange
                if self._response.done:
                    break
                self._connection.receive(self._response)
        except (OSError, NotHttp) as error:
            self.close()
            raise self._endpoint.unreachable(error) from None
        self.close()
        raise StopIteration

    def __enter__(self) -> EventStream:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._endpoint.shown_url!r})"
