"""The vendor's port, closed and opened while the server runs, at real sockets."""

from __future__ import annotations

import asyncio
import errno
import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from conftest import TOKEN
from controlling import Controlling
from oifde_simulator.config import Settings
from oifde_simulator.engine.pipeline import Pipeline
from oifde_simulator.journal import Journal
from oifde_simulator.oifde.router import Router
from oifde_simulator.runtime.server import Simulator
from oifde_simulator.runtime.server.registry import registry
from oifde_simulator.tenants import Tenants
from oifde_simulator.web.connection_limits import ConnectionLimits
from oifde_simulator.web.data_plane.request_reader import Limits
from oifde_simulator.web.data_plane.server import Connections, data_plane
from oifde_simulator.web.data_plane.sockets import listening_sockets
from oifde_simulator.web.data_plane.sockets.binding import ATTEMPTS
from oifde_simulator.web.data_plane.sockets.port import Port
from serving import CALM, PATIENCE, Peer, fetch, head, needs_ipv6, post, running, served, trusting

BODY = json.dumps({"tenantId": "tenant001", "authToken": TOKEN, "userMobile": "18000000001"}).encode()
SLOW = f"tenant: {{tokens: [{TOKEN}]}}\nrules: [{{name: slow, faults: [{{latency: {{fixed: 20s}}}}]}}]\n"


@pytest.fixture(params=["off", "auto"], ids=["plain", "TLS"])
def server(request: pytest.FixtureRequest) -> Iterator[Controlling]:
    with running(tls=request.param) as simulator:
        yield Controlling(simulator)


@pytest.fixture
def plain() -> Iterator[Controlling]:
    with running() as simulator:
        yield Controlling(simulator)


def peer(server: Controlling) -> Peer:
    return Peer(server.simulator.data_url, server.simulator.ca_pem)


def status(server: Controlling) -> int:
    with peer(server) as client:
        client.send(post(BODY))
        return client.answer().status


def refused(server: Controlling) -> bool:
    parts = urlsplit(server.simulator.data_url)
    with socket.socket() as client:
        return client.connect_ex((parts.hostname, parts.port)) == errno.ECONNREFUSED


def close(server: Controlling, **more: Any) -> Any:
    answer = server("PUT", "/listener", {"open": False, **more})
    assert answer.status == 200
    return answer.json


def test_closed_it_refuses_and_opened_it_answers_under_the_same_number(server: Controlling) -> None:
    url = server.simulator.data_url
    assert server("GET", "/listener").json == {"open": True, "url": url, "ttl": None}
    for _ in range(3):
        assert status(server) == 200
        assert close(server) == {"open": False, "url": url, "ttl": None}
        assert refused(server)
        assert server("GET", "/listener").json["open"] is False
        assert server("PUT", "/listener", {"open": True}).json == {"open": True, "url": url, "ttl": None}
    assert status(server) == 200


def test_idle_connections_are_closed(server: Controlling) -> None:
    with peer(server) as asked, peer(server) as fresh, peer(server) as half:
        asked.send(post(BODY))
        assert asked.answer().status == 200
        half.send(b"POST /oifde HTTP/1.1\r\nHost:")
        assert status(server) == 200  # whoever connected before is known by now
        close(server)
        assert asked.hangs_up()
        assert fresh.hangs_up()
        assert half.hangs_up()


def test_a_connection_whose_handshake_comes_too_late_is_closed() -> None:
    with running(tls="auto") as simulator:
        server, parts = Controlling(simulator), urlsplit(simulator.data_url)
        with socket.create_connection((parts.hostname, parts.port), PATIENCE) as late:
            assert status(server) == 200  # it has been accepted by now
            close(server)
            with (
                suppress(OSError),
                trusting(simulator.ca_pem).wrap_socket(late, server_hostname=parts.hostname) as secured,
            ):
                assert secured.recv(1) == b""
        server("PUT", "/listener", {"open": True})
        assert status(server) == 200


def test_a_request_whose_body_is_half_here_is_answered_for_the_last_time(server: Controlling) -> None:
    with peer(server) as client:
        client.send(head(f"Content-Length: {len(BODY)}", "Expect: 100-continue"))
        assert client.answer().status == 100
        client.send(BODY[:20])
        close(server)
        client.send(BODY[20:])
        answer = client.answer()
        assert (answer.status, answer.headers["Connection"]) == (200, "close")
        assert client.hangs_up()


def test_an_answer_under_way_is_sent_whole(tmp_path: Path) -> None:
    (tmp_path / "slow.yaml").write_text(SLOW.replace("20s", "300ms"))
    with running(scenarios=(tmp_path / "slow.yaml",)) as simulator, Peer(simulator.data_url) as client:
        server = Controlling(simulator)
        client.send(post(BODY.replace(b"tenant001", b"slow")))
        assert server("GET", "/journal/wait?tenant=slow").json["entries"][0]["outcome"]["how"] == "under way"
        close(server)
        assert refused(server)
        assert client.answer().status == 200
        assert client.hangs_up()
        server("PUT", "/listener", {"open": True})
        assert status(server) == 200


def test_the_number_is_kept_from_others_while_it_is_closed(plain: Controlling) -> None:
    close(plain)
    address = urlsplit(plain.simulator.data_url)
    for reuse in (0, 1):
        with socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, reuse)
            with pytest.raises(OSError, match="in use"):
                other.bind((address.hostname, address.port))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("tls", ["off", "auto"])
@needs_ipv6
def test_both_families_of_this_machine_open_and_close_together(host: str, tls: str) -> None:
    with running(host=host, control_host=host, tls=tls) as simulator:
        server = Controlling(simulator)
        data, control = urlsplit(simulator.data_url), urlsplit(simulator.control_url)
        assert (data.hostname, control.hostname) == (host, host)
        assert data.port
        assert control.port
        for _ in range(3):
            for address in ("127.0.0.1", "[::1]"):
                vendor = f"{data.scheme}://{address}:{data.port}/oifde/rest/api/queryRecordHistory"
                assert fetch(vendor, BODY, simulator.ca_pem)[0] == 200
                assert fetch(f"http://{address}:{control.port}/livez")[0] == 200
            close(server)
            for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
                with socket.socket(family) as client:
                    assert client.connect_ex((address, data.port)) == errno.ECONNREFUSED
                with socket.socket(family) as other, pytest.raises(OSError, match="in use"):
                    other.bind((address, data.port))
            server("PUT", "/listener", {"open": True})
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        for number in (data.port, control.port):
            socket.create_server((address, number), family=family).close()


@needs_ipv6
async def test_an_address_that_cannot_be_opened_leaves_the_others_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    port = made_port()
    await port.start()
    try:
        number = urlsplit(port.url).port or 0
        await port.close()
        loop, answers = asyncio.get_running_loop(), iter([False, True])
        create = loop.create_server

        def create_one(*given: Any, **more: Any) -> Any:
            if next(answers, False):
                raise OSError(errno.EADDRINUSE, "Address already in use")
            return create(*given, **more)

        monkeypatch.setattr(loop, "create_server", create_one)
        with pytest.raises(OSError, match="in use"):
            await port.open()
        assert not port.is_open
        assert not await connects(number)
        assert not await connects(number, "::1")
        await port.open()
        assert await connects(number)
        assert await connects(number, "::1")
    finally:
        await port.cleanup()


async def test_a_client_of_the_first_address_is_served_before_the_second_listens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    port = made_port()
    await port.start()
    try:
        await port.close()
        loop, early = asyncio.get_running_loop(), []
        create, accepted, take = loop.create_server, asyncio.Event(), Connections.connection_made

        def take_and_tell(*given: Any) -> None:
            take(*given)
            accepted.set()

        async def create_and_call(*given: Any, **more: Any) -> Any:
            server = await create(*given, **more)
            if not early:
                early.append(await asyncio.open_connection("127.0.0.1", urlsplit(port.url).port))
                await accepted.wait()
            return server

        monkeypatch.setattr(Connections, "connection_made", take_and_tell)
        monkeypatch.setattr(loop, "create_server", create_and_call)
        await port.open()
        ((reader, writer),) = early
        writer.write(b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n")
        assert await reader.readline() == b"HTTP/1.1 404 Not Found\r\n"
        writer.close()
    finally:
        await port.cleanup()


def test_twice_the_same_is_once(plain: Controlling) -> None:
    for _ in range(2):
        close(plain)
    assert refused(plain)
    for _ in range(2):
        plain("PUT", "/listener", {"open": True})
    assert status(plain) == 200


def test_it_opens_by_itself_after_a_while(plain: Controlling) -> None:
    assert 0 < close(plain, ttl="200ms")["ttl"] <= 0.2
    while refused(plain):
        pass
    assert status(plain) == 200
    assert plain("GET", "/listener").json["ttl"] is None


def test_the_last_word_on_when_it_opens_counts(plain: Controlling) -> None:
    close(plain, ttl="1ms")
    while not plain("GET", "/listener").json["open"]:
        pass
    close(plain, ttl="50ms")
    assert close(plain)["ttl"] is None
    assert close(plain, ttl="1h")["ttl"] > 3000
    assert plain("PUT", "/listener", {"open": True}).json["ttl"] is None


def test_a_reset_of_everything_opens_it(plain: Controlling) -> None:
    close(plain)
    plain("POST", "/reset")
    assert status(plain) == 200


WRONG = {
    "nothing": ({}, "open"),
    "text": ({"open": "no"}, "open"),
    "another key": ({"open": False, "for": "5s"}, "for"),
    "no unit": ({"open": False, "ttl": "5"}, "ttl"),
    "no time": ({"open": False, "ttl": "0s"}, "ttl"),
    "opened for a while": ({"open": True, "ttl": "5s"}, '{"open": false}'),
    "no JSON": (b"open", "JSON"),
    "a list": ([], "object"),
}


def test_what_is_refused_leaves_it_as_it_is(plain: Controlling) -> None:
    for is_open in (True, False):
        plain("PUT", "/listener", {"open": is_open})
        before = plain("GET", "/listener").body
        for body, words in WRONG.values():
            answer = plain("PUT", "/listener", body)
            assert answer.problem == (400, "wrong-body")
            assert words in answer.json["detail"]
            assert plain("GET", "/listener").body == before


@pytest.mark.slow
@pytest.mark.parametrize("tls", ["off", "auto"])
def test_a_server_that_is_closed_stops_cleanly_with_what_is_in_flight(tmp_path: Path, tls: str) -> None:
    (tmp_path / "slow.yaml").write_text(SLOW)
    with served(tmp_path, "--tls", tls, "--scenarios", str(tmp_path)) as process:
        pem = process.ca_pem() if tls == "auto" else None
        with Peer(process.data, pem) as client:
            client.send(post(BODY.replace(b"tenant001", b"slow")))
            assert fetch(f"{process.control}/journal/wait?tenant=slow")[0] == 200
            body = b'{"open": false, "ttl": "1h"}'
            assert fetch(f"{process.control}/listener", body, method="PUT")[0] == 200
            with ThreadPoolExecutor(1) as threads:
                stopped = threads.submit(process.stop)
                assert client.answer().status == 200
                assert client.hangs_up()
                assert stopped.result() == (0, "")


async def test_asyncios_own_event_loop_will_do_and_deeds_at_once_take_their_turns() -> None:
    port = made_port()
    await port.start()
    try:
        number = urlsplit(port.url).port
        assert await connects(number)
        await port.close()
        assert not await connects(number)
        await asyncio.gather(port.open(), port.open(), port.close(), port.open())
        assert port.is_open
        assert await connects(number)
    finally:
        await port.cleanup()


class Unstoppable(socket.socket):
    """Socket of a system that cannot stop listening without losing the number."""

    def shutdown(self, how: int) -> None:
        raise OSError("not connected")


async def test_where_the_system_cannot_keep_the_number_it_is_let_go_and_taken_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(listening_sockets.socket, "socket", Unstoppable)
    port = made_port()
    await port.start()
    try:
        number = urlsplit(port.url).port
        await port.close()
        assert not await connects(number)
        await port.open()
        assert await connects(number)
        await port.close()
        with socket.create_server(("127.0.0.1", number)):
            with pytest.raises(OSError, match="the port is in use"):
                await port.open()
            assert not port.is_open
            port._reopen()
            assert port._reopening is not None
            await port._reopening
            assert "the listener stays closed: cannot listen on" in caplog.text
        await port.open()
        assert await connects(number)
    finally:
        await port.cleanup()


def take_while_listening(monkeypatch: pytest.MonkeyPatch, times: int) -> list[int]:
    """Have another program listen first, `times` times on ::1; returns the numbers, as they are tried."""
    loop, tried = asyncio.get_running_loop(), list[int]()
    create = loop.create_server

    async def create_or_refuse(*given: Any, sock: socket.socket, **more: Any) -> Any:
        if sock.family == socket.AF_INET6:
            tried.append(sock.getsockname()[1])
            if len(tried) <= times:
                raise OSError(errno.EADDRINUSE, "Address already in use")
        return await create(*given, sock=sock, **more)

    monkeypatch.setattr(loop, "create_server", create_or_refuse)
    return tried


@needs_ipv6
async def test_a_port_that_is_taken_at_the_second_address_as_it_listens_is_another_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried = take_while_listening(monkeypatch, 2)
    port = made_port()
    await port.start()
    try:
        assert urlsplit(port.url).port == tried[-1]
        assert await connects(tried[-1])
        assert await connects(tried[-1], "::1")
        assert not any([await connects(each) for each in tried[:-1]])
    finally:
        await port.cleanup()


@needs_ipv6
async def test_both_ports_of_a_server_look_for_other_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = take_while_listening(monkeypatch, 1)
    settings = Settings(**CALM)
    simulator = Simulator(settings, registry(settings, {}))
    await simulator.start()
    monkeypatch.undo()
    await simulator.stop()
    assert len(tried) == 3

    tried = take_while_listening(monkeypatch, 10**6)
    with pytest.raises(OSError, match="the port is in use; choose another with --port"):
        await Simulator(settings, registry(settings, {})).start()
    assert len(tried) == ATTEMPTS
    for number in tried:
        assert not await connects(number)


async def test_the_end_of_a_port_waits_for_its_opening(monkeypatch: pytest.MonkeyPatch) -> None:
    port, began = made_port(), asyncio.Event()
    await port.start()
    await port.close()

    async def listen_for_ever(_: int | None) -> None:
        began.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(port, "_listen", listen_for_ever)
    port._reopen()
    await began.wait()
    await port.cleanup()
    assert port._reopening is not None
    assert port._reopening.done()


def made_port() -> Port:
    tenants = Tenants({}, seed="0", error_status=200)
    pipeline = Pipeline(Router(bad_json_status=400), tenants, Journal(tenants.state))
    plane = data_plane(
        pipeline, Limits(1 << 20, 5.0), connections=ConnectionLimits(idle_seconds=5.0, write_seconds=5.0)
    )
    return Port(plane, "127.0.0.1", 0, None, handshake_seconds=5.0)


async def connects(number: int | None, address: str = "127.0.0.1") -> bool:
    try:
        _, writer = await asyncio.open_connection(address, number)
    except ConnectionRefusedError:
        return False
    writer.close()
    await writer.wait_closed()
    return True
