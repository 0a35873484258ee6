"""Workers that die, stall or are to be replaced: the others serve on, and it is told."""

from __future__ import annotations

import errno
import json
import os
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from conftest import TOKEN
from serving import PATIENCE, Peer, fetch, post
from workers_server import WorkersProcess, wait_for_end, working

BODY = json.dumps({"tenantId": "tenant001", "authToken": TOKEN, "userMobile": "18000000001"}).encode()
SLOW = f"tenant: {{tokens: [{TOKEN}]}}\nrules: [{{name: slow, faults: [{{latency: {{fixed: 3s}}}}]}}]\n"

pytestmark = pytest.mark.slow


def metric(server: WorkersProcess, name: str) -> float:
    text = fetch(f"{server.control}/metrics")[2].decode()
    return float(next(line.rpartition(" ")[2] for line in text.splitlines() if line.startswith(name)))


def answers(server: WorkersProcess) -> int:
    with Peer(server.data) as client:
        client.send(post(BODY))
        return client.answer().status


def is_refused(url: str) -> bool:
    parts = urlsplit(url)
    with socket.socket() as client:
        return client.connect_ex((parts.hostname, parts.port)) == errno.ECONNREFUSED


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkersProcess]:
    folder = tmp_path_factory.mktemp("replacement")
    (folder / "slow.yaml").write_text(SLOW)
    log = ("--log-level", "info", "--log-format", "json")
    periods = {"FIRST_PAUSE": 0.01, "LONGEST_PAUSE": 0.02, "GOOD_SECONDS": 1000.0}
    with working(folder, "--tls", "off", "--scenarios", "slow.yaml", *log, **periods) as server:
        yield server


def test_a_killed_worker_is_replaced_and_told(server: WorkersProcess) -> None:
    first, second = server.pids()
    for count in (1, 2):
        killed = server.pids()[0]
        os.kill(killed, signal.SIGKILL)
        assert f"(process {killed}) ended: killed by signal 9; it is started again" in server.line("worker 1")
        assert answers(server) == 200
        server.line("worker 1 is ready again")
        one, two = server.workers("ready", "ready")
        assert (one["number"], one["restarts"]) == (1, count)
        assert one["pid"] not in (first, killed)
        assert two == {"number": 2, "pid": second, "state": "ready", "restarts": 0}
    assert metric(server, "oifde_worker_restarts_total") == 2
    assert metric(server, 'oifde_workers{state="ready"}') == 2
    assert answers(server) == 200


def test_a_worker_that_starts_while_the_port_is_closed_leaves_it_closed(server: WorkersProcess) -> None:
    first = server.pids()[0]
    assert server.put("/listener", {"open": False}) == 200
    os.kill(first, signal.SIGKILL)
    server.line("worker 1 is ready again")
    assert {json.loads(fetch(f"{server.control}/listener")[2])["open"] for _ in range(40)} == {False}
    assert is_refused(server.data)
    assert server.put("/listener", {"open": True}) == 200
    assert answers(server) == 200


def test_a_stopped_worker_is_told_and_one_that_does_not_go_on_is_replaced(tmp_path: Path) -> None:
    periods = {"BEAT_SECONDS": 0.1, "STALLED_SECONDS": 2.0, "REPLACED_SECONDS": 8.0}
    with working(tmp_path, "--tls", "off", **periods) as server:
        first, second = server.pids()
        os.kill(first, signal.SIGSTOP)
        assert f"(process {first})" in server.line("has given no sign of life")
        os.kill(first, signal.SIGCONT)
        assert f"(process {first})" in server.line("gives signs of life again")
        assert [each["restarts"] for each in server.workers("ready", "ready")] == [0, 0]
        os.kill(second, signal.SIGSTOP)
        assert f"(process {second})" in server.line("it is ended by force")
        server.line("worker 2 is ready again")
        assert [each["restarts"] for each in server.workers("ready", "ready")] == [0, 1]


class Load(threading.Thread):
    """A client that asks again and again, over connections that it keeps as long as it may."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.stopped = threading.Event()
        self.answered = 0
        self.connections = 0
        self.wrong: list[str] = []

    def run(self) -> None:
        """Ask until stopped."""
        while not self.stopped.is_set():
            try:
                with Peer(self.url) as client:
                    self.connections += 1
                    self._ask(client)
            except Exception as error:  # noqa: BLE001  whatever it is, it is what the test is about
                self.wrong.append(repr(error))

    def _ask(self, client: Peer) -> None:
        while not self.stopped.is_set():
            client.send(post(BODY))
            answer = client.answer()
            if answer.status != 200:
                self.wrong.append(str(answer.status))
            self.answered += 1
            if answer.headers.get("Connection") == "close":
                return

    def __enter__(self) -> Load:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        self.join(PATIENCE)


def test_a_roll_under_load_refuses_and_breaks_nothing(server: WorkersProcess) -> None:
    before, ready = server.workers("ready", "ready"), server.ready_file.stat().st_ino
    with Load(server.data) as one, Load(server.data) as two, Load(server.data) as three:
        server.process.send_signal(signal.SIGHUP)
        server.line("SIGHUP: all 2 workers are replaced")
    loads, old = (one, two, three), [each["pid"] for each in before]
    wait_for_end(*old)
    after = server.workers("ready", "ready")
    assert not set(old) & {each["pid"] for each in after}
    assert [each["restarts"] for each in after] == [each["restarts"] for each in before]
    assert server.ready_file.stat().st_ino == ready
    assert [wrong for each in loads for wrong in each.wrong] == []
    assert min(each.answered for each in loads) > 10
    assert min(each.connections for each in loads) >= 2


def test_an_answer_under_way_is_sent_whole_in_a_roll(server: WorkersProcess) -> None:
    with Peer(server.data) as one, Peer(server.data) as two:
        for client in (one, two):
            client.send(post(BODY.replace(b"tenant001", b"slow")))
        server.process.send_signal(signal.SIGHUP)
        server.line("SIGHUP: all 2 workers are replaced")
        assert [client.answer().status for client in (one, two)] == [200, 200]


def test_the_lines_of_the_log_are_whole_and_have_the_number_of_their_worker(server: WorkersProcess) -> None:
    with Load(server.data) as one, Load(server.data) as two:
        for _ in range(50):
            server.readyz()
    lines = [json.loads(line) for line in server.log]
    exchanges = [line for line in lines if "exchange" in line]
    assert len(exchanges) >= one.answered + two.answered - 4  # the last ones may be on their way
    assert {line["worker"] for line in exchanges} == {1, 2}


def test_a_roll_whose_new_worker_cannot_start_leaves_the_old_ones(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("tenant: {}\n")
    with working(tmp_path, "--tls", "off", "--scenarios", "mine.yaml") as server:
        before = server.pids()
        (tmp_path / "mine.yaml").write_text("tenant: [\n")
        server.process.send_signal(signal.SIGHUP)
        told = server.line("cannot be replaced")
        assert "worker 1 cannot be replaced, and the old ones stay: mine.yaml" in told
        assert server.pids() == before
        assert answers(server) == 200


def test_a_roll_while_the_port_is_closed_leaves_it_closed(server: WorkersProcess) -> None:
    before = server.pids()
    assert server.put("/listener", {"open": False}) == 200
    server.process.send_signal(signal.SIGHUP)
    server.line("SIGHUP: all 2 workers are replaced")
    wait_for_end(*before)
    assert {json.loads(fetch(f"{server.control}/listener")[2])["open"] for _ in range(40)} == {False}
    assert all(is_refused(server.data) for _ in range(10))
    assert server.put("/listener", {"open": True}) == 200
    assert [answers(server) for _ in range(10)] == [200] * 10
