"""A log file that cannot be written is told of once, counted, and written again when that is possible.

One that is moved away is begun anew.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from oifde_simulator import logs
from oifde_simulator.log_file import LogFile

FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="this machine has no /dev/full")

needs_pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this machine has no named pipes")
MOVED = "was moved away, and none can be opened in its place"
GOES_ON = "lines go on to the moved file until one can"


def told(path: Path, message: str) -> str:
    return f"oifde-simulator: --log-file {path}: {message}\n"


def opened(path: Path) -> LogFile:
    return LogFile(path, lambda message: f"({message})\n".encode())


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[tuple[LogFile, Path, list[int]]]:
    """A log file, its path, and the descriptors of it and of a full disk."""
    log = opened(tmp_path / "log")
    descriptors = [os.dup(log._number), os.open(FULL, os.O_WRONLY)]
    yield log, tmp_path / "log", descriptors
    for number in (*descriptors, log._number):
        os.close(number)


@needs_full
def test_a_full_disk_is_told_once_and_counted_until_there_is_room_again(
    disk: tuple[LogFile, Path, list[int]], capsys: pytest.CaptureFixture[str]
) -> None:
    log, path, (file, full) = disk
    log(b"one\n")
    os.dup2(full, log._number)
    for _ in range(3):
        log(b"lost\nlost\n")
    assert capsys.readouterr().err == told(
        path,
        "No space left on device; lines are lost until it can be written again, the server goes on",
    )
    os.dup2(file, log._number)
    log(b"two\n")
    log(b"three\n")
    assert capsys.readouterr().err == told(path, "is written again; 6 lines of the log were lost")
    assert path.read_text() == "one\n(6 lines of the log were lost before this one)\ntwo\nthree\n"
    os.dup2(full, log._number)
    log(b"lost\n")
    capsys.readouterr()
    log.close()
    assert capsys.readouterr().err == told(path, "1 line of the log was lost at the end")


@contextmanager
def room_for(monkeypatch: pytest.MonkeyPatch, log: LogFile, room: int) -> Iterator[None]:
    """Have a disk that is full after `room` bytes of a log."""
    write = os.write

    def short(number: int, octets: bytes) -> int:
        nonlocal room
        if number != log._number:
            return write(number, octets)
        if not room:
            raise OSError(28, "No space left on device")
        written = write(number, octets[:room])
        room -= written
        return written

    with monkeypatch.context() as disk:
        disk.setattr(os, "write", short)
        yield


def test_a_line_that_was_torn_is_ended_and_counted_as_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = opened(tmp_path / "log")
    with room_for(monkeypatch, log, 6):
        log(b"one\ntwo\nthree\n")
    log(b"four\n")
    assert (tmp_path / "log").read_text() == "one\ntw\n(2 lines of the log were lost before this one)\nfour\n"


def test_a_file_begun_anew_does_not_end_the_line_that_was_torn_in_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, moved = tmp_path / "log", tmp_path / "log.1"
    log = opened(path)
    with room_for(monkeypatch, log, 2):
        log(b"one\n")
    path.rename(moved)
    log(b"two\n")
    log(b"three\n")
    assert moved.read_text() == "on"
    assert path.read_text() == "(1 line of the log was lost before this one)\ntwo\nthree\n"


def test_a_folder_that_is_deleted_is_told_once_and_the_file_made_again_when_it_is_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    log = opened(folder / "log")
    log(b"one\n")
    shutil.rmtree(folder)
    log(b"lost\n")
    log(b"lost\n")
    (line,) = capsys.readouterr().err.splitlines()
    assert "No such file or directory; lines are lost until it can be written again" in line
    folder.mkdir()
    log(b"two\n")
    assert "is written again; 2 lines of the log were lost" in capsys.readouterr().err
    assert (folder / "log").read_text() == "(2 lines of the log were lost before this one)\ntwo\n"


def test_a_file_that_alone_is_deleted_is_made_again_without_a_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = opened(tmp_path / "log")
    (tmp_path / "log").unlink()
    log(b"one\n")
    assert (tmp_path / "log").read_text() == "one\n"
    assert not capsys.readouterr().err


def test_a_file_that_is_moved_away_is_begun_anew_without_a_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, moved = tmp_path / "log", tmp_path / "log.1"
    log, worker = opened(path), opened(path)
    log(b"one\n")
    path.rename(moved)
    worker(b"two\n")
    log(b"three\n")
    assert (moved.read_text(), path.read_text()) == ("one\n", "two\nthree\n")
    assert not capsys.readouterr().err


def test_a_file_in_whose_place_another_was_put_is_written_on_there(tmp_path: Path) -> None:
    path, moved = tmp_path / "log", tmp_path / "log.1"
    log = opened(path)
    log(b"one\n")
    path.rename(moved)
    path.write_text("another\n")
    log(b"two\n")
    log(b"three\n")
    assert (moved.read_text(), path.read_text()) == ("one\n", "another\ntwo\nthree\n")


def test_a_file_that_is_moved_with_its_folder_loses_no_line_and_is_told_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, moved = tmp_path / "logs", tmp_path / "logs.1"
    folder.mkdir()
    log = opened(folder / "log")
    folder.rename(moved)
    log(b"one\n")
    log(b"two\n")
    why = "No such file or directory"
    assert capsys.readouterr().err == told(folder / "log", f"{MOVED}: {why}; {GOES_ON}")
    folder.mkdir()
    log(b"three\n")
    log(b"four\n")
    assert capsys.readouterr().err == told(folder / "log", "is written again")
    assert ((moved / "log").read_text(), (folder / "log").read_text()) == ("one\ntwo\n", "three\nfour\n")


def test_a_file_in_whose_place_there_is_a_folder_is_written_on_and_that_is_told_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, moved = tmp_path / "log", tmp_path / "log.1"
    log = opened(path)
    for _ in range(2):  # one that comes back, and is moved again, is told anew
        path.rename(moved)
        path.mkdir()
        log(b"one\n")
        log(b"two\n")
        assert capsys.readouterr().err == told(path, f"{MOVED}: Is a directory; {GOES_ON}")
        path.rmdir()
        moved.rename(path)
        log(b"three\n")
        assert capsys.readouterr().err == told(path, "is written again")
    assert path.read_text() == "one\ntwo\nthree\n" * 2


def test_a_moved_file_that_is_deleted_then_loses_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, moved = tmp_path / "log", tmp_path / "log.1"
    log = opened(path)
    path.rename(moved)
    path.mkdir()
    log(b"one\n")
    moved.unlink()
    capsys.readouterr()
    log(b"lost\n")
    log(b"lost\n")
    lost = "lines are lost until it can be written again, the server goes on"
    assert capsys.readouterr().err == told(path, f"Is a directory; {lost}")
    path.rmdir()
    log(b"two\n")
    assert capsys.readouterr().err == told(path, "is written again; 2 lines of the log were lost")
    assert path.read_text() == "(2 lines of the log were lost before this one)\ntwo\n"


@needs_pipes
def test_a_pipe_in_the_place_of_the_file_is_not_waited_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, moved = tmp_path / "log", tmp_path / "log.1"
    log = opened(path)
    path.rename(moved)
    os.mkfifo(path)
    log(b"one\n")
    assert MOVED in capsys.readouterr().err
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    log(b"two\n")
    assert (moved.read_text(), os.read(reader, 100)) == ("one\n", b"two\n")
    assert os.get_blocking(log._number)
    os.close(reader)


@needs_full
def test_a_moved_file_is_begun_anew_where_lines_were_lost(
    disk: tuple[LogFile, Path, list[int]],
) -> None:
    log, path, (_, full) = disk
    os.dup2(full, log._number)
    log(b"lost\n")
    path.rename(path.with_name("log.1"))
    log(b"one\n")
    assert path.read_text() == "(1 line of the log was lost before this one)\none\n"


def test_a_file_with_a_relative_path_is_found_again_from_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    log = opened(Path("log"))
    monkeypatch.chdir("/")
    (tmp_path / "log").rename(tmp_path / "log.1")
    log(b"one\n")
    assert (tmp_path / "log").read_text() == "one\n"


@needs_full
@pytest.mark.parametrize("form", ["text", "json"])
def test_the_log_of_a_server_goes_on_and_says_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    try:
        logs.start("info", form, tmp_path / "log")
        (handler,) = root.handlers
        log = handler._writer._write
        file, full = os.dup(log._number), os.open(FULL, os.O_WRONLY)
        for descriptor, message in ((full, "lost"), (file, "kept")):
            os.dup2(descriptor, log._number)
            logging.getLogger("oifde_simulator").warning(message)
            handler.flush()
        handler.close()
    finally:
        root.handlers[:], root.level = before
    notice, line = (tmp_path / "log").read_text().splitlines()
    assert "1 line of the log was lost before this one" in notice
    assert "kept" in line
    assert form == "text" or json.loads(notice)["level"] == "warning"
    assert capsys.readouterr().err.count("--log-file") == 2
    for number in (file, full):
        os.close(number)


def test_without_standard_error_nobody_is_told_and_nothing_breaks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr", None)
    folder = tmp_path / "logs"
    folder.mkdir()
    log = opened(folder / "log")
    shutil.rmtree(folder)
    log(b"lost\n")
    log.close()
