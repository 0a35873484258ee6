"""`oifde-simulator readyz`: asked once, and until a server is ready."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from oifde_simulator.cli import main, readyz
from oifde_simulator.config import Settings
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
from oifde_simulator.cli import main
main(["readyz", "--url", "http://127.0.0.1:1"])
dear = ("aiohttp", "orjson", "yaml", "urllib.request", "client.models", "scenario")
print([name for name in dear if {name, f"oifde_simulator.{name}"} & sys.modules.keys()])
"""


def test_it_imports_little_since_health_checks_run_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORTS], env=environment(), capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


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


def test_wait_outlasts_a_server_that_is_still_to_come(free_port: int) -> None:
    serving = command("serve", "--port", "0", "--tls", "off", "--control-port", str(free_port))
    waiting = command("readyz", "--wait", "--timeout", "20s", "--url", f"http://127.0.0.1:{free_port}")
    with (
        subprocess.Popen(waiting, stdout=subprocess.PIPE, env=environment(), text=True) as asking,
        subprocess.Popen(serving, stdout=subprocess.DEVNULL, env=environment()) as server,
    ):
        out, _ = asking.communicate(timeout=PATIENCE)
        server.terminate()
    assert (asking.returncode, out) == (0, f"ready: http://127.0.0.1:{free_port}\n")
    assert server.returncode == 0
    assert run("readyz", "--url", f"http://127.0.0.1:{free_port}").returncode == 1


def test_a_ready_file_says_where_to_ask(
    server: Simulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "ready.json"
    path.write_text(json.dumps({"data": server.data_url, "control": server.control_url, "pid": 1}))
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
