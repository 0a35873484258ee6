"""The log of one process: readable lines on a terminal, JSON lines of each exchange for machines.

Rule: whoever logs never waits; `log_writer.py` writes.
"""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Any

from oifde_simulator.instants import iso
from oifde_simulator.log_file import LogFile
from oifde_simulator.log_writer import LogHandler, Write, descriptor_writer, in_turn, log_line, warning

FOLLOWED = "oifde_simulator.followed"
"""Name of the logger of watched files. It logs at info, so that people who edit a file see it taken."""
READABLE = "%(asctime)s %(levelname)-7s %(message)s"
READABLE_OF_WORKER = "%(asctime)s %(levelname)-7s worker {}: %(message)s"


class JsonLines(logging.Formatter):
    """Formatter that writes one JSON object a line: time, level, message, traceback and exchange."""

    def __init__(self, worker: int | None = None) -> None:
        """Write the number of a worker into each line; None for a process alone."""
        super().__init__()
        self._worker = {} if worker is None else {"worker": worker}

    def format(self, record: logging.LogRecord) -> str:
        """Write a record as JSON. The attribute `exchange` of a record makes the value of that key."""
        line: dict[str, Any] = {
            "time": iso(int(record.created * 1000)),
            "level": record.levelname.lower(),
            **self._worker,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        exchange = getattr(record, "exchange", None)
        if exchange is not None:
            line["exchange"] = exchange()
        return json.dumps(line, default=str)


def start(
    level: str | None = None,
    format: str | None = None,
    file: Path | None = None,
    *,
    quiet: bool = False,
    worker: int | None = None,
    lock: int | None = None,
) -> None:
    """Send the log to `file`, else to standard error, from `level` upward.

    Without a level, a terminal shows info and everything else warnings; `quiet` shows errors. Without a
    `format` ("text" or "json"), lines are JSON if they are about exchanges (info and below) and no terminal
    shows them. `worker` is the number of this process in each line, where several share the log; they take
    turns by `lock`, a descriptor that all have. Raises ValueError for a file that cannot be written.
    """
    terminal = file is None and sys.stderr.isatty()
    level = level or ("error" if quiet else None)
    chosen = level or ("info" if terminal else "warning")
    as_json = format == "json" if format else not terminal and chosen in ("info", "debug")
    readable = READABLE if worker is None else READABLE_OF_WORKER.format(worker)
    formatter = JsonLines(worker) if as_json else logging.Formatter(readable)
    encoding = None if file else getattr(sys.stderr, "encoding", None)
    write: Write = _log_file(file, formatter) if file else _stderr_writer()
    if lock is not None:
        write = in_turn(write, lock)
    handler = LogHandler(write, formatter, encoding=encoding or "utf-8")
    logging.basicConfig(level=chosen.upper(), handlers=[handler], force=True)
    logging.getLogger(FOLLOWED).setLevel(logging.NOTSET if level else logging.INFO)
    logging.getLogger("aiohttp").setLevel(logging.ERROR)
    logging.getLogger("faker").setLevel(logging.WARNING)  # its debug lines concern Faker only


def _log_file(path: Path, formatter: logging.Formatter) -> LogFile:
    try:
        return LogFile(path, lambda message: log_line(formatter, warning(message)))
    except OSError as error:
        raise ValueError(
            f"--log-file: cannot write {path}: {error.strerror}; name a file in a folder that is there"
        ) from None


def _stderr_writer() -> Write:
    stream = sys.stderr
    try:
        return descriptor_writer(stream.fileno())
    except (OSError, ValueError):  # a stream of a test, say, which is no file
        return lambda octets: stream.write(octets.decode(getattr(stream, "encoding", None) or "utf-8"))
