"""Scenarios by tenant id. A file is read at its first use: a server starts without reading the gallery."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from oifde_simulator.scenario import gallery, loader
from oifde_simulator.scenario.files import finding
from oifde_simulator.scenario.model import Scenario

if TYPE_CHECKING:
    from oifde_simulator.near_names import NearNames


class ScenarioCatalog(Mapping[str, Scenario]):
    """Mapping of tenant ids to scenarios, which are loaded from their files at first use."""

    def __init__(self, entries: Mapping[str, Scenario | Path]) -> None:
        """Take scenarios and unread files; a file must stand under the tenant id inside it."""
        self._entries = dict(entries)

    def __getitem__(self, name: str) -> Scenario:
        entry = self._entries[name]
        if isinstance(entry, Path):
            entry = self._entries[name] = gallery.find(entry) or loader.load(entry)
        return entry

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __or__(self, others: Mapping[str, Scenario]) -> ScenarioCatalog:
        """Join two catalogs; for an id in both, the second wins. No file is read."""
        more = others._entries if isinstance(others, ScenarioCatalog) else others
        return ScenarioCatalog({**self._entries, **more})

    def without(self, name: str) -> ScenarioCatalog:
        """Copy without the entry `name`."""
        return ScenarioCatalog({each: entry for each, entry in self._entries.items() if each != name})

    def renamed(self, name: str, other: str) -> ScenarioCatalog:
        """Copy with the entry `name` under a second id, `other`. No file is read."""
        return ScenarioCatalog({**self._entries, other: self._entries[name]})

    @cached_property
    def near_names(self) -> NearNames:
        """The ids, among which one like another is found."""
        from oifde_simulator.near_names import NearNames  # only wanted where a name is unknown

        return NearNames(self._entries)

    def peek(self, name: str) -> Scenario | None:
        """Find a scenario that has been read; None where it has not, or there is none."""
        entry = self._entries.get(name)
        return entry if isinstance(entry, Scenario) else None

    def scenario_id(self, name: str) -> str:
        """Tell the id inside a scenario, and read nothing: an unread file is a bundled one, named by its id.

        An id without a scenario, as after a reload has taken its file away, is told as it is.
        """
        entry = self._entries.get(name)
        if isinstance(entry, Path):
            return finding.stem(entry)
        return entry.id if entry else name

    def read(self) -> dict[str, Scenario]:
        """Return the scenarios that have been read so far, by tenant id."""
        return {name: entry for name, entry in self._entries.items() if isinstance(entry, Scenario)}
