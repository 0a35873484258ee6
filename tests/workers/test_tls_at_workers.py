"""TLS of several workers: broken and mended for all, and served throughout a roll."""

from __future__ import annotations

import json
import signal
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from time import monotonic

import pytest

from conftest import TOKEN
from serving import PATIENCE, Peer, fetch, post
from workers_server import LONG, WorkersProcess, wait_for_end, working

QUERY = post(json.dumps({"tenantId": "tenant001", "authToken": TOKEN, "userMobile": "1"}).encode())

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkersProcess]:
    with working(tmp_path_factory.mktemp("tls"), count=3) as server:
        yield server


@pytest.fixture(scope="module")
def authority(server: WorkersProcess) -> bytes:
    """Certificate authority of the server, as any worker tells it."""
    return fetch(f"{server.control}/ca.pem")[2]


def is_trusted(server: WorkersProcess, authority: bytes) -> bool:
    try:
        Peer(server.data, authority).close()
    except ssl.SSLCertVerificationError:
        return False
    return True


def test_a_fault_of_tls_is_that_of_every_worker_until_its_time_is_over(
    server: WorkersProcess, authority: bytes
) -> None:
    assert server.put("/listener", {"tls": "expired", "ttl": "3s"}) == 200
    assert not any(is_trusted(server, authority) for _ in range(12))
    told = [json.loads(fetch(f"{server.control}/listener")[2]) for _ in range(20)]
    assert {each["tls"] for each in told} == {"expired"}
    assert max(each["tlsTtl"] for each in told) <= 3
    deadline = monotonic() + LONG
    while not is_trusted(server, authority) and monotonic() < deadline:
        pass
    trusted = [is_trusted(server, authority) for _ in range(12)]
    while not all(trusted) and monotonic() < deadline:  # timers of other workers may be a moment later
        trusted = [is_trusted(server, authority) for _ in range(12)]
    assert all(trusted)


def test_tls_is_mended_for_all_before_the_answer(server: WorkersProcess, authority: bytes) -> None:
    for _ in range(5):
        assert server.put("/listener", {"tls": "wrong-host"}) == 200
        assert not any(is_trusted(server, authority) for _ in range(9))
        assert server.put("/listener", {"tls": "good"}) == 200
        assert all(is_trusted(server, authority) for _ in range(9))


class TlsLoad(threading.Thread):
    """A client that connects and asks again and again."""

    def __init__(self, server: WorkersProcess, authority: bytes) -> None:
        super().__init__()
        self.server = server
        self.authority = authority
        self.stopped = threading.Event()
        self.answered = 0
        self.wrong: list[str] = []

    def run(self) -> None:
        """Ask until stopped, a few times over each connection."""
        while not self.stopped.is_set():
            try:
                with Peer(self.server.data, self.authority) as client:
                    self._ask(client)
            except Exception as error:  # noqa: BLE001  whatever it is, it is what the test is about
                self.wrong.append(repr(error))

    def _ask(self, client: Peer) -> None:
        for _ in range(5):
            client.send(QUERY)
            answer = client.answer()
            if answer.status != 200:
                self.wrong.append(str(answer.status))
            self.answered += 1
            if answer.headers.get("Connection") == "close":
                return


def test_a_roll_under_load_of_tls_breaks_nothing(server: WorkersProcess, authority: bytes) -> None:
    before = server.pids()
    loads = [TlsLoad(server, authority) for _ in range(3)]
    with ExitStack() as stack:
        for load in loads:
            load.start()
            stack.callback(load.join, PATIENCE)
        for load in loads:
            stack.callback(load.stopped.set)
        server.process.send_signal(signal.SIGHUP)
        server.line("SIGHUP: all 3 workers are replaced")
    wait_for_end(*before)
    assert [wrong for load in loads for wrong in load.wrong] == []
    assert min(load.answered for load in loads) > 10
    assert fetch(f"{server.control}/ca.pem")[2] == authority
