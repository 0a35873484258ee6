"""The ready file: it replaces nothing of others, is never seen half-written, and goes with its server."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from child_processes import started
from oifde_simulator.cli import main
from oifde_simulator.runtime import embedding, ready_file
from serving import FREE_PORTS, PATIENCE, command, environment, run, served

URLS = {"data": "https://127.0.0.1:8443", "control": "http://127.0.0.1:8444"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ready.json"


def linked(path: Path) -> None:
    (path.parent / "target").write_text("precious")
    path.symlink_to("target")


def bound(path: Path) -> None:
    with closing(socket.socket(socket.AF_UNIX)) as listening:
        listening.bind(str(path))


# kind: how to make it
OTHERS: dict[str, Callable[[Path], None]] = {
    "a link": linked,
    "a folder": Path.mkdir,
    "a pipe": os.mkfifo,
    "a socket": bound,
}


@pytest.mark.parametrize(("kind", "make"), OTHERS.items(), ids=OTHERS.keys())
def test_what_is_no_regular_file_is_left_alone(
    path: Path, kind: str, make: Callable[[Path], None], capsys: pytest.CaptureFixture[str]
) -> None:
    make(path)
    before = sorted(os.listdir(path.parent)), path.lstat().st_ino
    assert main(["serve", *FREE_PORTS, "--ready-file", str(path)]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"oifde-simulator serve: --ready-file {path}: expected nothing, or the ready file")
    assert f"found {kind}; " in said
    assert (sorted(os.listdir(path.parent)), path.lstat().st_ino) == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes a device")
def test_a_device_is_left_alone(path: Path) -> None:
    os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 3))
    with pytest.raises(ValueError, match="found a device"):
        ready_file.remove_old([path])
    assert path.is_char_device()


@pytest.mark.parametrize(("kind", "make"), OTHERS.items(), ids=OTHERS.keys())
def test_what_came_while_the_server_started_is_left_alone(
    path: Path, kind: str, make: Callable[[Path], None]
) -> None:
    ready_file.remove_old([path])
    make(path)
    before = sorted(os.listdir(path.parent))
    with pytest.raises(ValueError, match=f"found {kind}"), ready_file.ready_files([path], **URLS):
        pytest.fail("it was replaced")
    assert sorted(os.listdir(path.parent)) == before


def test_a_file_of_another_user_is_left_alone(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_text("theirs")
    monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
    with pytest.raises(ValueError, match="found a file of another user"):
        ready_file.remove_old([path])
    assert path.read_text() == "theirs"


def test_a_link_in_the_place_of_the_draft_is_not_followed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ready_file.secrets, "token_hex", lambda _: "draft")
    target = path.parent / "target"
    (path.parent / ".ready.json.draft").symlink_to(target)
    with pytest.raises(ValueError, match="File exists"), ready_file.ready_files([path], **URLS):
        pytest.fail("it was written")
    assert not target.exists()


def test_no_draft_is_left_where_no_space_is(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "link", full)
    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(ValueError, match="No space left on device"), ready_file.ready_files([path], **URLS):
        pytest.fail("it was written")
    assert os.listdir(path.parent) == []


def test_a_file_system_without_hard_links_will_do(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)
    with ready_file.ready_files([path], **URLS):
        assert os.listdir(path.parent) == ["ready.json"]
        assert json.loads(path.read_bytes()) == {**URLS, "pid": os.getpid()}
    assert os.listdir(path.parent) == []


def test_the_end_of_an_older_server_leaves_the_file_of_a_newer_one(path: Path) -> None:
    older = ready_file.ready_files([path], **URLS)
    newer = ready_file.ready_files([path], **URLS)
    with newer:
        newest = path.read_bytes()
    with older:
        ready_file.remove_old([path])
        newer = ready_file.ready_files([path], **URLS)
        newer.__enter__()
    assert path.read_bytes() == newest, "it has the same process id and the same URLs"
    newer.__exit__(None, None, None)
    assert os.listdir(path.parent) == []


def test_every_file_of_several_is_written_and_removed(tmp_path: Path) -> None:
    paths = [tmp_path / "one.json", tmp_path / "two.json"]
    with ready_file.ready_files(paths, **URLS):
        assert paths[0].read_bytes() == paths[1].read_bytes()
    assert os.listdir(tmp_path) == []


@pytest.mark.slow(seconds=1)
def test_an_old_file_goes_before_anything_else_is_done(path: Path) -> None:
    path.write_text(json.dumps(URLS))
    said = run("serve", *FREE_PORTS, "--ready-file", str(path), "--scenarios", "nowhere.yaml")
    assert said.returncode == 2
    assert os.listdir(path.parent) == []


def test_a_start_that_fails_leaves_no_file(path: Path) -> None:
    path.write_text(json.dumps(URLS))
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = str(taken.getsockname()[1])
        assert (
            main(["serve", *FREE_PORTS, "--tls", "off", "--control-port", port, "--ready-file", str(path)])
            == 2
        )
    assert os.listdir(path.parent) == []


def test_a_server_in_a_thread_keeps_its_file_alike(path: Path) -> None:
    from oifde_simulator.config.reading import read_settings

    path.write_text("of an earlier server")
    given = {"port": "0", "control_port": "0", "tls": "off", "ready_file": str(path)}
    with embedding.running(read_settings(given, {})) as server:
        assert json.loads(path.read_bytes())["control"] == server.control_url
    assert os.listdir(path.parent) == []


@pytest.mark.slow(seconds=1)
def test_a_terminal_that_is_closed_ends_it_like_a_signal_to_stop(tmp_path: Path) -> None:
    with served(tmp_path, "--tls", "off") as server:
        assert server.stop(signal.SIGHUP) == (0, "")
    assert os.listdir(tmp_path) == []


@pytest.mark.slow(seconds=1)
def test_nohup_keeps_it_going(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    serve = command("serve", *FREE_PORTS, "--tls", "off", "--ready-file", str(ready))
    with started(
        ["nohup", *serve],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    ) as server:
        assert server.stdout is not None
        server.stdout.readline()
        server.send_signal(signal.SIGHUP)
        assert run("readyz", "--ready-file", str(ready)).returncode == 0
        server.terminate()
        server.communicate(timeout=PATIENCE)
    assert server.returncode == 0


@pytest.mark.slow(seconds=1)
def test_the_file_of_the_environment_is_written_beside_that_of_the_option(tmp_path: Path) -> None:
    ready, healthy = tmp_path / "ready.json", tmp_path / "healthy.json"
    serve = command("serve", *FREE_PORTS, "--tls", "off", "--ready-file", str(ready))
    inherited = environment(OIFDE_SIMULATOR_READY_FILE=str(healthy))
    with started(serve, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=inherited) as server:
        assert server.stdout is not None
        server.stdout.readline()
        assert ready.read_bytes() == healthy.read_bytes()
        assert run("readyz", OIFDE_SIMULATOR_READY_FILE=str(healthy)).returncode == 0
        server.terminate()
        server.communicate(timeout=PATIENCE)
    assert os.listdir(tmp_path) == []
