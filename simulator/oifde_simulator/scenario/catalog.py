"""Scenarios by tenant id, each read when it is first asked for: a server starts without reading a gallery."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from oifde_simulator.scenario import loader
from oifde_simulator.scenario.model import Scenario


class ScenarioCatalog(Mapping[str, Scenario]):
    """Scenarios that have been read, and files of those that have not."""

    def __init__(self, entries: Mapping[str, Scenario | Path]) -> None:
        """A file stands under the id that it gives its tenant."""
        self._entries = dict(entries)

    def __getitem__(self, name: str) -> Scenario:
        entry = self._entries[name]
        if isinstance(entry, Path):
            entry = self._entries[name] = loader.load(entry)
        return entry

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __or__(self, others: Mapping[str, Scenario]) -> ScenarioCatalog:
        """These, and `others` in the place of those of the same id; nothing is read."""
        more = others._entries if isinstance(others, ScenarioCatalog) else others
        return ScenarioCatalog({**self._entries, **more})

    def without(self, name: str) -> ScenarioCatalog:
        """These but one."""
        return ScenarioCatalog({each: entry for each, entry in self._entries.items() if each != name})

    def renamed(self, name: str, other: str) -> ScenarioCatalog:
        """These, and the one called `name` also as `other`; nothing is read."""
        return ScenarioCatalog({**self._entries, other: self._entries[name]})

    def peek(self, name: str) -> Scenario | None:
        """Find a scenario that has been read; None where it has not, or there is none."""
        entry = self._entries.get(name)
        return entry if isinstance(entry, Scenario) else None

    def read(self) -> dict[str, Scenario]:
        """Those that have been read so far."""
        return {name: entry for name, entry in self._entries.items() if isinstance(entry, Scenario)}
