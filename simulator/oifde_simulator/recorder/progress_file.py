"""What a run has done, in a file beside its output, so that a run that was broken off can be resumed.

It holds what the output would hold, and the key of the pseudonyms unless that has a file of its own; nobody
but its owner may read it.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from oifde_simulator.recorder.files import PRIVATE
from oifde_simulator.text import printable

Records = list[dict[str, Any]]


@dataclass
class Progress:
    """Histories that are whole, by a name of their user that only the key can tell."""

    path: Path
    key: bytes | None = field(default=None, repr=False)
    """Key of the pseudonyms, where no other file has it."""
    run: str = ""
    """Fingerprint of target, tenant and options."""
    done: dict[str, Records] = field(default_factory=dict)
    written: tuple[str, int] | None = None
    """Hash of the output that was written last, and its number of records."""

    @classmethod
    def read(cls, path: Path) -> Progress | None:
        """Read a file; None where there is none. A line that was cut off is left out. Raises ValueError."""
        try:
            lines = path.read_bytes().split(b"\n")
            if lines[-1]:  # it was cut off, and the next one must not be joined to it
                os.truncate(path, path.stat().st_size - len(lines[-1]))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise ValueError(f"{printable(path)}: cannot be read: {error.strerror}") from None
        found = cls(path)
        for line in lines[:-1]:
            found._take(line)
        return found if found.run else None

    def _take(self, line: bytes) -> None:
        try:
            entry = json.loads(line)
            kind = entry["kind"]
            if kind == "run":
                self.run, self.key = entry["run"], bytes.fromhex(entry["key"]) if entry["key"] else None
            elif kind == "user":
                self.done[entry["user"]] = entry["records"]
            elif kind == "written":
                self.written = entry["hash"], entry["records"]
        except (ValueError, KeyError, TypeError):
            raise ValueError(
                f"{printable(self.path)}: is no progress of a recording; move it, or begin anew with --force"
            ) from None

    def begin(self) -> None:
        """Begin the file anew. Raises ValueError."""
        key = self.key.hex() if self.key else None
        self.path.unlink(missing_ok=True)
        self._append({"kind": "run", "run": self.run, "key": key})

    def add(self, user: str, records: Records) -> None:
        """Note a history that is whole. Raises ValueError."""
        self.done[user] = records
        self._append({"kind": "user", "user": user, "records": records})

    def note_output(self, digest: str, records: int) -> None:
        """Note what was written, so that it can be replaced and nothing else. Raises ValueError."""
        self.written = digest, records
        self._append({"kind": "written", "hash": digest, "records": records})

    @property
    def is_empty(self) -> bool:
        """Check that there is nothing to go on from."""
        return not self.done and self.written is None

    def remove(self) -> None:
        """Remove the file: all is done, or nothing."""
        self.path.unlink(missing_ok=True)

    def _append(self, entry: dict[str, Any]) -> None:
        line = json.dumps(entry).encode() + b"\n"
        try:
            descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE)
            with os.fdopen(descriptor, "ab") as file:
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise ValueError(f"{printable(self.path)}: cannot be written: {error.strerror}") from None
