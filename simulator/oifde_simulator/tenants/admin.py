"""Tenants on demand: made from a scenario of the server or one that comes along, changed, and taken away.

Rule: nothing here reads a file but those that the server was given; a refused call has changed nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple

import orjson

from oifde_simulator.clock import ClockSetting
from oifde_simulator.immediate import aside
from oifde_simulator.model.tenant_state import NewRule, RuleStanding, TenantSource, TenantState
from oifde_simulator.randomness import key
from oifde_simulator.scenario import loader
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.state.errors import DuplicateName, UnknownRule
from oifde_simulator.state.rule_names import new_names
from oifde_simulator.tenants.errors import NotServed
from oifde_simulator.tenants.factory import NAMELESS, FreshCredentials
from oifde_simulator.tenants.registry import Tenants
from oifde_simulator.tenants.retry import retried
from oifde_simulator.tenants.tenant import Tenant
from oifde_simulator.tenants.worlds import inline
from oifde_simulator.text import did_you_mean, normal, shown

LONGEST_STEM = 64
"""Characters of a scenario's id that go into the ids of tenants made from it."""
MOST_AT_ONCE = 2_000
"""Values of a scenario whose sessions are indexed on the event loop; those of a larger one in a thread."""


class UnknownScenario(LookupError):
    """The server was given no scenario of this name."""


class Given(NamedTuple):
    """A scenario to make a tenant of."""

    scenario: Scenario
    source: TenantSource


class TenantAdmin:
    """Changes the tenants of one server while it runs. Methods raise NotServed for an unknown id."""

    def __init__(self, tenants: Tenants) -> None:
        self._tenants = tenants
        self._state = tenants.state.tenants

    def scenario(self, given: str | Mapping[str, Any]) -> Given:
        """Find the scenario of a name, or read one that is spelled out: a mapping, or YAML of several lines.

        Raises UnknownScenario, or ScenarioErrors for one that is wrong. Any thread may ask.
        """
        if isinstance(given, str) and "\n" not in given:
            return self._named(given)
        if isinstance(given, str):
            source = TenantSource(given, "yaml")
            scenario = inline(source)
        else:
            source = TenantSource(orjson.dumps(given).decode(), "json")
            scenario = inline(source, given)
        return Given(scenario, source._replace(weight=scenario.weight))

    def _named(self, name: str) -> Given:
        files, name = self._tenants.files, normal(name)
        if name not in files:
            why = self._tenants.unserved(name)
            hint = f": {why}" if why else did_you_mean(name, files) or "; one in YAML has more than one line"
            raise UnknownScenario(f"there is no scenario {shown(name)}{hint}")
        return Given(files[name], TenantSource(name, "name"))

    async def make(self, given: Given, name: str | None = None) -> tuple[str, FreshCredentials]:
        """Serve a scenario as another tenant; its id, made where `name` is None, and its credentials.

        It has the history of the scenario's own tenant. Raises DuplicateName and CapacityExceeded.
        """
        await self._tenants.worlds.warm(given.scenario)
        id, state = await (self._make(name, given) if name is not None else self._make_any(given))
        await self._keep(id, given, state)
        return id, self._tenants.worlds.fresh(id, state)

    async def _make(self, name: str, given: Given) -> tuple[str, TenantState]:
        try:
            if not await self._tenants.has(name):
                return name, await self._state.make(name, given.source)
        except DuplicateName:  # somebody has made one meanwhile
            pass
        raise DuplicateName(f"there is a tenant {shown(name)}; choose another tenantId, or delete it first")

    async def _make_any(self, given: Given) -> tuple[str, TenantState]:
        while True:
            try:
                return await self._make(
                    f"{given.scenario.id[:LONGEST_STEM]}-{await self._state.number()}", given
                )
            except DuplicateName:
                continue

    async def _keep(self, name: str, given: Given, state: TenantState) -> None:
        """Serve a scenario as a tenant that the state has now, unless the tenant has gone meanwhile."""
        prepare, worlds = self._tenants.worlds.prepared, self._tenants.worlds
        if given.scenario.values > MOST_AT_ONCE:
            world = await aside(prepare, name, given.scenario, state)
        else:
            world = prepare(name, given.scenario, state)
        worlds.keep(name, world)
        with suppress(NotServed):
            await self._tenants.served(name)

    async def change(self, name: str, given: Given) -> None:
        """Serve a scenario as the tenant `name`, from its beginning; credentials that were made stay.

        Raises CapacityExceeded.
        """
        await self._tenants.worlds.warm(given.scenario)

        async def replace() -> TenantState:
            epoch = (await self._tenants.served(name)).epoch
            return await self._state.replace(name, given.source, epoch=epoch)

        await self._keep(name, given, await retried(replace))

    async def reset(self, name: str) -> None:
        """Have the tenant `name` at the beginning of its scenario."""
        await retried(partial(self._reset, name, cleared=False))

    async def clear(self, name: str) -> None:
        """Have the tenant at the beginning of its scenario, without rules."""
        await retried(partial(self._reset, name, cleared=True))

    async def _reset(self, name: str, *, cleared: bool) -> None:
        epoch = (await self._tenants.served(name)).epoch
        await self._state.reset(name, cleared=cleared, epoch=epoch)

    async def delete(self, name: str) -> None:
        """Have the tenant unknown from now on."""

        async def drop() -> None:
            await self._tenants.drop(name, epoch=(await self._tenants.served(name)).epoch)

        await retried(drop)

    async def change_clock(self, name: str, change: Callable[[ClockSetting, int], ClockSetting]) -> None:
        """Change the clock of a tenant; `change` gets its setting and the time of day.

        It is called again where the tenant was changed meanwhile. Raises what `change` raises.
        """

        async def set_clock() -> None:
            tenant = await self._tenants.named(name)
            setting = change(tenant.clock.setting, self._tenants.clock.now())
            await self._state.set_clock(name, setting, tenant.read.version)

        await retried(set_clock)

    async def new_names(self, tenant: Tenant, given: Sequence[Mapping[str, Any]]) -> list[str]:
        """Choose the names that rules would have now. Raises DuplicateName and CapacityExceeded."""
        state = await self._state.get(tenant.id)
        return new_names(state, [_name(each) for each in given], tenant.world.rule_names)

    async def add_rules(
        self, tenant: Tenant, given: Sequence[Mapping[str, Any]], ttls: Sequence[float | None]
    ) -> None:
        """Have the tenant ask these rules before all others; each goes after its seconds, or stays for None.

        `given` are as in a file, and were found good. Raises DuplicateName, CapacityExceeded and Stale.
        """
        now = tenant.clock.now()
        rules = [_new(each, ttl, now) for each, ttl in zip(given, ttls, strict=True)]
        await self._state.add_rules(tenant.id, rules, tenant.world.rule_names, tenant.read.epoch)

    async def remove_rules(self, tenant: Tenant, names: Sequence[str]) -> None:
        """Ask rules no more, added or not. Raises UnknownRule, and Stale where another tenant has come."""
        own, epoch = tenant.world.rule_names, tenant.read.epoch
        await self._state.remove_rules(tenant.id, names, own, epoch=epoch)

    async def remove_added_rules(self, tenant: Tenant) -> None:
        """Ask no more rules than those of the scenario. Raises Stale where another tenant has come."""
        while True:
            state = await self._state.get(tenant.id)
            try:
                return await self.remove_rules(tenant, [rule.name for rule in state.added])
            except UnknownRule:  # one has gone by itself meanwhile
                continue

    async def rules(self, tenant: Tenant) -> list[RuleStanding]:
        """List the rules of a tenant in the order in which they are asked.

        Raises Stale where another tenant has come.
        """
        return await self._state.rules(tenant.id, tenant.world.rule_names, epoch=tenant.read.epoch)


def _new(given: Mapping[str, Any], ttl: float | None, now: int) -> NewRule:
    definition = {name: value for name, value in given.items() if name != "name"}
    outcomes = given.get("one_of", (given,))
    digest = key(json.dumps(definition, sort_keys=True)).hex()
    ends_tokens = any(each.get("token") for each in outcomes)
    return NewRule(_name(given), definition, digest, ttl, ends_tokens, now)


def _name(rule: Mapping[str, Any]) -> str | None:
    name = rule.get("name")
    return name if isinstance(name, str) else None


def check_rules(given: Sequence[Mapping[str, Any]], names: Sequence[str]) -> None:
    """Check rules as in a file, with their names. Raises ScenarioErrors. Any thread may ask."""
    named = [{**each, "name": each.get("name", name)} for each, name in zip(given, names, strict=True)]
    loader.from_json({"rules": named}, "rules", NAMELESS)
