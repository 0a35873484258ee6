"""Scenarios by tenant id, each read when it is first asked for: a server starts without reading a gallery."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from oifde_simulator.scenario import loader
from oifde_simulator.scenario.model import Scenario


class Shelf(Mapping[str, Scenario]):
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

    def __or__(self, others: Mapping[str, Scenario]) -> Shelf:
        """These, and `others` in the place of those of the same id; nothing is read."""
        more = others._entries if isinstance(others, Shelf) else others
        return Shelf({**self._entries, **more})

    def without(self, name: str) -> Shelf:
        """These but one."""
        return Shelf({each: entry for each, entry in self._entries.items() if each != name})

    def renamed(self, name: str, other: str) -> Shelf:
        """These, and the one called `name` also as `other`; nothing is read."""
        return Shelf({**self._entries, other: self._entries[name]})

    def is_read(self, name: str) -> bool:
        """Tell whether the scenario `name` can be had without reading a file."""
        return isinstance(self._entries.get(name), Scenario)

    def read(self) -> dict[str, Scenario]:
        """Those that have been read so far."""
        return {name: entry for name, entry in self._entries.items() if isinstance(entry, Scenario)}
