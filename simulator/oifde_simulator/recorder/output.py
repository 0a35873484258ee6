"""Make the scenario of a recording, prove that it can be served and holds no original, and write it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from oifde_simulator.recorder import files
from oifde_simulator.recorder.leak_scan import LeakScan
from oifde_simulator.scenario import loader, writer
from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.text import counted, printable

OWN_SECRETS = ("simulator", "rehearsal")
"""Secrets of the tenant in the file: the first that is not the real one."""

Records = Sequence[dict[str, Any]]


class Output:
    """The file that a run writes."""

    def __init__(
        self, path: Path, *, private: bool, real_secret: str, more: Mapping[str, Any] | None = None
    ) -> None:
        """Take the file; a `private` one is for its owner only. `more` are keys beside its sessions."""
        self.more = dict(more or {})
        self.path = path
        self._private = private
        self._secret = next(each for each in OWN_SECRETS if each not in real_secret)

    def digest(self) -> str | None:
        """Hash the file that is there; None where there is none."""
        try:
            return hashlib.sha256(self.path.read_bytes()).hexdigest()
        except OSError:
            return None

    def write(self, records: Records, description: str, scan: LeakScan, made: set[str]) -> int:
        """Write the records that can be served, and return how many cannot. Raises ValueError on a leak."""
        text = self._text(records, description)
        scenario, left_out = self._served(text, records, description)
        leak = next(scan.leaks({"sessions": {"records": scenario.records}}, made), None)
        if leak is not None:
            raise ValueError(f"{printable(self.path)} is not written: {leak}; please report this")
        if left_out:
            text = self._text(scenario.records, description)
        files.write(self.path, text, private=self._private)
        return left_out

    def _text(self, records: Sequence[Any], description: str) -> str:
        tenant = {"id": self.path.stem, "secret": self._secret}
        return writer.scenario_text(description, tenant, records, derive=False, more=self.more)

    def _served(self, text: str, records: Records, description: str) -> tuple[Scenario, int]:
        """Load the text as `serve` would, without records of which the loader finds a mistake."""
        try:
            return self._loaded(text), 0
        except ScenarioErrors as errors:
            paths = [error.path for error in errors.errors]
            wrong = {path[2] for path in paths if path[:2] == ("sessions", "records") and len(path) > 2}
            if not wrong:
                raise ValueError(_cannot_be_served(self.path, len(text), str(errors))) from None
        kept = [record for place, record in enumerate(records) if place not in wrong]
        scenario, more = self._served(self._text(kept, description), kept, description)
        return scenario, len(wrong) + more

    def _loaded(self, text: str) -> Scenario:
        return loader.loads(text.encode("utf-8", "replace"), str(self.path), self.path.stem)


def _cannot_be_served(path: Path, size: int, why: str) -> str:
    first = why.splitlines()[0]
    fewer = (
        f"; record fewer users, or a shorter time ({counted(size, 'character')})" if "MiB" in first else ""
    )
    return f"{printable(path)} is not written, since it could not be served: {first}{fewer}"
