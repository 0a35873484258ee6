"""Handshakes that go wrong on purpose: how many may hang, for how long, and what log and metrics say."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import re
import socket
import ssl
import struct
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import pytest

from controlling import Controlling
from oifde_simulator.pytest_plugin.handshakes import HANDSHAKE
from oifde_simulator.runtime.server import Simulator
from oifde_simulator.tls_faults import FAULTS, server_name
from oifde_simulator.web.data_plane.held_connections import HeldConnections
from oifde_simulator.web.tls.faults.handshakes import BrokenHandshakes
from oifde_simulator.web.tls.handshakes.log import Handshake
from serving import PATIENCE, fetch, running


@cache
def hello(name: str = "localhost") -> bytes:
    """Make the ClientHello of Python's client."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = ssl.create_default_context().wrap_bio(to_client, to_server, server_hostname=name)
    with contextlib.suppress(ssl.SSLWantReadError):
        client.do_handshake()
    return to_server.read()


def port_of(server: Simulator, fault: str) -> int:
    return int(dict(server.tls_faults)[fault].rpartition(":")[2])


def called(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), PATIENCE)


# What comes on the wire


@pytest.fixture(scope="module")
def server() -> Iterator[Simulator]:
    ports = tuple((fault, 0) for fault in FAULTS)
    with running(tls="auto", tls_fault=ports) as simulator:
        yield simulator


def received(port: int, octets: bytes) -> bytes:
    with called(port) as client:
        client.sendall(octets)
        found = bytearray()
        while chunk := client.recv(4096):
            found += chunk
        return bytes(found)


def test_refused_is_one_fatal_alert_and_the_end(server: Simulator) -> None:
    assert received(port_of(server, "refused"), hello()) == b"\x15\x03\x03\x00\x02\x02\x28"


def test_cut_is_the_end_and_no_byte(server: Simulator) -> None:
    assert received(port_of(server, "cut"), hello()) == b""


def test_plain_http_answers_a_hello_with_a_400_that_is_on_record_and_a_request_as_ever(
    server: Simulator,
) -> None:
    port = port_of(server, "plain-http")
    assert received(port, hello()).startswith(b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain")
    last = Controlling(server)("GET", "/journal?order=newest&limit=1").json["entries"][0]
    assert (last["status"], last["endpoint"]) == (400, None)
    assert fetch(f"http://127.0.0.1:{port}/nowhere")[0] == 404


@pytest.mark.parametrize("fault", ["refused", "cut"])
@pytest.mark.parametrize("size", [1, 3, 100])
def test_a_hello_in_pieces_is_waited_for(server: Simulator, fault: str, size: int) -> None:
    whole = hello()
    with called(port_of(server, fault)) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for start in range(0, len(whole) - 1, size):
            client.sendall(whole[start : min(start + size, len(whole) - 1)])
        client.setblocking(False)
        with pytest.raises(BlockingIOError):
            client.recv(1)
        client.setblocking(True)
        client.sendall(whole[-1:])
        assert client.recv(100) == (b"" if fault == "cut" else b"\x15\x03\x03\x00\x02\x02\x28")


@pytest.mark.parametrize("fault", FAULTS)
def test_clients_that_leave_or_talk_nonsense_harm_nobody(
    server: Simulator, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    port = port_of(server, fault)
    for octets in (
        b"",
        b"\x16",
        b"\x16\x03\x01\xff\xff" + bytes(200),
        b"GET / HTTP/1.1\r\n\r\n",
        bytes(2000),
    ):
        with called(port) as client:
            client.sendall(octets)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert Controlling(server)("GET", "/livez").status == 200
    assert not [each for each in caplog.records if each.exc_info]


# The log and the metrics


def distrusts(port: int, name: str = "localhost") -> None:
    with contextlib.suppress(OSError), called(port) as plain:
        client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts nobody; to read the authorities takes long
        client.minimum_version = ssl.TLSVersion.TLSv1_2  # Debian's Python allows older ones
        client.wrap_socket(plain, server_hostname=name).close()


def line_of(server: Simulator, fault: str, caplog: pytest.LogCaptureFixture) -> str:
    """Wait until the event loop has told of a handshake with a fault."""
    for _ in range(1000):
        if found := [each for each in caplog.messages if f"(served on purpose: {fault};" in each]:
            return found[-1]
        Controlling(server)("GET", "/livez")
    raise AssertionError(caplog.messages)


TOLD = {
    "expired": "was refused by the client: (unknown certificate authority|certificate has expired)",
    "not-yet-valid": "was refused by the client: ",
    "wrong-host": "was refused by the client: ",
    "self-signed": "was refused by the client: unknown certificate authority",
    "unknown-authority": "was refused by the client: unknown certificate authority",
    "incomplete-chain": "was refused by the client: unknown certificate authority",
    "weak-key": "was refused by the client: ",
    "old-protocol": "was refused: unsupported protocol",
    "refused": "was refused: a fatal alert, handshake failure",
    "cut": "was cut",
}


@pytest.mark.parametrize(("fault", "words"), TOLD.items(), ids=TOLD)
def test_the_log_tells_a_failure_as_meant(
    server: Simulator, fault: str, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    distrusts(port_of(server, fault))
    line = line_of(server, fault, caplog)
    pattern = rf"a TLS handshake {words}.* \(served on purpose: {fault}; client 127\.0\.0\.1:\d+\)"
    assert re.fullmatch(pattern, line), line
    assert not HANDSHAKE.search(line)


def test_the_log_tells_a_server_name_as_meant(server: Simulator, caplog: pytest.LogCaptureFixture) -> None:
    distrusts(int(server.data_url.rpartition(":")[2]), server_name("self-signed"))
    assert "was refused by the client: " in line_of(server, "self-signed", caplog)


def test_a_client_of_tls_1_2_that_refuses_an_old_version_is_told_as_meant(
    server: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    client = ssl.create_default_context()
    client.minimum_version = client.maximum_version = ssl.TLSVersion.TLSv1_2
    client.set_ciphers("DEFAULT")  # with those of old versions
    with called(port_of(server, "old-protocol")) as plain, pytest.raises(ssl.SSLError):
        client.wrap_socket(plain, server_hostname="localhost")
    assert "was refused by the client: unsupported version" in line_of(server, "old-protocol", caplog)


def test_a_client_that_leaves_after_the_handshake_is_told_as_meant(caplog: pytest.LogCaptureFixture) -> None:
    with running(tls="auto", tls_fault=(("wrong-host", 0),)) as simulator:
        client = ssl.create_default_context(cadata=(simulator.ca_pem or b"").decode())
        client.check_hostname = False  # as Node and Java do, which judge the name by themselves
        client.maximum_version = ssl.TLSVersion.TLSv1_2  # or a reset may overtake the handshake
        with called(port_of(simulator, "wrong-host")) as plain:
            client.wrap_socket(plain, server_hostname="localhost").close()
        line = line_of(simulator, "wrong-host", caplog)
    assert line.startswith(
        "a client left right after the TLS handshake, without a request (served on purpose: "
    )
    assert not HANDSHAKE.search(line)


def test_plain_http_to_a_port_of_tls_is_a_mistake_there_too(
    server: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    with called(port_of(server, "expired")) as client, contextlib.suppress(ConnectionError):
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        client.recv(1)
    for _ in range(1000):
        if "this port is https" in caplog.text:
            return
        Controlling(server)("GET", "/livez")
    raise AssertionError(caplog.text)


def test_the_metrics_count_whom_each_fault_has_met() -> None:
    with running(tls="auto", tls_fault=(("cut", 0),), log_level="error") as simulator:
        ask = Controlling(simulator)
        assert b"oifde_tls_faults_total{" not in ask("GET", "/metrics").body
        port = int(simulator.data_url.rpartition(":")[2])
        for _ in range(2):
            distrusts(port_of(simulator, "cut"))
        distrusts(port, server_name("expired"))
        ask("PUT", "/listener", {"tls": "expired"})
        distrusts(port)
        ask("PUT", "/listener", {"tls": "good"})
        distrusts(port)
        text = ask("GET", "/metrics").body.decode()
    assert dict(re.findall(r'oifde_tls_faults_total\{fault="([a-z-]+)"\} ([0-9.]+)', text)) == {
        "cut": "2.0",
        "expired": "2.0",
    }


# Handshakes that hang


class Hanging(socket.socket):
    """A client that has said hello."""

    was_reset = False
    """True where it met a reset already: the kernel tells of that once, and afterwards only of an end."""


def hangs(port: int) -> Hanging:
    client = Hanging()
    client.settimeout(PATIENCE)
    try:
        client.connect(("127.0.0.1", port))
        client.sendall(hello())
    except (ConnectionResetError, BrokenPipeError):  # even before connect returns
        client.was_reset = True
    return client


def is_reset(client: Hanging) -> bool:
    if client.was_reset:
        return True
    try:
        client.recv(1)
    except ConnectionError:
        return True
    except OSError as error:
        if error.errno != errno.ENOTCONN:  # what recv says after a connect that was reset
            raise
        return True
    return False


def test_so_many_hang_as_may_wait_and_no_more(caplog: pytest.LogCaptureFixture) -> None:
    with running(tls="auto", tls_fault=(("hanging", 0),), max_waiting=3) as simulator:
        port = port_of(simulator, "hanging")
        with contextlib.ExitStack() as all_of_them:
            clients = [all_of_them.enter_context(hangs(port)) for _ in range(30)]
            ends = [client for client in clients[3:] if is_reset(client)]
            assert len(ends) == 27
            for client in clients[:3]:
                client.setblocking(False)
                with pytest.raises(BlockingIOError):
                    client.recv(1)
            clients[0].close()  # a place is free as soon as the server has noticed
            while True:
                with hangs(port) as again:
                    again.settimeout(0.05)
                    with contextlib.suppress(TimeoutError):
                        is_reset(again)
                        continue
                    break
    assert "3 connections are held, the limit of --max-waiting" in caplog.text


def test_a_stop_does_not_wait_for_them(caplog: pytest.LogCaptureFixture) -> None:
    with contextlib.ExitStack() as clients, ThreadPoolExecutor(1) as threads:
        with running(tls="auto", tls_fault=(("hanging", 0),), idle_timeout=1e6) as simulator:
            many = [clients.enter_context(hangs(port_of(simulator, "hanging"))) for _ in range(50)]
            read = threads.submit(many[-1].recv, 1)
        with contextlib.suppress(ConnectionResetError):  # where its hello was not read yet
            assert read.result(PATIENCE) == b""
    assert not [each for each in caplog.records if each.exc_info]


def test_they_end_when_the_port_is_closed() -> None:
    with (
        running(tls="auto", tls_fault=(("hanging", 0),), log_level="error") as simulator,
        hangs(port_of(simulator, "hanging")) as client,
        ThreadPoolExecutor(1) as threads,
    ):
        ask = Controlling(simulator)
        assert ask("GET", "/livez").status == 200
        read = threads.submit(client.recv, 1)
        ask("PUT", "/listener", {"open": False})
        with contextlib.suppress(ConnectionResetError):
            assert read.result(PATIENCE) == b""


class Pair:
    """Both ends of a connection, the one for a handshake of ours."""

    def __init__(self) -> None:
        self.ours, self.client = socket.socketpair()
        self.ours.setblocking(False)
        self.client.settimeout(PATIENCE)

    def __enter__(self) -> Pair:
        return self

    def __exit__(self, *_: object) -> None:
        self.ours.close()
        self.client.close()


Way = Callable[[BrokenHandshakes], Callable[[socket.socket, Handshake], Any]]
WAYS: dict[str, Way] = {
    "refused": lambda made: made.refuse,
    "cut": lambda made: made.cut,
    "hanging": lambda made: made.hang,
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("octets", [b"", b"\x16\x03", b"whole"], ids=["silent", "half", "whole"])
async def test_each_ends_with_its_time_and_gives_its_place_back(way: Way, octets: bytes) -> None:
    places = HeldConnections(1)
    with Pair() as pair:
        pair.client.sendall(hello() if octets == b"whole" else octets)
        await way(BrokenHandshakes(places, 0.001))(pair.ours, Handshake(fault="hanging"))
    assert len(places) == 0


async def test_one_that_has_left_is_no_error_where_all_places_are_taken() -> None:
    left = socket.socket()
    left.close()
    await BrokenHandshakes(HeldConnections(0), 1.0).hang(left, Handshake())


async def test_one_that_hangs_reads_all_that_comes_and_keeps_none_of_it() -> None:
    places = HeldConnections(1)
    with Pair() as pair:
        pair.client.setblocking(False)
        handshakes = BrokenHandshakes(places, PATIENCE)
        hanging = asyncio.create_task(handshakes.hang(pair.ours, Handshake(fault="hanging")))
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(pair.client, hello() + bytes(4 << 20))  # more than any buffer of the system
        assert len(places) == 1
        handshakes.end()
        with contextlib.suppress(asyncio.CancelledError):
            await hanging
    assert len(places) == 0
