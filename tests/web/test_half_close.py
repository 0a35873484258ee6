"""Clients that end their half of a connection after asking (`shutdown(SHUT_WR)`) and wait for the answer."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import sys
from collections.abc import Iterator
from functools import partial
from typing import Any
from unittest.mock import Mock
from urllib.parse import urlsplit

import pytest

import serving
from conftest import QUERY, TOKEN
from oifde_simulator.runtime.lifecycle import loop_factory
from oifde_simulator.runtime.server import Simulator
from oifde_simulator.web import http_connection, peer
from oifde_simulator.web.data_plane.delivery import SLICE
from oifde_simulator.web.http_connection import HttpConnection
from serving import PATIENCE, Peer, fetch, head, post, running, trusting

LARGE = 8 * SLICE
SCENARIO = f"""
tenant: {{tokens: [{TOKEN}]}}
sessions: {{}}
rules:
  - {{name: slow, match: {{request: {{userMobile: slow}}}}, faults: [{{latency: 30ms}}]}}
  - {{name: held, match: {{request: {{userMobile: held}}}}, faults: [{{latency: 1h}}]}}
  - {{name: large, match: {{request: {{userMobile: large}}}}, respond: {{body: {"x" * LARGE}}}}}
  - {{name: cut, match: {{request: {{userMobile: cut}}}}, faults: [cut]}}
"""


@pytest.fixture(scope="module", params=["uvloop", "asyncio"])
def loop(request: pytest.FixtureRequest) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "asyncio":
            patch.setattr(serving, "loop_factory", lambda: asyncio.new_event_loop)
        elif loop_factory() is None:
            pytest.skip("without uvloop")
        yield


@pytest.fixture(scope="module", params=["off", "auto"], ids=["plain", "TLS"])
def server(
    request: pytest.FixtureRequest, loop: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Simulator]:
    scenario = tmp_path_factory.mktemp("scenarios") / "acme.yaml"
    scenario.write_text(SCENARIO)
    with running(scenarios=(scenario,), no_bundled=True, tls=request.param) as simulator:
        yield simulator


class Half:
    """A client that sends, ends its half, and reads; over TLS by close_notify alone, as Go and Java do."""

    def __init__(self, simulator: Simulator) -> None:
        parts = urlsplit(simulator.data_url)
        self.socket = socket.create_connection((parts.hostname, parts.port), PATIENCE)
        self._coming, self._going = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls: ssl.SSLObject | None = None
        if parts.scheme == "https":
            context = trusting(simulator.ca_pem)
            self._tls = context.wrap_bio(self._coming, self._going, server_hostname=parts.hostname)
            self._until_done(self._tls.do_handshake)

    def ask(self, octets: bytes) -> bytes:
        """Send `octets` and the end of this half in one go; returns all that comes until the server's end."""
        self.send(octets)
        if self._tls is None:
            return b"".join(iter(lambda: self.socket.recv(1 << 16), b""))
        return b"".join(iter(lambda: self._until_done(self._read), b""))

    def send(self, octets: bytes) -> None:
        """Send `octets` and the end of this half in one go."""
        if self._tls is None:
            self.socket.sendall(octets)
            self.socket.shutdown(socket.SHUT_WR)
            return
        self._tls.write(octets)
        try:
            self._tls.unwrap()
        except ssl.SSLWantReadError:
            self.socket.sendall(self._going.read())

    def _read(self) -> bytes:
        assert self._tls is not None
        try:
            return self._tls.read(1 << 16)
        except ssl.SSLZeroReturnError:
            return b""

    def _until_done(self, act: Any) -> Any:
        while True:
            try:
                return act()
            except ssl.SSLWantReadError:
                self.socket.sendall(self._going.read())
                received = self.socket.recv(1 << 16)
                self._coming.write(received) if received else self._coming.write_eof()
            finally:
                self.socket.sendall(self._going.read())

    def __enter__(self) -> Half:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()


def body(user: str) -> bytes:
    return json.dumps({"tenantId": "acme", "authToken": TOKEN, "userMobile": user}).encode()


def told(server: Simulator, path: str) -> Any:
    return json.loads(fetch(server.control_url + path)[2])


def last(server: Simulator) -> int:
    return int(told(server, "/journal?limit=1")["last"])


def outcomes(server: Simulator, since: int) -> list[str]:
    """List how the exchanges since entry `since` ended, once all have."""
    while True:
        entries = told(server, f"/journal?since={since}")["entries"]
        found = [entry["outcome"]["how"] for entry in entries]
        if "under way" not in found:
            return found


def bodies(octets: bytes) -> list[bytes]:
    """Part answers by their lengths, each of which must be whole."""
    found = []
    while octets:
        top, _, octets = octets.partition(b"\r\n\r\n")
        assert top.startswith(b"HTTP/1."), top
        length = int(top.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        assert len(octets) >= length
        found.append(octets[:length])
        octets = octets[length:]
    return found


def chunked(octets: bytes) -> bytes:
    middle = len(octets) // 2
    parts = (b"%x\r\n%b\r\n" % (len(part), part) for part in (octets[:middle], octets[middle:], b""))
    return head("Transfer-Encoding: chunked") + b"".join(parts)


ASKED = {
    "one": (post(body("1")), 1),
    "the last of its connection": (post(body("1"), "Connection: close"), 1),
    "HTTP/1.0": (post(body("1"), version="1.0"), 1),
    "a chunked body": (chunked(body("1")), 1),
    "with Expect": (post(body("1"), "Expect: 100-continue"), 1),
    "a delayed answer": (post(body("slow")), 1),
    "a large answer": (post(body("large")), 1),
    "three in a row": (post(body("1")) + post(body("slow")) + post(body("1")), 3),
    "many in a row": (post(body("1")) * 100, 100),
    "no path of ours": (head(method="GET", target="/nothing"), 1),
    "no HTTP": (b"nonsense\r\n\r\n", 1),
}


@pytest.mark.parametrize(("octets", "count"), ASKED.values(), ids=ASKED)
def test_a_client_that_ends_its_half_gets_every_answer_whole_and_then_the_end(
    server: Simulator, octets: bytes, count: int
) -> None:
    before = last(server)
    with Half(server) as client:
        answers = bodies(client.ask(octets))
    assert len(answers) == count
    assert all(answers)
    assert outcomes(server, before) == ["complete"] * count


def test_a_spoiled_answer_to_a_client_that_ended_its_half_says_how_it_was_spoiled(server: Simulator) -> None:
    before = last(server)
    with Half(server) as client:
        assert client.ask(post(body("cut"))).startswith(b"HTTP/1.1 200")
    assert outcomes(server, before) == ["closed"]


def test_an_idle_client_that_ends_its_half_gets_the_end(server: Simulator) -> None:
    with Half(server) as client:
        assert client.ask(b"") == b""


@pytest.mark.parametrize("length", [1, 1_000_000], ids=["short", "long"])
def test_a_client_that_ends_its_half_amid_a_body_has_left(server: Simulator, length: int) -> None:
    before = last(server)
    with Half(server) as client:
        assert client.ask(head(f"Content-Length: {100 + length}") + body("1")[:20]) == b""
    assert outcomes(server, before) == ["client left"]


@pytest.fixture
def held(server: Simulator) -> Iterator[Peer]:
    """Ask for an answer that is held for an hour."""
    before = last(server)
    with Peer(server.data_url, server.ca_pem) as client:
        client.send(post(body("held")))
        told(server, f"/journal/wait?since={before}&userMobile=held")
        yield client


@pytest.mark.parametrize("how", ["FIN", "RST", "FIN and FIN", "FIN and RST"])
def test_a_client_that_is_gone_is_noticed_while_its_answer_is_held(
    server: Simulator, held: Peer, how: str
) -> None:
    if "FIN and" in how:
        held.socket.shutdown(socket.SHUT_WR)
    if "RST" in how:
        held.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    held.close()
    assert outcomes(server, last(server) - 1) == ["client left"]


def test_a_client_of_another_machine_that_is_gone_is_noticed_when_it_is_answered(
    server: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peer, "_is_orphan", lambda *_: False)
    before = last(server)
    with Peer(server.data_url, server.ca_pem) as client:
        client.send(post(body("slow")))
    assert outcomes(server, before) == ["client left"]


@pytest.mark.slow(seconds=5)
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a socket choose how long it is known")
def test_a_client_of_another_machine_that_is_gone_is_told_from_one_that_waits(
    server: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peer, "_is_orphan", lambda *_: False)
    monkeypatch.setattr(peer, "PROBE_SECONDS", 1)
    before = last(server)
    with Half(server) as waits, Peer(server.data_url, server.ca_pem) as leaves:
        waits.send(post(body("held")))
        told(server, f"/journal/wait?since={before}")
        leaves.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_LINGER2, 1)  # in place of tcp_fin_timeout
        leaves.send(post(body("held")))
        told(server, f"/journal/wait?since={before}&count=2")
        leaves.socket.shutdown(socket.SHUT_WR)
        leaves.close()
        (entry,) = told(server, f"/journal/wait?since={before}&outcome=true&timeout=60s")["entries"]
        assert (entry["number"], entry["outcome"]["how"]) == (before + 2, "client left")
        (entry,) = told(server, f"/journal/wait?since={before}&outcome=false")["entries"]
        assert entry["number"] == before + 1


def test_looking_for_a_client_goes_on_where_a_timer_comes_a_rounding_error_too_early(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connection, looks = Mock(_look=None), iter([False] * 20 + [True])
    connection._loop.call_later.return_value.when.return_value = float("inf")
    connection._look_for_client = partial(HttpConnection._look_for_client, connection)
    monkeypatch.setattr(http_connection, "has_left", lambda _: next(looks))
    connection._look_for_client(0.01)
    for _ in range(20):
        HttpConnection._look_again(connection, connection._loop.call_later.call_args.args[2])
    connection.transport.abort.assert_called_once_with()


def test_a_client_whose_socket_is_closed_already_is_not_asked_for() -> None:
    connection = Mock(_look=None, unanswered=1)
    connection.transport.is_closing.return_value = False
    connection.transport.get_extra_info.return_value = None  # as uvloop answers then
    connection._look_for_client = partial(HttpConnection._look_for_client, connection)
    assert HttpConnection._end_half(connection)
    assert not HttpConnection.is_abandoned(connection)
    connection.transport.abort.assert_not_called()
    connection._loop.call_later.assert_called_once()


def call(target: str, method: str = "GET", *headers: str) -> bytes:
    lines = (f"{method} {target} HTTP/1.1", "Host: 127.0.0.1", *headers, "", "")
    return "\r\n".join(lines).encode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_control_plane_answers_a_client_that_ends_its_half(server: Simulator, count: int) -> None:
    with Peer(server.control_url) as client:
        client.send(call("/readyz") * count)
        client.socket.shutdown(socket.SHUT_WR)
        assert len(bodies(client.rest())) == count


def test_the_control_plane_says_that_a_body_ended_early(server: Simulator) -> None:
    with Peer(server.control_url) as client:
        client.send(call("/tenants", "POST", "Content-Length: 100") + b"{")
        client.socket.shutdown(socket.SHUT_WR)
        answer = client.answer()
    assert (answer.status, "ended the connection" in answer.json["detail"]) == (400, True)


def test_a_wait_of_the_control_plane_goes_on_for_a_client_that_ends_its_half(server: Simulator) -> None:
    before = last(server)
    with Peer(server.control_url) as client:
        client.send(call(f"/journal/wait?since={before}&userMobile=waited&timeout=20s"))
        client.socket.shutdown(socket.SHUT_WR)
        assert last(server) == before
        fetch(server.data_url + QUERY, body("waited"), server.ca_pem)
        assert len(client.answer().json["entries"]) == 1
