"""A thread that writes the log, so that whoever logs never waits for whoever reads.

Rule: what waits to be written is bounded; further lines are dropped, counted, and told of when the log is
read again. Standard library only.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from select import select

from oifde_simulator.streams import printable_text

MOST_BYTES = 1 << 20
"""Bytes that may wait to be written."""
FLUSH_SECONDS = 1.0
"""Seconds that the end of the process waits for what is not written yet."""
PIECE = 64 * 1024
"""Bytes of one write."""

Write = Callable[[bytes], object]
"""Writes all bytes; may take for ever. Raises OSError where that is not possible."""


class LogWriter:
    """Lines on their way to one place."""

    def __init__(self, write: Write, notice: Callable[[int], bytes], most: int = MOST_BYTES) -> None:
        """Write by `write`, in a thread; `notice` makes the line that tells of a number of dropped ones."""
        self._write = write
        self._notice = notice
        self._most = most
        self._lines: list[bytes] = []
        self._waiting = 0
        self._dropped = 0
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    def put(self, line: bytes) -> None:
        """Have a line written, or drop it if too much waits."""
        with self._changed:
            if self._waiting + len(line) > self._most:
                self._dropped += 1
                return
            self._lines.append(line)
            self._waiting += len(line)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="log", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def flush(self, seconds: float = FLUSH_SECONDS) -> bool:
        """Wait until all lines are written; False after `seconds`."""
        with self._changed:
            return self._changed.wait_for(lambda: not (self._waiting or self._dropped), seconds)

    def close(self) -> None:
        """Let the thread end once all lines are written."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._lines or self._dropped or self._closed)
                if not (self._lines or self._dropped):
                    return
                lines, self._lines = self._lines, []
                dropped = self._dropped
                size = sum(map(len, lines))
            with suppress(OSError, ValueError):  # the reader is gone, or the disk is full
                self._write(b"".join(lines) + (self._notice(dropped) if dropped else b""))
            with self._changed:
                self._waiting -= size
                self._dropped -= dropped
                self._changed.notify_all()


class LogHandler(logging.Handler):
    """A handler of `logging` that hands lines to a writer."""

    def __init__(
        self, write: Write, formatter: logging.Formatter, most: int = MOST_BYTES, encoding: str = "utf-8"
    ) -> None:
        """Format records by `formatter`; at most `most` bytes wait to be written, in `encoding`."""
        super().__init__()
        self._encoding = encoding
        self._formatter = formatter
        self._end = getattr(write, "close", None)
        self.setFormatter(formatter)
        self._writer = LogWriter(write, self._notice, most)

    def emit(self, record: logging.LogRecord) -> None:
        """Hand over a record."""
        self._writer.put(self._line(record))

    def flush(self) -> None:
        """Wait, not for long, until all lines are written."""
        self._writer.flush()

    def close(self) -> None:
        """Let the thread end once all lines are written."""
        self._writer.close()
        if self._end is not None:
            self._end()
        super().close()

    def _line(self, record: logging.LogRecord) -> bytes:
        return log_line(self._formatter, record, self._encoding)

    def _notice(self, count: int) -> bytes:
        lines = "line was" if count == 1 else "lines were"
        return self._line(warning(f"{count} {lines} dropped: nobody read the log"))


def warning(message: str) -> logging.LogRecord:
    """Make the record of a warning of the log's own."""
    return logging.LogRecord("oifde_simulator", logging.WARNING, "", 0, message, None, None)


def log_line(formatter: logging.Formatter, record: logging.LogRecord, encoding: str = "utf-8") -> bytes:
    """Write a record as a line."""
    return (printable_text(formatter.format(record)) + "\n").encode(encoding, "backslashreplace")


def in_turn(write: Write, lock: int) -> Write:
    """Write while no other process does that has the descriptor `lock`, so that lines stay whole."""
    import fcntl  # not on Windows

    def write_alone(octets: bytes) -> None:
        fcntl.lockf(lock, fcntl.LOCK_EX)
        try:
            write(octets)
        finally:
            fcntl.lockf(lock, fcntl.LOCK_UN)

    write_alone.close = getattr(write, "close", lambda: None)  # type: ignore[attr-defined]
    return write_alone


def descriptor_writer(number: int) -> Write:
    """Write to a file descriptor, past the buffers and locks of Python's own streams."""

    def write(octets: bytes) -> None:
        left = memoryview(octets)
        while left:
            try:
                left = left[os.write(number, left[:PIECE]) :]
            except BlockingIOError:  # somebody has made it so, who shares it with us
                select([], [number], [])

    return write
