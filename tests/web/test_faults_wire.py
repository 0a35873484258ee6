"""Faults on real sockets: the exact bytes, and the end of the connection.

A server plays the scripts that the tests give it, on asyncio and on uvloop, plain and over TLS.
"""

from __future__ import annotations

import asyncio
import json
import logging
import select
import socket
import ssl
import struct
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from queue import Empty, Queue
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import web

from oifde_simulator.faults import FaultContext, apply, build, builtin_faults
from oifde_simulator.model.http import JSON_UTF8, Request, Response
from oifde_simulator.model.outcome import OutcomeRecorder
from oifde_simulator.randomness import KeyedRandom
from oifde_simulator.runtime import lifecycle
from oifde_simulator.web.connection_limits import ConnectionLimits
from oifde_simulator.web.data_plane.held_connections import HeldConnections
from oifde_simulator.web.data_plane.request_reader import Limits
from oifde_simulator.web.data_plane.server import data_plane
from oifde_simulator.web.tls.certificates.authority import tls_from_authority
from oifde_simulator.web.tls.context import ServerTls
from oifde_simulator.wire.script import Close, Reset, Script, Send, Wait
from serving import PATIENCE, Peer, post

BODY = json.dumps({"errorCode": 0, "errorMsg": "Success", "total": 1, "recordList": ["x" * 300]}).encode()
ASK = post(b"{}")
LOOPS = {"asyncio": None, "uvloop": lifecycle.loop_factory()}


class Stage:
    """Server that answers every request with `script`."""

    suspends = False
    repeats = SimpleNamespace(find=lambda _: None, note=lambda *_: None)

    def __init__(self) -> None:
        self.script: Script = ()
        self.released: Queue[None] = Queue()
        """Queue with one item for each connection that is no longer held."""
        self.url = ""
        self.ca_pem: bytes | None = None
        self.holds: HeldConnections
        self.loop: asyncio.AbstractEventLoop
        self.stop: asyncio.Event
        self.over: asyncio.Event

    async def handle(self, request: Request) -> Any:
        """Answer as a pipeline would."""
        return SimpleNamespace(script=self.script, request=request, outcome=OutcomeRecorder())

    def peer(self) -> Peer:
        """Connect a new client."""
        return Peer(self.url, self.ca_pem)

    async def run(self, up: Future[None], tls: ServerTls | None, max_waiting: int) -> None:
        """Serve until the stage is stopped."""
        pipeline: Any = self
        plane: Any = data_plane(
            pipeline,
            Limits(1 << 20, 5.0),
            connections=ConnectionLimits(idle_seconds=PATIENCE, write_seconds=PATIENCE),
            max_waiting=max_waiting,
        )
        self.holds = plane._handler.held
        release = self.holds.release
        self.holds.release = lambda: (release(), self.released.put(None))[0]  # type: ignore[method-assign]
        self.loop, self.stop, self.over = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
        await plane.setup()
        bound = socket.create_server(("127.0.0.1", 0))
        await web.SockSite(plane, bound, ssl_context=tls.context if tls else None).start()
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{bound.getsockname()[1]}"
        self.ca_pem = tls.ca_pem if tls else None
        up.set_result(None)
        await self.stop.wait()
        await plane.cleanup()
        await self.over.wait()
        for _ in range(10):  # turns in which transports notice that their clients have gone
            await asyncio.sleep(0)


@contextmanager
def staged(loop: str, tls: ServerTls | None, max_waiting: int = 100) -> Iterator[Stage]:
    """Run a stage in a thread of its own."""
    stage, up = Stage(), Future[None]()

    def run() -> None:
        with asyncio.Runner(loop_factory=LOOPS[loop]) as loops:
            loops.run(stage.run(up, tls, max_waiting))

    with ThreadPoolExecutor(1) as threads:
        ended = threads.submit(run)
        ended.add_done_callback(lambda ended: None if up.done() else up.set_exception(ended.exception()))
        up.result(PATIENCE)
        try:
            yield stage
        finally:
            stage.loop.call_soon_threadsafe(stage.stop.set)
            stage.loop.call_soon_threadsafe(stage.over.set)
            ended.result(PATIENCE)


@pytest.fixture(scope="module")
def tls() -> ServerTls:
    return tls_from_authority((), None)


KINDS = [(loop, secure) for loop in LOOPS if LOOPS[loop] or loop == "asyncio" for secure in (False, True)]


@pytest.fixture(scope="module", params=KINDS, ids=[f"{loop}{' TLS' * secure}" for loop, secure in KINDS])
def stage(request: pytest.FixtureRequest, tls: ServerTls) -> Iterator[Stage]:
    loop, secure = request.param
    with staged(loop, tls if secure else None) as stage:
        yield stage


@pytest.fixture(params=KINDS, ids=[f"{loop}{' TLS' * secure}" for loop, secure in KINDS])
def small(request: pytest.FixtureRequest, tls: ServerTls) -> Iterator[Stage]:
    """Run a stage that holds one connection at most."""
    loop, secure = request.param
    with staged(loop, tls if secure else None, max_waiting=1) as stage:
        yield stage


def honest(body: bytes = BODY) -> Script:
    return Response(200, body, JSON_UTF8).script(Request("POST", "/", {}), 0)


def spoiled(*items: Any, body: bytes = BODY) -> Script:
    return apply(honest(body), [build(item) for item in items], FaultContext(KeyedRandom(b"wire"), 0.0))


def sent(script: Script) -> bytes:
    return b"".join(action.octets for action in script if isinstance(action, Send))


def exactly(client: Peer, count: int) -> bytes:
    """Receive `count` bytes, or fewer if the connection ends."""
    octets = bytearray()
    while len(octets) < count and (chunk := client.socket.recv(count - len(octets))):
        octets += chunk
    return bytes(octets)


def ending(client: Peer) -> str:
    """Wait for the end of the connection: `FIN` (over TLS with close_notify) or `RST`, and no other byte."""
    if isinstance(client.socket, ssl.SSLSocket):
        client.socket.suppress_ragged_eofs = False
    try:
        assert client.socket.recv(1) == b""
    except (ConnectionResetError, ssl.SSLEOFError):
        seen = select.poll()
        seen.register(client.socket, 0)
        ((_, events),) = seen.poll(PATIENCE * 1000)
        assert events & select.POLLHUP  # both directions: a FIN would have shut one
        return "RST"
    return "FIN"


# item, how the connection ends; None where another request may follow
PLAYED: dict[str, tuple[Any, str | None]] = {
    "latency": ({"latency": "2ms"}, None),
    "latency before the body": ({"latency": {"uniform": {"min": "1ms", "max": "3ms"}, "at": "body"}}, None),
    "dribble": ({"dribble": {"chunks": 5, "over": "5ms"}}, None),
    "bandwidth": ({"bandwidth": "300KiB"}, None),
    "slicer": ("slicer", None),
    "hang": ({"hang": "2ms"}, "FIN"),
    "hang before the body": ({"hang": {"limit": "2ms", "at": "body"}}, "FIN"),
    "empty-response": ("empty-response", "FIN"),
    "swallow": ("swallow", None),
    "reset": ("reset", "RST"),
    "reset-mid-body": ("reset-mid-body", "RST"),
    "reset-mid-body at its beginning": ({"reset-mid-body": 0}, "RST"),
    "cut": ({"cut": {"bytes": 40}}, "FIN"),
    "garbage": ({"garbage": 200}, "FIN"),
    "slow-close": ({"slow-close": "2ms"}, "FIN"),
    "close": ("close", "FIN"),
    "content-length, too long": ({"content-length": 10}, "FIN"),
    "content-length, too short": ({"content-length": -10}, None),
    "no-content-length": ("no-content-length", "FIN"),
    "malformed-chunk": ("malformed-chunk", "FIN"),
    "bom": ("bom", None),
    "invalid-utf8": ("invalid-utf8", None),
    "truncated-json": ("truncated-json", None),
    "trailing-garbage": ("trailing-garbage", None),
    "broken-gzip": ("broken-gzip", None),
    "gzip": ("gzip", None),
    "charset": ({"charset": "UTF-16"}, None),
    "content-type": ("content-type", None),
    "big-headers": ("big-headers", None),
    "informational": ("informational", None),
}


@pytest.mark.parametrize(("item", "end"), PLAYED.values(), ids=PLAYED.keys())
def test_a_fault_is_these_bytes_and_this_end(stage: Stage, item: Any, end: str | None) -> None:
    stage.script = spoiled(item)
    expected = sent(stage.script)
    with stage.peer() as client:
        client.send(ASK)
        assert exactly(client, len(expected)) == expected
        if end is None:
            client.send(ASK)
            assert exactly(client, len(expected)) == expected
        else:
            assert ending(client) == end


EXAMPLES = [
    (name, example) for name, fault in builtin_faults().items() for example in fault.fault_schema["examples"]
]


def hurried(script: Script) -> Script:
    """Shorten every wait to a millisecond or less."""
    return tuple(
        Wait(min(action.seconds, 0.001)) if isinstance(action, Wait) else action for action in script
    )


@pytest.mark.parametrize(("name", "value"), EXAMPLES, ids=[f"{name} {value}" for name, value in EXAMPLES])
def test_every_example_of_every_fault_is_its_bytes_and_its_end(stage: Stage, name: str, value: Any) -> None:
    stage.script = hurried(spoiled({name: value}))
    expected = sent(stage.script)
    with stage.peer() as client:
        client.send(ASK)
        assert exactly(client, len(expected)) == expected
        last = stage.script[-1] if stage.script else None  # a swallowed request has no end either
        if isinstance(last, Close | Reset):
            assert ending(client) == ("FIN" if isinstance(last, Close) else "RST")
        else:
            client.send(ASK)
            assert exactly(client, len(expected)) == expected


HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=UTF-8\r\nServer: oifde-simulator\r\n"
    b"Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
)
RAW: dict[str, tuple[Any, bytes]] = {
    "cut": ({"cut": 3}, HEAD + b'Content-Length: 9\r\n\r\n{"a'),
    "content-length": ({"content-length": 1}, HEAD + b'Content-Length: 10\r\n\r\n{"a":"b"}'),
    "no-content-length": ("no-content-length", HEAD + b'\r\n{"a":"b"}'),
    "malformed-chunk": (
        "malformed-chunk",
        HEAD + b'Transfer-Encoding: chunked\r\n\r\n4\r\n{"a"\r\nzz\r\n:"b"}',
    ),
    "interim, BOM, closed": (
        ["informational", "bom", "close"],
        b"HTTP/1.1 103 Early Hints\r\n\r\n" + HEAD + b'Content-Length: 12\r\n\r\n\xef\xbb\xbf{"a":"b"}',
    ),
}


@pytest.mark.parametrize(("items", "raw"), RAW.values(), ids=RAW.keys())
def test_a_client_sees_these_raw_bytes_and_then_the_end(stage: Stage, items: Any, raw: bytes) -> None:
    stage.script = spoiled(*(items if isinstance(items, list) else [items]), body=b'{"a":"b"}')
    with stage.peer() as client:
        client.send(ASK)
        assert exactly(client, len(raw)) == raw
        assert ending(client) == "FIN"


def test_a_break_in_a_long_body_comes_after_the_very_byte_that_was_asked_for(stage: Stage) -> None:
    stage.script = spoiled({"reset-mid-body": 3_000_000}, body=b"x" * 4_000_000)
    with Peer(stage.url, stage.ca_pem, receive_buffer=4096) as client:
        client.send(ASK)
        assert len(exactly(client, len(sent(stage.script)))) == len(sent(stage.script))
        assert ending(client) == "RST"


def test_two_requests_in_one_write_are_both_answered_late(stage: Stage) -> None:
    stage.script = spoiled({"latency": "1ms"})
    expected = sent(stage.script) * 2
    with stage.peer() as client:
        client.send(ASK * 2)
        assert exactly(client, len(expected)) == expected


def test_a_wait_is_never_shorter_than_asked_and_many_do_not_add_up_to_more(stage: Stage) -> None:
    stage.script = (*(Wait(0.0005),) * 60, *honest())
    with stage.peer() as client:
        begun = time.monotonic()
        client.send(ASK)
        assert exactly(client, 1)
        assert 0.029 <= time.monotonic() - begun < 5
    stage.script = (Wait(0.02), *honest())
    with stage.peer() as client:
        begun = time.monotonic()
        client.send(ASK)
        assert exactly(client, 1)
        assert 0.02 <= time.monotonic() - begun < 5


DATA_SEGMENTS_IN = 152
"""Offset of tcpi_data_segs_in in `struct tcp_info` of Linux."""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts segments for us")
def test_a_slicer_makes_tcp_segments_of_its_own(stage: Stage) -> None:
    if stage.ca_pem:
        pytest.skip("the handshake is segments too")
    length = len(sent(honest()))
    stage.script = spoiled({"slicer": {"bytes": -(-length // 8), "every": "1ms"}})
    with stage.peer() as client:
        client.send(ASK)
        assert len(exactly(client, length)) == length
        info = client.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
        if len(info) < DATA_SEGMENTS_IN + 4:
            pytest.skip("this kernel does not say")
        assert struct.unpack_from("I", info, DATA_SEGMENTS_IN)[0] == len(stage.script) // 2


# Connections that are held

HANGING = {
    "hang": {"hang": "1h"},
    "hang before the body": {"hang": {"limit": "1h", "at": "body"}},
    "latency": {"latency": "1h"},
    "dribble": {"dribble": "1h"},
    "bandwidth": {"bandwidth": 1},
    "slow-close": {"slow-close": "1h"},
}


def held(stage: Stage, item: Any = None) -> Peer:
    """Connect a client that is held after the first byte of an answer."""
    stage.script = (Send(b"H", "early"), *spoiled(item or {"hang": "1h"}))
    client = stage.peer()
    client.send(ASK)
    assert exactly(client, 1) == b"H"
    return client


@pytest.mark.parametrize("item", HANGING.values(), ids=HANGING.keys())
@pytest.mark.parametrize("reset", [False, True], ids=["in order", "by reset"])
def test_a_client_that_leaves_ends_its_wait_at_once(small: Stage, item: Any, reset: bool) -> None:
    with held(small, item) as client:
        with pytest.raises(Empty):
            small.released.get_nowait()
        if reset:
            client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    small.released.get(timeout=PATIENCE)
    assert len(small.holds) == 0


def test_no_more_connections_are_held_than_the_limit_allows(
    small: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    with held(small), small.peer() as second:
        second.send(ASK)
        assert exactly(second, 1) == b"H"
        assert ending(second) == "RST"
        (record,) = caplog.records
        assert record.levelno == logging.WARNING
        assert "1 are held, the limit of --max-waiting" in record.getMessage()
        small.script = honest()
        with small.peer() as third:
            third.send(ASK)
            assert exactly(third, len(sent(honest()))) == sent(honest())
    small.released.get(timeout=PATIENCE)
    held(small).close()
    small.released.get(timeout=PATIENCE)


def test_an_answer_that_waits_many_times_takes_one_place_and_gives_it_back(small: Stage) -> None:
    small.script = spoiled({"dribble": {"chunks": 3, "over": "3ms"}}, {"latency": "1ms"})
    expected = sent(small.script)
    with small.peer() as client:
        for _ in range(3):
            client.send(ASK)
            assert exactly(client, len(expected)) == expected
            small.released.get(timeout=PATIENCE)


@pytest.mark.parametrize("item", HANGING.values(), ids=HANGING.keys())
def test_a_server_that_stops_ends_every_wait_at_once(small: Stage, item: Any) -> None:
    with held(small, item) as client:
        small.loop.call_soon_threadsafe(small.stop.set)
        rest = sent(small.script)[1:]
        assert exactly(client, len(rest)) == rest
        assert ending(client) == "FIN"


def test_a_client_that_leaves_in_mid_answer_is_no_error(
    small: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    with held(small, {"dribble": {"bytes": 1, "every": "1ms"}}) as client:
        assert exactly(client, 10)
    small.released.get(timeout=PATIENCE)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_a_client_that_leaves_the_alert_of_the_end_unanswered_gets_the_end(stage: Stage) -> None:
    """The event loops would wait for its answer, for longer than this client does."""
    stage.script = (*honest(), Close())
    with stage.peer() as client:
        client.send(ASK)
        assert client.rest().endswith(BODY)
        with socket.socket(fileno=client.socket.detach()) as plain:
            plain.settimeout(PATIENCE / 2)
            assert plain.recv(1) == b""
