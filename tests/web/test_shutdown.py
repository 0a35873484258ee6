"""The server as a process: start, ready file, and end."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from child_processes import started
from conftest import QUERY, SPECIFICATION
from oifde_simulator import cli
from oifde_simulator.config import Settings
from oifde_simulator.runtime import lifecycle
from oifde_simulator.runtime.server import Simulator
from oifde_simulator.runtime.server.registry import registry
from oifde_simulator.scenario import selection
from oifde_simulator.web.data_plane import server as data_plane_server
from serving import FREE_PORTS, Peer, command, environment, fetch, head, post, run, served

EXAMPLE = (SPECIFICATION / "request.json").read_bytes()
SIGNALS = [signal.SIGTERM, signal.SIGINT]


@pytest.mark.slow
@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_signal_finishes_what_is_in_flight_and_exits_0(tmp_path: Path, number: signal.Signals) -> None:
    with served(tmp_path, "--tls", "off") as server, Peer(server.data) as client, Peer(server.data) as idle:
        idle.send(post(EXAMPLE))
        assert idle.answer().status == 200
        client.send(head(f"Content-Length: {len(EXAMPLE)}", "Expect: 100-continue"))
        assert client.answer().status == 100
        client.send(EXAMPLE[:20])
        with Peer(server.control) as watcher:
            watcher.send(head(method="GET", target="/livez"))
            assert watcher.answer().status == 200
            server.process.send_signal(number)
            assert watcher.hangs_up()
        assert server.process.poll() is None
        assert not server.ready_file.exists()
        client.send(EXAMPLE[20:])
        answer = client.answer()
        assert (answer.status, answer.headers["Connection"]) == (200, "close")
        assert answer.json == json.loads((SPECIFICATION / "response.json").read_bytes())
        assert client.hangs_up()
        assert idle.hangs_up()
        _, errors = server.process.communicate(timeout=10)
        assert (server.process.returncode, errors) == (0, "")


def test_a_server_that_stops_answers_open_connections_for_the_last_time_and_opens_no_others(
    tmp_path: Path,
) -> None:
    with served(tmp_path, "--tls", "off") as server, Peer(server.data) as slow, Peer(server.data) as other:
        other.send(post(EXAMPLE))
        other.answer()
        slow.send(head(f"Content-Length: {len(EXAMPLE)}", "Expect: 100-continue"))
        slow.answer()
        with Peer(server.control) as watcher:
            watcher.send(head(method="GET", target="/livez"))
            watcher.answer()
            server.process.send_signal(signal.SIGTERM)
            assert watcher.hangs_up()
        other.send(post(EXAMPLE))
        last = other.answer()
        assert (last.json["total"], last.headers["Connection"]) == (1, "close")
        assert other.hangs_up()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", urlsplit(server.data).port))
        slow.send(EXAMPLE)
        assert slow.answer().json["total"] == 1
        assert server.process.wait(10) == 0


@pytest.mark.slow
def test_a_body_that_never_comes_holds_no_server_up_for_longer_than_its_deadline(tmp_path: Path) -> None:
    with served(tmp_path, "--body-timeout", "300ms") as server, Peer(server.data, server.ca_pem()) as client:
        client.send(head("Content-Length: 100", "Expect: 100-continue"))
        assert client.answer().status == 100
        code, said = server.stop()
        assert client.answer().status == 408
        assert client.hangs_up()
    assert code == 0
    assert said.endswith("the body was not whole within 0.3 s\n")


@pytest.mark.slow(seconds=1)
def test_connections_that_ask_nothing_do_not_hold_a_server_up(tmp_path: Path) -> None:
    with served(tmp_path) as server, Peer(server.data, server.ca_pem()) as asked:
        asked.send(post(EXAMPLE))
        assert asked.answer().status == 200
        address = ("127.0.0.1", urlsplit(server.data).port)
        with Peer(server.data, server.ca_pem()), socket.create_connection(address), Peer(server.control):
            assert server.stop() == (0, "")


@pytest.mark.slow(seconds=1)
def test_the_ready_file_appears_whole_and_goes_with_the_server(tmp_path: Path) -> None:
    stale = tmp_path / "ready.json"
    stale.write_text("of an earlier server")
    before = stale.stat().st_ino
    # Held open: else the file system may give its number to the next file.
    with stale.open(), served(tmp_path) as server:
        ready = json.loads(server.ready_file.read_text())
        console = f"{server.control}/"
        assert ready == {
            "data": server.data,
            "control": server.control,
            "console": console,
            "pid": server.process.pid,
        }
        assert stale.stat().st_ino != before, "it should come by rename, never be seen half-written"
        assert os.listdir(tmp_path) == ["ready.json"]
        assert (server.data[:18], server.control[:17]) == ("https://127.0.0.1:", "http://127.0.0.1:")
        assert fetch(server.data + QUERY, EXAMPLE, server.ca_pem())[0] == 200
        assert server.stop() == (0, "")
    assert os.listdir(tmp_path) == []


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """Run a command that fails with exit code 2 and without standard output; returns its standard error."""
    assert (done.returncode, done.stdout) == (2, "")
    return done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("option", ["--port", "--control-port"])
def test_a_port_in_use_is_one_line_and_exit_2(option: str) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = str(taken.getsockname()[1])
        said = refused(run("serve", *FREE_PORTS, "--tls", "off", option, port))
    assert said == (
        f"oifde-simulator serve: cannot listen on 127.0.0.1:{port}: "
        f"the port is in use; choose another with {option}, or {option} 0 for any free one\n"
    )


@pytest.mark.slow(seconds=1)
def test_an_address_of_another_machine_is_one_line_and_exit_2() -> None:
    said = refused(run("serve", *FREE_PORTS, "--tls", "off", "--host", "192.0.2.1"))
    assert said.startswith("oifde-simulator serve: cannot listen on 192.0.2.1:0: ")
    assert len(said.splitlines()) == 1


@pytest.mark.slow(seconds=1)
def test_unreadable_scenarios_are_a_line_an_error_and_exit_2(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text("descripton: a slip\nclock: yesterday\n")
    (tmp_path / "two.yaml").write_text("sessions: [\n")
    said = refused(run("serve", *FREE_PORTS, "--tls", "off", "--scenarios", str(tmp_path))).splitlines()
    assert len(said) == 3
    assert said[0].startswith(f"oifde-simulator serve: {tmp_path}/one.yaml:1:1: ")
    assert 'did you mean "description"?' in said[0]
    assert said[1].startswith(f"{tmp_path}/one.yaml:2:8: clock: ")
    assert said[2].startswith(f"{tmp_path}/two.yaml:")


# name: (options, words of the line)
IMPOSSIBLE = {
    "a scenario file that is not there": (("--scenarios", "nowhere.yaml"), ("nowhere.yaml", "No such file")),
    "no scenarios": (("--no-bundled",), ("no scenarios", "--scenarios PATH")),
    "another id for no scenario": (("--tenant", "a=tenant01"), ("a=tenant01", 'did you mean "tenant001"')),
    "certificate without key": (("--tls-cert", "c.pem"), ("--tls-cert and --tls-key go together",)),
    "key without certificate": (("--tls-key", "k.pem"), ("--tls-cert and --tls-key go together",)),
    "a certificate without TLS": (
        ("--tls", "off", "--tls-cert", "c.pem", "--tls-key", "k.pem"),
        ("--tls off and --tls-cert exclude each other; leave one of them out",),
    ),
    "a certificate that is not there": (("--tls-cert", "c.pem", "--tls-key", "k.pem"), ("c.pem", "no file")),
    "a TLS name that is none": (("--tls-name", "https://x"), ("https://x", "host name")),
    "a TLS folder that is a file": (("--tls-dir", __file__), (__file__, "folder")),
    "a ready file in no folder": (("--ready-file", "/nowhere/ready.json"), ("/nowhere",)),
}


@pytest.mark.slow(seconds=0.2)
@pytest.mark.parametrize(("options", "words"), IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
def test_what_cannot_be_done_is_one_line_and_exit_2(
    options: tuple[str, ...], words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code = cli.main(["serve", *FREE_PORTS, *options])
    except SystemExit as exit_:
        code = exit_.code
    out, said = capsys.readouterr()
    assert (code, out) == (2, "")
    assert len(said.splitlines()) == 1
    assert said.startswith("oifde-simulator serve: ")
    for word in words:
        assert word in said


# Impatience


@pytest.mark.slow
@pytest.mark.parametrize("second", SIGNALS, ids=lambda number: number.name)
def test_a_second_signal_ends_at_once(tmp_path: Path, second: signal.Signals) -> None:
    with served(tmp_path, "--tls", "off") as server, Peer(server.data) as client:
        client.send(head("Content-Length: 100", "Expect: 100-continue"))
        assert client.answer().status == 100
        with Peer(server.control) as watcher:
            watcher.send(head(method="GET", target="/livez"))
            assert watcher.answer().status == 200
            server.process.send_signal(signal.SIGTERM)
            assert watcher.hangs_up()
        code, _ = server.stop(second)
        assert client.hangs_up()
    assert code == 128 + second
    assert not server.ready_file.exists()


async def test_bodies_that_stall_have_a_few_seconds_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_plane_server, "STOP_SECONDS", 0.0)
    monkeypatch.setattr(data_plane_server, "LEAST_SECONDS", 0.0)
    settings = Settings(port=0, control_port=0, tls="off", body_timeout=3600.0)
    simulator = Simulator(settings, registry(settings, selection.scenarios(settings)))
    await simulator.start()
    address = urlsplit(simulator.data_url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(head("Content-Length: 100", "Expect: 100-continue"))
    assert (await reader.readline()).startswith(b"HTTP/1.1 100")
    await simulator.stop()
    await reader.read()
    writer.close()


def test_the_end_takes_nothing_apart(tmp_path: Path) -> None:
    code = """
import atexit, sys
from oifde_simulator.runtime.lifecycle import end_process

class Tenant:
    def __init__(self):
        self.me = self
    def __del__(self):
        print("taken apart")

tenants = [Tenant() for _ in range(3)]
atexit.register(print, "at exit")
end_process(5)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (5, "at exit\n", "")


def test_serve_ends_its_process_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[int] = []
    monkeypatch.setattr(lifecycle, "end_process", ended.append)
    monkeypatch.setattr(cli, "_run", lambda name, given: 5)
    monkeypatch.setattr(sys, "argv", ["oifde-simulator", "serve"])
    cli.main()
    assert ended == [5]
    assert cli.main(["serve"]) == 5
    assert ended == [5]


@pytest.mark.slow
@pytest.mark.parametrize("closed", ["<&- >&- 2>&-", "<&-", ">&-", "2>&-"])
def test_a_server_without_standard_streams_starts_and_ends_well(tmp_path: Path, closed: str) -> None:
    ready = tmp_path / "ready.json"
    line = shlex.join([*command("serve", *FREE_PORTS, "--tls", "off", "--ready-file", str(ready))])
    outer, inner = os.pipe()  # ends with the server, which inherits it
    with started(
        ["sh", "-c", f"exec {line} {closed}"],
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=[inner],
    ) as process:
        os.close(inner)
        assert run("readyz", "--wait", "--ready-file", str(ready)).returncode == 0
        data = json.loads(ready.read_text())["data"]
        assert fetch(data + QUERY, EXAMPLE)[0] == 200
        process.terminate()
        assert process.wait(10) == 0
    assert os.read(outer, 1) == b""
    os.close(outer)
