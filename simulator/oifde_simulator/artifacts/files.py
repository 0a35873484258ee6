"""The files of a server or of a test. Rule: one that cannot be written does not keep back the others."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from oifde_simulator.artifacts.folder import ArtifactFolder, TooLarge
from oifde_simulator.artifacts.source import MOST_OF_ARCHIVE, Source
from oifde_simulator.client.errors import ControlError
from oifde_simulator.client.transport.endpoint import Endpoint
from oifde_simulator.text import printable

JOURNAL, ARCHIVE, COVERAGE, METRICS, LOG = (
    "journal.jsonl", "journal.har", "coverage.xml", "metrics.txt", "simulator.log",
)  # fmt: skip
"""Names of the files."""
LOST = (ControlError, TooLarge, OSError, ValueError, LookupError, RuntimeError)
"""Errors that cost one file; pytest-socket raises RuntimeError where it refuses a socket."""
TIMEOUT = 30.0
"""Seconds of silence of a server after which a file is given up."""
MOST_OF_LOG = 16 << 20
"""Bytes of a log, its newest."""


class ArtifactFiles:
    """Files of one folder, and why some of them are not there."""

    def __init__(self, folder: ArtifactFolder) -> None:
        """Write nothing yet."""
        self.folder = folder
        self.complaints: list[str] = []
        """A line for each file that was not written, with its reason."""

    def write(self, name: str, content: Callable[[], Iterable[bytes]]) -> None:
        """Write a file, or note why not."""
        with self._complaining(name):
            self.folder.write(name, content())

    def write_journal(self, source: Source, end: str = "", **wanted: Any) -> None:
        """Write the `wanted` exchanges as lines and as an archive, the newest that fit.

        `end` is added to the names of the files before the dot.
        """
        lines, archive = (name.replace(".", f"{end}.") for name in (JOURNAL, ARCHIVE))
        self.write(lines, lambda: source.lines(self.folder.room, **wanted))
        with self._complaining(archive):
            self._write_archive(source, archive, wanted)

    def write_server(self, source: Source, *, coverage: bool = True) -> None:
        """Write what a server knows at the end of a run."""
        self.write_journal(source)
        self.write(METRICS, lambda: [source.fetch("/metrics")])
        if coverage:
            self.write(COVERAGE, lambda: [source.fetch("/coverage?format=junit")])

    def write_log(self, log: Path, start: int = 0) -> None:
        """Copy the log from byte `start` on: its newest lines, where it is long."""
        self.write(LOG, lambda: [_tail(log, start, min(MOST_OF_LOG, self.folder.room))])

    def take_log(self, log: Path) -> None:
        """Give a log, which was written in this folder, its name; shorten one that is too long."""
        with self._complaining(LOG):
            most = min(MOST_OF_LOG, self.folder.room)
            if log.stat().st_size <= most and os.name != "nt":
                log.replace(self.folder.path / LOG)
                return
            self.folder.write(LOG, [_tail(log, 0, most)])
            with suppress(PermissionError):  # Windows keeps a file that is open
                log.unlink()

    def _write_archive(self, source: Source, name: str, wanted: dict[str, Any]) -> None:
        """Write an archive; while it is too large, the newer half of the exchanges."""
        limit = max(1, min(MOST_OF_ARCHIVE, source.count(**wanted)))
        while True:
            try:
                return self.folder.write(name, source.archive(limit, **wanted))
            except TooLarge:
                if limit == 1:
                    raise
                limit //= 2

    @contextmanager
    def _complaining(self, name: str) -> Iterator[None]:
        try:
            yield
        except LOST as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else error
            self.complaints.append(f"{printable(self.folder.path / name)} is not written: {why}")


def source_at(url: str, token: str | None) -> Source:
    """Make the source of a server by the address of its control plane."""
    return Source(Endpoint(url, token, None, TIMEOUT))


def _tail(log: Path, start: int, most: int) -> bytes:
    """Read whole lines from byte `start` on, the newest `most` bytes of them."""
    with log.open("rb") as file:
        end = file.seek(0, 2)
        first = max(start, end - most)
        file.seek(first)
        text = file.read(most)
    return text.partition(b"\n")[2] if first > start else text
