"""The log is written in a thread: nobody waits for its reader, and what was dropped is told."""

from __future__ import annotations

import json
import logging
import os
import threading
from pathlib import Path

import pytest

from oifde_simulator import logs
from oifde_simulator.log_writer import LogHandler, LogWriter, descriptor_writer
from serving import PATIENCE


class Reader:
    """A reader that reads nothing until it is told to."""

    def __init__(self) -> None:
        self.reads, self.asked = threading.Event(), threading.Event()
        self.lines: list[str] = []

    def __call__(self, octets: bytes) -> None:
        self.asked.set()
        assert self.reads.wait(PATIENCE)
        self.lines += octets.decode().splitlines()


def record(message: str) -> logging.LogRecord:
    return logging.LogRecord("x", logging.WARNING, "", 0, message, None, None)


@pytest.mark.parametrize(
    "formatter", [logging.Formatter("%(message)s"), logs.JsonLines()], ids=["text", "json"]
)
def test_lines_beyond_the_bound_are_dropped_and_told_of_when_the_log_is_read_again(
    formatter: logging.Formatter,
) -> None:
    reader = Reader()
    handler = LogHandler(reader, formatter, most=1000)
    handler.emit(record("first"))
    assert reader.asked.wait(PATIENCE)
    for number in range(500):
        handler.emit(record(f"line {number:04}"))
    reader.reads.set()
    handler.flush()
    handler.emit(record("last"))
    handler.flush()
    read = "\n".join(reader.lines)
    kept = len(reader.lines) - 3
    assert 5 < kept < 110
    assert f"line {kept - 1:04}" in read
    assert f"{500 - kept} lines were dropped" in reader.lines[-2]
    assert "last" in reader.lines[-1]
    assert read.count("dropped") == 1
    handler.close()


def test_the_end_waits_for_a_stalled_reader_no_longer_than_its_deadline() -> None:
    reader = Reader()
    writer = LogWriter(reader, lambda _: b"")
    writer.put(b"line")
    assert not writer.flush(0.0)
    reader.reads.set()
    assert writer.flush(PATIENCE)
    writer.close()


def test_a_reader_that_is_gone_is_no_error() -> None:
    reads, writes = os.pipe()
    os.close(reads)
    handler = LogHandler(descriptor_writer(writes), logging.Formatter())
    handler.emit(record("line"))
    handler.flush()
    handler.close()
    os.close(writes)


def test_a_descriptor_that_would_block_is_waited_for() -> None:
    reads, writes = os.pipe()
    os.set_blocking(writes, False)
    octets = b"x" * 1_000_000
    thread = threading.Thread(target=descriptor_writer(writes), args=(octets,))
    thread.start()
    left = len(octets)
    while left:
        left -= len(os.read(reads, left))
    thread.join(PATIENCE)
    os.close(reads)
    os.close(writes)


@pytest.fixture
def _restored() -> object:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield
    for handler in set(root.handlers) - set(before[0]):
        root.removeHandler(handler)
        handler.close()
    root.handlers[:], root.level = before


@pytest.mark.usefixtures("_restored")
@pytest.mark.parametrize(
    ("format", "level", "as_json"),
    [("json", None, True), ("text", "info", False), (None, "info", True), (None, None, False)],
)
def test_a_log_file_is_appended_to_in_the_chosen_format(
    tmp_path: Path, format: str | None, level: str | None, as_json: bool
) -> None:
    path = tmp_path / "log"
    path.write_text("before\n")
    logs.start(level, format, path)
    logging.getLogger("oifde_simulator").warning("told")
    (handler,) = logging.getLogger().handlers
    handler.flush()
    before, line = path.read_text().splitlines()
    assert before == "before"
    assert (json.loads(line)["message"] == "told") if as_json else line.endswith("WARNING told")


@pytest.mark.usefixtures("_restored")
@pytest.mark.parametrize(("level", "told"), [(None, False), ("warning", True)])
def test_a_quiet_log_has_errors_only_unless_a_level_says_more(
    tmp_path: Path, level: str | None, told: bool
) -> None:
    logs.start(level, None, tmp_path / "log", quiet=True)
    assert logging.getLogger("oifde_simulator").isEnabledFor(logging.WARNING) is told


def test_a_log_file_that_cannot_be_written_is_told_in_a_line(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"--log-file: cannot write .*nowhere.log: No such file"):
        logs.start(file=tmp_path / "no" / "nowhere.log")


@pytest.mark.parametrize(("encoding", "line"), [("utf-8", "\\x1b[31m \xe4"), ("ascii", "\\x1b[31m \\xe4")])
def test_a_line_drives_no_terminal_and_has_its_encoding(encoding: str, line: str) -> None:
    written: list[bytes] = []
    handler = LogHandler(written.append, logging.Formatter(), encoding=encoding)
    handler.emit(record("\x1b[31m \xe4"))
    handler.close()
    handler.flush()
    assert b"".join(written).decode(encoding) == f"{line}\n"
