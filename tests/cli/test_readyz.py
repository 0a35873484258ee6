"""`oifde-simulator readyz`: asked once, and until a server is ready."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import fields
from pathlib import Path

import pytest

from child_processes import started
from oifde_simulator.cli import health_request, main, readyz
from oifde_simulator.cli.parser import Parser
from oifde_simulator.client import Control, ControlProblem
from oifde_simulator.config import Settings
from oifde_simulator.config.reading import environment_name
from oifde_simulator.runtime.server import Simulator
from serving import PATIENCE, command, environment, run, running


@pytest.fixture(scope="module")
def server() -> Iterator[Simulator]:
    with running() as simulator:
        yield simulator


@pytest.fixture
def free_port() -> int:
    """Find a port on which nothing listens."""
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port: int = taken.getsockname()[1]
        return port


def test_a_ready_server_is_exit_0(server: Simulator, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["readyz", "--url", server.control_url]) == 0
    assert capsys.readouterr().out == f"ready: {server.control_url}\n"


@pytest.mark.parametrize("wait", [(), ("--wait", "--timeout", "100ms")], ids=["once", "waiting"])
def test_no_server_is_one_line_and_exit_1(
    capsys: pytest.CaptureFixture[str], free_port: int, wait: tuple[str, ...]
) -> None:
    url = f"http://127.0.0.1:{free_port}"
    assert main(["readyz", "--url", url, *wait]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"not ready: {url}: ")
    assert len(said.err.splitlines()) == 1


def test_the_vendors_port_is_not_the_control_plane(
    server: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["readyz", "--url", server.data_url]) == 1
    assert "it answers 404" in capsys.readouterr().err


def test_a_url_that_is_none_is_exit_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["readyz", "--url", "localhost"]) == 1
    assert "expected a URL such as http://127.0.0.1:8444" in capsys.readouterr().err


def test_a_timeout_without_its_unit_is_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["readyz", "--wait", "--timeout", "30"]) == 2
    assert 'found "30"' in capsys.readouterr().err


def test_the_control_plane_is_found_by_the_environment_of_serve(
    server: Simulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OIFDE_SIMULATOR_CONTROL_PORT", server.control_url.rpartition(":")[2])
    monkeypatch.setenv("OIFDE_SIMULATOR_CONTROL_HOST", "0.0.0.0")
    assert main(["readyz"]) == 0
    assert capsys.readouterr().out == f"ready: {server.control_url}\n"


def test_a_proxy_of_the_environment_is_not_asked(
    server: Simulator, monkeypatch: pytest.MonkeyPatch, free_port: int
) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port}")
    monkeypatch.delenv("no_proxy", raising=False)
    assert main(["readyz", "--url", server.control_url]) == 0


IMPORTS = """
import sys
before = set(sys.modules)
from oifde_simulator.cli import main
code = main(["readyz", *sys.argv[1:]])
print(code, *sorted(sys.modules.keys() - before))
"""
OURS = {
    "",
    ".cli",
    ".cli.exit_codes",
    ".cli.streams",
    ".cli.readyz",
    ".cli.health_request",
    ".streams",
    ".urls",
}
SOCKET = {"socket", "_socket", "select", "selectors", "math", "array", "errno"}
JSON = {"json", "json.decoder", "json.encoder", "json.scanner", "_json"}
ALSO = {
    "__future__",
    "copyreg",
    "enum",
    "itertools",
    "types",
    "functools",
    "operator",
    "keyword",
    "reprlib",
    "signal",
}
"""Parts of the standard library that are cheap, or that a start of Python has often imported already."""


@pytest.mark.parametrize("how", ["a URL", "a ready file", "the environment", "waiting"])
def test_it_imports_next_to_nothing_since_health_checks_run_it(
    server: Simulator, tmp_path: Path, how: str
) -> None:
    (tmp_path / "ready.json").write_text(json.dumps({"control": server.control_url, "pid": os.getpid()}))
    variable = {"OIFDE_SIMULATOR_CONTROL_PORT": server.control_url.rpartition(":")[2]}
    arguments = {
        "a URL": ["--url", server.control_url],
        "a ready file": ["--ready-file", str(tmp_path / "ready.json")],
        "the environment": [],
        "waiting": ["--wait", f"--url={server.control_url}"],
    }[how]
    done = subprocess.run(
        [sys.executable, "-c", IMPORTS, *arguments],
        env=environment(**variable),
        capture_output=True,
        text=True,
        check=True,
    )
    code, *imported = done.stdout.splitlines()[-1].split()
    allowed = {f"oifde_simulator{name}" for name in OURS} | SOCKET | JSON | ALSO
    strange = {name for name in imported if not name.startswith(("re", "_", "encodings", "collections"))}
    if how == "waiting":
        allowed |= {
            "oifde_simulator.quantities",
            "oifde_simulator_client",
            "oifde_simulator_client.durations",
        }
    assert (code, strange - allowed) == ("0", set())


def test_its_defaults_are_those_of_serve() -> None:
    assert readyz.control_url(readyz.Options()) == readyz.control_url(Settings())
    assert [f"OIFDE_SIMULATOR_{name}" for name in readyz.VARIABLES] == [
        environment_name(entry)
        for entry in fields(Settings)
        if entry.name in ("control_host", "control_port", "ready_file")
    ]


def test_a_wrong_variable_is_told_as_serve_tells_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OIFDE_SIMULATOR_CONTROL_PORT", "tcp://10.0.0.1:8444")
    assert main(["readyz"]) == 2
    assert "OIFDE_SIMULATOR_CONTROL_PORT: expected a port" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "read"),
    [
        ([], (False, "30s", None, None)),
        (["--wait", "--timeout", "2s", "--url", "http://x"], (True, "2s", "http://x", None)),
        (["--ready-file=a=b", "--timeout=1m"], (False, "1m", None, "a=b")),
    ],
)
def test_usual_arguments_are_read_as_argparse_reads_them(words: list[str], read: tuple[object, ...]) -> None:
    parser = Parser()
    readyz.add_arguments(parser)
    for options in (readyz.parse_plain(words), parser.parse_args(words)):
        assert options is not None
        assert (options.wait, options.timeout, options.url, options.ready_file) == read


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["--time", "1s"],
        ["--url"],
        ["--url="],
        ["--url", "--wait"],
        ["--wait=yes"],
        ["more"],
        ["--url", "http://x", "--ready-file", "x"],
    ],
    ids=" ".join,
)
def test_unusual_arguments_are_left_to_argparse(words: list[str]) -> None:
    assert readyz.parse_plain(words) is None


# What an answer means


@contextmanager
def answering(octets: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """Answer one request with these bytes; yield the URL and the heads of requests."""
    heads: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening, ThreadPoolExecutor(1) as threads:

        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.settimeout(PATIENCE)
                heads.append(connection.recv(4096))
                connection.sendall(octets)

        done = threads.submit(answer)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", heads
        done.result(PATIENCE)


ANSWERS = {
    "ready": (b'HTTP/1.0 200 OK\r\n\r\n{"pid": 7}', ""),
    "ready, and no JSON": (b"HTTP/1.1 204\r\n\r\n", ""),
    "not ready, and why": (b'HTTP/1.0 503 x\r\n\r\n{"detail": "closed"}', "it answers 503: closed"),
    "a redirect": (b"HTTP/1.0 302 x\r\nLocation: /livez\r\n\r\n", "it answers 302"),
    "no HTTP": (b"\x15\x03\x03\x00\x02\x02\x16", "it answers no HTTP"),
    "no status": (b"HTTP/1.1\r\n\r\n", "it answers no HTTP"),
    "nothing": (b"", "it closed the connection without an answer"),
    "endless": (b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 70_000, ""),
}


@pytest.mark.parametrize(("octets", "reason"), ANSWERS.values(), ids=ANSWERS.keys())
def test_what_an_answer_means(octets: bytes, reason: str) -> None:
    with answering(octets) as (url, heads):
        assert health_request.ask(f"{url}/prefix/", PATIENCE).reason == reason
    host = url.removeprefix("http://").encode()
    assert heads == [b"GET /prefix/readyz HTTP/1.0\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n"]


@pytest.mark.parametrize("octets", [b"HTTP/1.0 200 OK\r\n\r\n{}", b"HTTP/1.0 200 OK\r\n\r\nok"])
def test_another_program_in_the_place_of_the_server_is_not_ready(
    tmp_path: Path, octets: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "ready.json"
    with answering(octets) as (url, _):
        path.write_text(json.dumps({"control": url, "pid": 7}))
        assert main(["readyz", "--ready-file", str(path)]) == 1
    expected = f"not ready: {path}: process 7, which wrote it, is gone; another server answers at {url}\n"
    assert capsys.readouterr().err == expected


@pytest.mark.parametrize(
    "url", ["http://user@127.0.0.1:1", "http://127.0.0.1:99999", "http://[::1", "http://"]
)
def test_unusual_urls_are_left_to_the_client(url: str) -> None:
    assert health_request.ask(url, 1.0).reason


def test_a_pipe_in_the_place_of_the_ready_file_is_not_waited_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(tmp_path / "ready.json")
    assert main(["readyz", "--ready-file", str(tmp_path / "ready.json")]) == 1
    assert "expected what serve --ready-file writes" in capsys.readouterr().err


def test_a_closed_port_of_the_vendor_is_not_ready(
    server: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    with Control(server.control_url) as control:
        control.close_listener()
        try:
            assert main(["readyz", "--url", server.control_url]) == 1
            with pytest.raises(ControlProblem) as refusal:
                control.readyz()
        finally:
            control.open_listener()
        assert (refusal.value.status, refusal.value.type.rpartition(":")[2]) == (503, "listener-closed")
        assert "it answers 503: the vendor's port is closed" in capsys.readouterr().err
        assert main(["readyz", "--url", server.control_url]) == 0


URLS = {
    "IPv4": ("127.0.0.1", "http://127.0.0.1:8444"),
    "a name": ("sim.example", "http://sim.example:8444"),
    "IPv6": ("::1", "http://[::1]:8444"),
    "every interface": ("0.0.0.0", "http://127.0.0.1:8444"),
    "every interface, IPv6": ("::", "http://[::1]:8444"),
}


@pytest.mark.parametrize(("host", "url"), URLS.values(), ids=URLS.keys())
def test_where_the_control_plane_is_called(host: str, url: str) -> None:
    assert readyz.control_url(Settings(control_host=host)) == url


@pytest.mark.slow(seconds=1)
def test_wait_outlasts_a_server_that_is_still_to_come(free_port: int) -> None:
    serving = command("serve", "--port", "0", "--tls", "off", "--control-port", str(free_port))
    waiting = command("readyz", "--wait", "--timeout", "20s", "--url", f"http://127.0.0.1:{free_port}")
    with (
        started(waiting, stdout=subprocess.PIPE, env=environment(), text=True) as asking,
        started(serving, stdout=subprocess.DEVNULL, env=environment()) as server,
    ):
        out, _ = asking.communicate(timeout=PATIENCE)
        server.terminate()
        assert server.wait(PATIENCE) == 0
    assert (asking.returncode, out) == (0, f"ready: http://127.0.0.1:{free_port}\n")
    assert run("readyz", "--url", f"http://127.0.0.1:{free_port}").returncode == 1


def test_a_ready_file_says_where_to_ask(
    server: Simulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "ready.json"
    path.write_text(json.dumps({"data": server.data_url, "control": server.control_url, "pid": os.getpid()}))
    assert main(["readyz", "--ready-file", str(path)]) == 0
    assert capsys.readouterr().out == f"ready: {server.control_url}\n"


def test_a_ready_file_is_waited_for(
    server: Simulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "ready.json"
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps({"control": server.control_url}))
    with ThreadPoolExecutor(1) as threads:
        asked = threads.submit(main, ["readyz", "--wait", "--ready-file", str(path)])
        draft.replace(path)
        assert asked.result(PATIENCE) == 0
    assert capsys.readouterr().out == f"ready: {server.control_url}\n"


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"control": '], ids=str)
def test_a_ready_file_that_says_nothing_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None
) -> None:
    path = tmp_path / "ready.json"
    if text is not None:
        path.write_text(text)
    assert main(["readyz", "--ready-file", str(path)]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"not ready: {path}: ")
    assert "serve --ready-file" in said
    assert len(said.splitlines()) == 1


def test_what_a_file_says_drives_no_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "ready.json").write_text(
        json.dumps({"control": "http://127.0.0.1:1/\x1b[31m\nready: x", "pid": 1})
    )
    assert main(["readyz", "--ready-file", str(tmp_path / "ready.json")]) == 1
    said = capsys.readouterr().err
    assert "\x1b" not in said
    assert said.count("\n") == 1
