"""One port and several processes behind it: all answer, and it is closed and opened for all at once."""

from __future__ import annotations

import errno
import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from conftest import TOKEN
from serving import Peer, fetch, post
from workers_server import WorkersProcess, socket_count, working

BODY = json.dumps({"tenantId": "tenant001", "authToken": TOKEN, "userMobile": "18000000001"}).encode()

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=["off", "auto"], ids=["plain", "TLS"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WorkersProcess]:
    folder = tmp_path_factory.mktemp("workers")
    options = ("--recordings-port", "0", "--tls", request.param)
    faults = ("--tls-fault", "expired=0") if request.param == "auto" else ()
    with working(folder, *options, *faults, count=3) as server:
        yield server


def peer(server: WorkersProcess) -> Peer:
    authority = fetch(f"{server.control}/ca.pem")[2] if server.data.startswith("https") else None
    return Peer(server.data, authority)


def answers(client: Peer) -> int:
    client.send(post(BODY))
    return client.answer().status


def is_refused(url: str) -> bool:
    parts = urlsplit(url)
    with socket.socket() as client:
        return client.connect_ex((parts.hostname, parts.port)) == errno.ECONNREFUSED


def test_every_worker_has_its_share_of_connections(server: WorkersProcess) -> None:
    pids = server.pids()
    before = [socket_count(pid) for pid in pids]
    with ExitStack() as clients:
        for _ in range(30):
            assert answers(clients.enter_context(peer(server))) == 200
        found = [socket_count(pid) - count for pid, count in zip(pids, before, strict=True)]
    assert min(found) >= 8, found


def test_every_worker_answers_on_the_control_plane(server: WorkersProcess) -> None:
    answered: set[int] = set()
    for _ in range(600):
        answered.add(server.readyz()["worker"])
        if answered == {1, 2, 3}:
            return
    raise AssertionError(answered)


def test_the_authority_is_one(server: WorkersProcess) -> None:
    if server.data.startswith("https"):
        assert len({fetch(f"{server.control}/ca.pem")[2] for _ in range(30)}) == 1


def test_ready_file_and_readyz_name_the_supervisor(server: WorkersProcess) -> None:
    assert server.urls["pid"] == server.process.pid == server.readyz()["pid"]
    assert [worker["state"] for worker in server.readyz()["workers"]] == ["ready"] * 3


def test_the_port_is_closed_and_opened_for_all_before_the_answer(server: WorkersProcess) -> None:
    faults = [each["url"] for each in server.urls.get("tlsFaults", ())]
    urls = [server.data, server.urls["recordings"], *faults]
    for _ in range(20):
        assert server.put("/listener", {"open": False}) == 200
        assert all(is_refused(url) for url in urls for _ in range(6))
        assert fetch(f"{server.control}/readyz")[0] == 503
        assert server.put("/listener", {"open": True}) == 200
        assert not any(map(is_refused, urls))
        with peer(server) as client:
            assert answers(client) == 200


def test_idle_connections_of_every_worker_are_closed_with_the_port(server: WorkersProcess) -> None:
    with ExitStack() as stack:
        clients = [stack.enter_context(peer(server)) for _ in range(12)]
        assert [answers(client) for client in clients] == [200] * 12
        assert server.put("/listener", {"open": False}) == 200
        assert all(client.hangs_up() for client in clients)
    assert server.put("/listener", {"open": True}) == 200


def test_every_worker_says_that_the_port_is_closed(server: WorkersProcess) -> None:
    assert server.put("/listener", {"open": False}) == 200
    assert {json.loads(fetch(f"{server.control}/listener")[2])["open"] for _ in range(30)} == {False}
    assert server.put("/listener", {"open": True}) == 200
    assert {json.loads(fetch(f"{server.control}/listener")[2])["open"] for _ in range(30)} == {True}


def test_a_closed_port_costs_no_time(server: WorkersProcess) -> None:
    """A socket that listens no more has an event for ever; a worker that read it would take a whole core."""
    assert server.put("/listener", {"open": False}) == 200
    pids = server.pids() if fetch(f"{server.control}/readyz")[0] == 200 else workers_of(server)
    before = sum(map(cpu_ticks, pids))
    for _ in range(200):
        fetch(f"{server.control}/livez")
    asked = sum(map(cpu_ticks, pids)) - before
    assert server.put("/listener", {"open": True}) == 200
    before = sum(map(cpu_ticks, pids))
    for _ in range(200):
        fetch(f"{server.control}/livez")
    assert asked <= 3 * (sum(map(cpu_ticks, pids)) - before) + 20


def workers_of(server: WorkersProcess) -> list[int]:
    return [
        pid
        for pid in server.children()
        if b"oifde-simulator-worker" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]


def cpu_ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def test_another_program_cannot_take_the_number(server: WorkersProcess) -> None:
    address = urlsplit(server.data)
    for state in (False, True):
        assert server.put("/listener", {"open": state}) == 200
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind((address.hostname, address.port))
