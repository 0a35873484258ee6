"""The end of a server of several workers: nobody is left behind, however it ends."""

from __future__ import annotations

import json
import os
import pty
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import TOKEN
from serving import FREE_PORTS, Peer, command, environment, head, post
from workers_server import WorkersProcess, descendants, unready, wait_for_end, working

BODY = json.dumps({"tenantId": "tenant001", "authToken": TOKEN, "userMobile": "18000000001"}).encode()
OWN = (
    "tenant: {tokens: [%s]}\nrules: [{name: first, times: 1, respond: {status: 500}}, "
    "{name: never, times: 1, respond: {status: 501}, match: {request: {userMobile: nobody}}}]\n"
)

pytestmark = pytest.mark.slow


def store_of(server: WorkersProcess) -> int:
    return next(
        pid for pid in server.children() if b"valkey-server" in Path(f"/proc/{pid}/cmdline").read_bytes()
    )


@pytest.fixture
def temporary() -> Iterator[Path]:
    """Make a folder for temporary files whose path is short, as that of a socket must be."""
    with tempfile.TemporaryDirectory(prefix="w") as folder:
        yield Path(folder)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_a_signal_finishes_what_is_in_flight_and_leaves_nothing(
    tmp_path: Path, temporary: Path, number: signal.Signals
) -> None:
    with working(tmp_path, "--tls", "off", env={"TMPDIR": str(temporary)}) as server:
        started = server.children()
        assert len(started) == 4  # two workers, the store, the guardian
        with Peer(server.data) as client:
            client.send(head(f"Content-Length: {len(BODY)}", "Expect: 100-continue"))
            assert client.answer().status == 100
            server.process.send_signal(number)
            client.send(BODY)
            assert client.answer().status == 200
        assert server.wait() == (0, "")
        wait_for_end(*started)
        assert not server.ready_file.exists()
        assert os.listdir(temporary) == []


def test_a_second_signal_ends_all_at_once(tmp_path: Path, temporary: Path) -> None:
    with working(tmp_path, "--tls", "off", env={"TMPDIR": str(temporary)}) as server:
        started = server.children()
        with Peer(server.data) as client:
            client.send(head(f"Content-Length: {len(BODY)}", "Expect: 100-continue"))
            assert client.answer().status == 100
            server.process.send_signal(signal.SIGTERM)
            with Peer(server.control) as watcher:
                assert watcher.hangs_up()
            server.process.send_signal(signal.SIGTERM)
            assert server.wait()[0] == 128 + signal.SIGTERM
        wait_for_end(*started)
        assert not server.ready_file.exists()
        assert os.listdir(temporary) == []


@pytest.mark.parametrize("stopped", [False, True], ids=["all-go-on", "a-worker-is-stopped"])
def test_who_is_killed_leaves_nobody_behind(tmp_path: Path, temporary: Path, stopped: bool) -> None:
    with working(tmp_path, "--tls", "off", env={"TMPDIR": str(temporary)}) as server:
        started = server.children()
        if stopped:
            os.kill(server.pids()[0], signal.SIGSTOP)
        server.process.kill()
        server.process.wait()
        wait_for_end(*started)
        assert os.listdir(temporary) == []


def test_who_is_killed_while_it_starts_leaves_nobody_behind(tmp_path: Path, temporary: Path) -> None:
    with unready(tmp_path, "--tls", "off", env={"TMPDIR": str(temporary)}) as server:
        while len(started := descendants(server.process.pid)) < 4:
            assert server.process.poll() is None
        server.process.kill()
        server.process.wait()
        wait_for_end(*started)
        assert os.listdir(temporary) == []


def test_a_hangup_before_there_are_workers_ends_nothing(tmp_path: Path) -> None:
    with unready(tmp_path, "--tls", "off") as server:
        while not descendants(server.process.pid):
            assert server.process.poll() is None
        server.process.send_signal(signal.SIGHUP)
        assert server.process.stdout is not None
        assert any("curl" in line for line in server.process.stdout)
        assert server.stop()[0] == 0


def test_the_end_of_the_store_ends_the_server_with_one_line(tmp_path: Path) -> None:
    with working(tmp_path, "--tls", "off") as server:
        started = server.children()
        os.kill(store_of(server), signal.SIGKILL)
        code, said = server.wait()
        wait_for_end(*started)
    assert code == 4
    told = "the store that the workers shared has ended, so all state is lost and the server stops"
    assert f"oifde-simulator serve: {told}: killed by signal 9" in said


def test_the_end_of_input_ends_the_server(tmp_path: Path) -> None:
    with unready(tmp_path, "--tls", "off", "--until-eof") as server:  # it has none from the start
        assert server.wait()[0] == 0
    assert not server.ready_file.exists()


def test_rules_that_never_fired_are_summed_up_over_all(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(OWN % TOKEN)
    with working(tmp_path, "--tls", "off", "--fail-on-unused", "--scenarios", "mine.yaml") as server:
        for _ in range(4):  # every worker has one
            with Peer(server.data) as client:
                client.send(post(BODY.replace(b"tenant001", b"mine")))
                client.answer()
        assert server.stop()[0] == 3
        assert server.process.stdout is not None
        assert '"mine": rule "never" never fired\ncoverage: 1 of 2 rules of 1 scenario fired' in (
            server.process.stdout.read()
        )


def test_the_end_of_the_terminal_ends_the_server(tmp_path: Path) -> None:
    """SIGHUP of a terminal that is gone replaces no worker: nobody would end the server after that."""
    ready_file, log = tmp_path / "ready.json", tmp_path / "log"
    words = command("serve", "--workers", "2", *FREE_PORTS, "--tls", "off", "--ready-file", str(ready_file))
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(words[0], [*words, "--log-file", str(log)], environment())
    with open(terminal, "rb", buffering=0) as lines:
        shown = b""
        while b"Or fetch a token" not in shown or not shown.endswith(b"\r\n\r\n"):
            shown += lines.read(4096)
        started = descendants(pid)
        assert len(started) == 4
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    wait_for_end(*started)
    assert "replaced" not in log.read_text()
    assert not ready_file.exists()
