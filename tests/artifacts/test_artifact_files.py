"""The files of a server: what its control plane tells, and the newest of it where there is too much."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

from conftest import TOKEN
from oifde_simulator.artifacts import files as file_module
from oifde_simulator.artifacts import source as source_module
from oifde_simulator.artifacts.files import ArtifactFiles, source_at
from oifde_simulator.artifacts.folder import ArtifactFolder, Budget
from oifde_simulator.runtime.server import Simulator
from serving import fetch
from suites import queried

ALL = {"journal.jsonl", "journal.har", "metrics.txt", "coverage.xml"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """A server with four exchanges on record, three of them of the tenant acme."""
    with queried(tmp_path_factory.mktemp("scenarios")) as simulator:
        yield simulator


def written(path: Path, url: str, budget: int = 1 << 20) -> ArtifactFiles:
    """Write the files of a server."""
    files = ArtifactFiles(ArtifactFolder(path, Budget(budget)))
    with source_at(url, None) as source:
        files.write_server(source)
    return files


def numbers(path: Path) -> list[int]:
    """Numbers of the exchanges of a journal."""
    return [json.loads(line)["number"] for line in (path / "journal.jsonl").read_text().splitlines()]


def archived(path: Path) -> list[int]:
    """Numbers of the exchanges of an archive."""
    entries = json.loads((path / "journal.har").read_bytes())["log"]["entries"]
    return [entry["_number"] for entry in entries]


def test_there_is_a_file_of_each_kind(server: Simulator, tmp_path: Path) -> None:
    files = written(tmp_path, server.control_url)
    assert (files.complaints, {each.name for each in tmp_path.iterdir()}) == ([], ALL)
    listed = json.loads(fetch(f"{server.control_url}/journal")[2])["entries"]
    assert [json.loads(line) for line in (tmp_path / "journal.jsonl").read_text().splitlines()] == listed
    assert archived(tmp_path) == numbers(tmp_path) == [1, 2, 3, 4]
    assert ElementTree.parse(tmp_path / "coverage.xml").getroot().tag == "testsuites"
    assert "# TYPE" in (tmp_path / "metrics.txt").read_text()


def test_no_file_has_a_credential(server: Simulator, tmp_path: Path) -> None:
    written(tmp_path, server.control_url)
    assert all(TOKEN not in each.read_text() for each in tmp_path.iterdir())
    assert "redacted:" in (tmp_path / "journal.jsonl").read_text()


def test_pages_are_joined_in_order(
    server: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source_module, "PAGE", 1)
    written(tmp_path, server.control_url)
    assert numbers(tmp_path) == [1, 2, 3, 4]


def test_exchanges_of_one_tenant_can_be_chosen(server: Simulator, tmp_path: Path) -> None:
    files = ArtifactFiles(ArtifactFolder(tmp_path))
    with source_at(server.control_url, None) as source:
        files.write_journal(source, tenant="acme", since=1)
    assert archived(tmp_path) == numbers(tmp_path) == [2, 3]


def test_of_too_many_exchanges_the_newest_lines_are_kept(server: Simulator) -> None:
    with source_at(server.control_url, None) as source:
        lines = source.lines(1 << 20)
        assert source.lines(len(lines[2]) + len(lines[3])) == lines[2:]
        assert source.lines(len(lines[2]) + len(lines[3]) - 1) == lines[3:]


@pytest.mark.parametrize(("missing", "kept"), [(0, [1, 2, 3, 4]), (1, [3, 4])])
def test_an_archive_that_is_too_large_has_the_newer_half(
    missing: int, kept: list[int], server: Simulator, tmp_path: Path
) -> None:
    with source_at(server.control_url, None) as source:
        whole = len(b"".join(source.archive(4)))
        files = ArtifactFiles(ArtifactFolder(tmp_path, Budget(whole - missing)))
        files._write_archive(source, "journal.har", {})
    assert archived(tmp_path) == kept


def test_a_file_without_room_is_told_and_the_others_are_written(server: Simulator, tmp_path: Path) -> None:
    files = written(tmp_path, server.control_url, 1500)
    assert (tmp_path / "journal.jsonl").exists()
    assert any(
        complaint.startswith(f"{tmp_path}/journal.har is not written: there is more than")
        for complaint in files.complaints
    )


def test_of_a_server_that_is_gone_each_file_is_told_and_the_old_ones_stay(tmp_path: Path) -> None:
    for name in ALL:
        (tmp_path / name).write_text("old")
    files = written(tmp_path, "http://127.0.0.1:9")
    assert len(files.complaints) == 4
    assert {each.read_text() for each in tmp_path.iterdir()} == {"old"}


def test_an_archive_that_breaks_off_replaces_none(tmp_path: Path) -> None:
    (tmp_path / "journal.har").write_text("old")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer_by_half, args=(listener,))
        thread.start()
        files = ArtifactFiles(ArtifactFolder(tmp_path))
        with source_at(f"http://127.0.0.1:{listener.getsockname()[1]}", None) as source:
            files.write("journal.har", lambda: source.archive(1))
        thread.join()
    assert (tmp_path / "journal.har").read_text() == "old"
    assert "the connection ended amid the answer" in files.complaints[0]


def answer_by_half(listener: socket.socket) -> None:
    """Send the beginning of an answer, and close."""
    peer, _ = listener.accept()
    with peer:
        peer.recv(1000)
        peer.sendall(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n{"log"\r\n')


def test_a_log_begins_where_the_test_began(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("before\nafter\n")
    ArtifactFiles(ArtifactFolder(tmp_path)).write_log(tmp_path / "log", len("before\n"))
    assert (tmp_path / "simulator.log").read_text() == "after\n"


@pytest.mark.parametrize("how", ["write", "take"])
def test_of_a_long_log_the_newest_whole_lines_are_kept(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_module, "MOST_OF_LOG", 12)
    files = ArtifactFiles(ArtifactFolder(tmp_path))
    (tmp_path / "log").write_text("first\nsecond\nthird\n")
    files.write_log(tmp_path / "log") if how == "write" else files.take_log(tmp_path / "log")
    assert (tmp_path / "simulator.log").read_text() == "third\n"
    assert (tmp_path / "log").exists() == (how == "write")


@pytest.mark.parametrize("system", ["posix", "nt"])
def test_a_log_that_is_not_long_is_kept_whole(
    system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_module, "os", SimpleNamespace(name=system))
    (tmp_path / "log").write_text("all\n")
    ArtifactFiles(ArtifactFolder(tmp_path)).take_log(tmp_path / "log")
    assert [each.name for each in tmp_path.iterdir()] == ["simulator.log"]
