"""What depends on the scenarios of tenants alone: found, or made when it is first asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import orjson

from oifde_simulator.immediate import aside
from oifde_simulator.model.tenant_state import TenantSource, TenantState
from oifde_simulator.population import generator
from oifde_simulator.population.vocabulary import faker_version, shipped_locales
from oifde_simulator.scenario import loader
from oifde_simulator.scenario.catalog import ScenarioCatalog
from oifde_simulator.scenario.errors import ScenarioError, ScenarioErrors
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.tenants.errors import NotServed
from oifde_simulator.tenants.factory import COPIES, NAMELESS, VALUE_BYTES, FreshCredentials, TenantFactory
from oifde_simulator.tenants.key_owners import KeyOwners
from oifde_simulator.tenants.tenant import World, WorldKey

ORIGIN = "scenario"
"""Word that stands for a file's name where a scenario comes along."""
TENANT_BYTES = 4 << 10
"""Memory of a tenant beside its scenario."""


class Worlds:
    """The worlds of one server's tenants."""

    def __init__(self, factory: TenantFactory, files: ScenarioCatalog) -> None:
        self.files = files
        """Scenarios that the server was given, whatever became of their tenants."""
        self._factory = factory
        self._worlds: dict[str, World] = {}
        self._key_owners = KeyOwners()

    def find(self, name: str, state: TenantState) -> World | None:
        """Find what depends on the scenario alone; None where it is still to be made."""
        world, key = self._worlds.get(name), _key(state)
        if world is None or world.key != key or (key is None and world.scenario is not self.files.peek(name)):
            return None
        return world

    def make(self, name: str, state: TenantState) -> World:
        """Read the scenario of a tenant, and prepare its world. Any thread may ask. Raises NotServed."""
        return self.prepared(name, self._read(name, state), state)

    def prepared(self, name: str, scenario: Scenario, state: TenantState | None = None) -> World:
        """Make what depends on the scenario alone, not yet served. Any thread may ask."""
        if scenario.generate:
            generator.warm(scenario.generate.locale)
        if state is None or state.source is None:
            return self._factory.world(name, scenario, None)
        fresh = self.fresh(name, state) if state.made else None
        return self._factory.world(name, scenario, _key(state), fresh)

    def keep(self, name: str, world: World) -> None:
        """Serve a world that was prepared, once the state says so."""
        self._worlds[name] = world
        self._key_owners.keep(name, world.scenario.tenant.access_keys if world.scenario else ())

    def release(self, name: str) -> None:
        """Give back the world of a tenant that is gone."""
        self._worlds.pop(name, None)
        self._key_owners.release(name)

    def __iter__(self) -> Iterator[str]:
        """List the tenants whose worlds were made."""
        return iter(self._worlds)

    def of_sources(self) -> list[str]:
        """List the tenants whose worlds were made of a source of their own, not of what the files have."""
        return [name for name, world in self._worlds.items() if world.key is not None]

    async def scenario(self, name: str, state: TenantState) -> Scenario:
        """Find the scenario of a tenant, served as `state` says. Raises NotServed where there is none."""
        world = self._worlds.get(name)
        if state.source is not None and world is not None and world.key == _key(state):
            assert world.scenario
            return world.scenario
        return await aside(self._read, name, state)

    def _read(self, name: str, state: TenantState) -> Scenario:
        source = state.source
        if source is not None and source.format != "name":
            return inline(source)
        try:
            return self.files[name if source is None else source.text]
        except KeyError:  # a reload has taken the file away
            raise NotServed(name) from None

    async def with_key(self, key: str) -> list[str]:
        """List the tenants that may have an access key, of files or not, the first to be asked first."""
        return await self._key_owners.candidates(key, self.files)

    def fresh(self, name: str, state: TenantState) -> FreshCredentials:
        """Compute the credentials that a tenant was made with on demand."""
        return self._factory.fresh(name, state.generation)

    def generator(self, scenario: Scenario) -> dict[str, Any] | None:
        """Tell what the generated sessions of a scenario depend on; None where it has none."""
        how = scenario.generate
        if how is None:
            return None
        return {
            "version": generator.VERSION,
            "faker": faker_version(how.locale),
            "seed": self._factory.seed_of(how),
            "locale": how.locale,
        }

    async def warm(self, scenario: Scenario) -> None:
        """Load the words of a scenario; where they have to be drawn, that takes a thread its time."""
        if scenario.generate and scenario.generate.locale not in shipped_locales():
            await aside(generator.warm, scenario.generate.locale)


def _key(state: TenantState) -> WorldKey | None:
    return None if state.source is None else (state.source, state.made, state.generation)


def inline(source: TenantSource, value: Mapping[str, Any] | None = None) -> Scenario:
    """Read a scenario that came along, with the memory that it takes. Raises ScenarioErrors.

    `value` is what JSON says, where it was parsed already: to parse a large text holds all threads.
    """
    octets = source.text.encode("utf-8", "surrogatepass")
    if source.format == "json":
        value = orjson.loads(octets) if value is None else value
        scenario = loader.from_json(value, ORIGIN, NAMELESS)
    else:
        scenario = loader.loads(octets, ORIGIN, NAMELESS)
    if scenario.recordings.folder is not None:
        from oifde_simulator.scenario.text_check import NO_FOLDER  # slow to import

        raise ScenarioErrors([ScenarioError(ORIGIN, 0, 0, ("recordings", "folder"), NO_FOLDER)])
    return replace(scenario, weight=TENANT_BYTES + COPIES * len(octets) + VALUE_BYTES * scenario.values)
