"""An HTTP client whose server is the engine in this process, and whose time is a clock that tests move.

It plays scripts as a network would: waits move the clock, bytes go through a real parser (h11), and a
connection is kept for the next request until either end closes it. Nothing here sleeps.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import h11

from conftest import QUERY, TOKEN
from engines import Engine
from oifde_simulator.model.exchange import Exchange
from oifde_simulator.model.http import Request
from oifde_simulator.wire.script import Close, Reset, Script, Send, Wait
from playing import MovableClock

LONGEST_HEAD = 100 << 10
"""Bytes of a head that the client takes: as many as httpx does."""
SEGMENT = 64 << 10
"""Bytes that the client reads at once."""
WITH_OTHERS = 3
"""Requests during which a crowd is there."""
TIMEOUT = 2.0
"""Seconds that the client waits for an answer, unless it says otherwise."""
HEADERS = {"Host": "simulator", "Content-Type": "application/json; charset=UTF-8"}
NO_HEADERS: Mapping[str, str] = {}


class Reply(NamedTuple):
    """An answer as a client has it."""

    status: int
    headers: dict[str, str]
    """Headers by their names in lower case."""
    body: bytes


class VirtualHttp:
    """One connection at a time to an engine. Raises OSError or h11.RemoteProtocolError where it breaks."""

    def __init__(self, engine: Engine, clock: MovableClock, *, pace: float) -> None:
        """Let `pace` seconds pass with each request."""
        self.exchanges: list[Exchange] = []
        """Every exchange so far."""
        self.wait = clock.move
        self.now = clock.now
        self.others: list[Exchange] = []
        """Exchanges of others that are in flight."""
        self._engine = engine
        self._pace = pace
        self.close()

    def crowd(self, count: int, tenant: str) -> None:
        """Have so many queries of others in flight, for the next `WITH_OTHERS` requests."""
        body = json.dumps({"tenantId": tenant, "authToken": TOKEN, "userMobile": "18000000000"}).encode()
        self.others = [self._engine.handle(Request("POST", QUERY, HEADERS, body)) for _ in range(count)]

    def close(self) -> None:
        """Use another connection for the next request."""
        self._connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=LONGEST_HEAD)
        self._ended = False

    def post(
        self,
        path: str,
        body: Mapping[str, Any],
        headers: Mapping[str, str] = NO_HEADERS,
        timeout: float = TIMEOUT,
    ) -> Reply:
        """Send a body with further headers; its answer, unless it takes longer than `timeout` seconds."""
        self.wait(self._pace)
        if self.others and len(self.exchanges) >= WITH_OTHERS:
            for other in self.others:
                other.outcome.end("complete")
            self.others = []
        try:
            if self._ended:
                raise ConnectionResetError("the connection was closed after the answer before")
            return self._play(self._ask(path, json.dumps(body).encode(), headers), timeout)
        except Exception:
            self.close()
            raise
        finally:
            if self.exchanges:
                self.exchanges[-1].outcome.end("complete")

    def _ask(self, path: str, body: bytes, further: Mapping[str, str]) -> Script:
        headers = {**HEADERS, **further, "Content-Length": str(len(body))}
        sent = h11.Request(method="POST", target=path, headers=[*headers.items()])
        for event in (sent, h11.Data(body), h11.EndOfMessage()):
            self._connection.send(event)
        exchange = self._engine.handle(Request("POST", path, headers, body))
        self.exchanges.append(exchange)
        return exchange.script

    def _play(self, script: Script, timeout: float) -> Reply:
        left, reply = timeout, Arriving()
        for place, action in enumerate(script):
            if isinstance(action, Wait):
                self.wait(min(left, action.seconds))
                left -= action.seconds
                if left <= 0:
                    raise TimeoutError("no answer in time")
            elif isinstance(action, Reset):
                raise ConnectionResetError("connection reset by peer")
            else:
                for octets in segments(action):
                    self._connection.receive_data(octets)
                    if reply.take(self._connection):
                        self._keep(script[place + 1 :])
                        return reply.whole()
        raise TimeoutError("no answer in time")

    def _keep(self, rest: Script) -> None:
        """Keep the connection for another request, if both ends may, and note that its end is near."""
        _, has_ended = self._connection.trailing_data
        states = (self._connection.our_state, self._connection.their_state)
        if states == (h11.DONE, h11.DONE) and not has_ended:
            self._connection.start_next_cycle()
            self._ended = any(not isinstance(action, Send | Wait) for action in rest)
        else:
            self.close()


def segments(action: Send | Close) -> Iterator[bytes]:
    """Cut bytes as a client reads them; the end of the connection is no byte."""
    octets = action.octets if isinstance(action, Send) else b""
    for start in range(0, max(1, len(octets)), SEGMENT):
        yield octets[start : start + SEGMENT]


class Arriving:
    """An answer of which some has come."""

    def __init__(self) -> None:
        self._head: h11.Response | None = None
        self._body: list[bytes] = []

    def take(self, connection: h11.Connection) -> bool:
        """Take what has come; say whether that is all of it."""
        while (event := connection.next_event()) is not h11.NEED_DATA:
            if isinstance(event, h11.EndOfMessage):
                return True
            if isinstance(event, h11.ConnectionClosed | type(h11.PAUSED)):
                raise h11.RemoteProtocolError("the server closed the connection without an answer")
            if isinstance(event, h11.Response):
                self._head = event
            elif isinstance(event, h11.Data):
                self._body.append(bytes(event.data))
        return False

    def whole(self) -> Reply:
        """Return the answer."""
        assert self._head is not None
        headers = {name.decode(): value.decode("latin-1") for name, value in self._head.headers}
        return Reply(self._head.status_code, headers, b"".join(self._body))
