"""Which tenants have an access key: found by the key, as the scenarios that are served have it now.

Rule: a file is read off the event loop, and each catalog of files once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress

from oifde_simulator.immediate import aside
from oifde_simulator.scenario.catalog import ScenarioCatalog
from oifde_simulator.scenario.errors import ScenarioErrors

Names = dict[str, None]
"""Tenant ids in order."""


class KeyOwners:
    """Tenants by access key: those of the files, and those whose scenarios have come since."""

    def __init__(self) -> None:
        self._catalog: ScenarioCatalog | None = None
        self._of_files: Mapping[str, Names] = {}
        self._places: Mapping[str, int] = {}
        self._kept: dict[str, Names] = {}
        self._keys: dict[str, tuple[str, ...]] = {}

    def keep(self, name: str, keys: Iterable[str]) -> None:
        """Note the access keys of a tenant, in place of those of before."""
        self.release(name)
        if given := tuple(keys):
            self._keys[name] = given
            for key in given:
                self._kept.setdefault(key, {})[name] = None

    def release(self, name: str) -> None:
        """Forget what was kept of a tenant."""
        for key in self._keys.pop(name, ()):
            self._kept[key].pop(name)
            if not self._kept[key]:
                del self._kept[key]

    async def candidates(self, key: str, catalog: ScenarioCatalog) -> list[str]:
        """List the tenants that may have a key now: those of the files in their order, then the others."""
        if catalog is not self._catalog:
            self._of_files, self._places = await aside(_read, catalog)
            self._catalog = catalog
        found = {**self._of_files.get(key, {}), **self._kept.get(key, {})}
        last = len(self._places)
        return sorted(found, key=lambda name: self._places.get(name, last))


def _read(catalog: ScenarioCatalog) -> tuple[Mapping[str, Names], Mapping[str, int]]:
    """Read the keys of all files, and the places of their tenants; a broken file has no keys."""
    found: dict[str, Names] = {}
    for name in catalog:
        with suppress(ScenarioErrors):
            for key in catalog[name].tenant.access_keys:
                found.setdefault(key, {})[name] = None
    return found, {name: place for place, name in enumerate(catalog)}
