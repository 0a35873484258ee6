"""Tenants on demand: made from a scenario of the server or one that comes along, changed, and taken away.

Rule: nothing here reads a file but those that the server was given, and what is refused has changed nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

import orjson

from oifde_simulator.rules.selection import Rule
from oifde_simulator.scenario import loader
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.tenants.factory import FreshCredentials
from oifde_simulator.tenants.registry import Tenants
from oifde_simulator.text import did_you_mean, shown

MOST = 10_000
"""Tenants that may have been made and not deleted."""
MOST_BYTES = 64 << 20
"""Of scenarios that came along with requests and are served, as they came."""
ORIGIN = "scenario"
"""What stands for a file's name where a scenario comes along."""
NAMELESS = "inline"
"""The id of a scenario that comes along and names none: its world, and how the ids of its tenants begin."""
LONGEST_STEM = 64
"""Characters of a scenario's id that go into the ids of tenants made from it."""


class NoScenario(LookupError):
    """The server was given no scenario of this name."""


class Taken(ValueError):
    """There is a tenant of this id."""


class Full(Exception):
    """As many tenants as may be have been made, or scenarios of as many bytes have come along."""


class OnDemand:
    """What people do to the tenants of one server while it runs."""

    def __init__(self, tenants: Tenants) -> None:
        self._tenants = tenants
        self._numbers = count(1)

    def scenario(self, given: str | Mapping[str, Any]) -> Scenario:
        """The scenario of this name, or the one that is spelled out: a mapping, or YAML of several lines.

        Raises NoScenario, or ScenarioErrors for one that is wrong. Any thread may ask.
        """
        if not isinstance(given, str):
            return replace(loader.from_json(given, ORIGIN, NAMELESS), weight=len(orjson.dumps(given)))
        if "\n" in given:
            octets = given.encode("utf-8", "surrogatepass")
            return replace(loader.loads(octets, ORIGIN, NAMELESS), weight=len(octets))
        if given not in self._tenants.files:
            hint = did_you_mean(given, self._tenants.files) or "; one in YAML has more than one line"
            raise NoScenario(f"there is no scenario {shown(given)}{hint}")
        return self._tenants.files[given]

    def make(self, scenario: Scenario, name: str | None = None) -> tuple[str, FreshCredentials]:
        """Serve `scenario` as another tenant; its id, made where `name` is None, and its credentials.

        It has the history of the scenario's own tenant. Raises Taken and Full.
        """
        tenants = self._tenants
        if name is not None and name in tenants.scenarios:
            raise Taken(f"there is a tenant {shown(name)}; choose another tenantId, or delete it first")
        if len(tenants.made) >= MOST:
            raise Full(f"{MOST} tenants have been made; delete those that are not needed any more")
        self._room(name or "", scenario)
        served = name if name is not None else self._free(scenario.id[:LONGEST_STEM])
        tenants.serve(served, scenario, made=True)
        fresh = tenants.fresh(served)
        assert fresh, "it was made"
        return served, fresh

    def _room(self, name: str, scenario: Scenario) -> None:
        """Raise Full where there is no room for the scenario of the tenant `name`."""
        if scenario.weight and self._tenants.weight_beside(name) + scenario.weight > MOST_BYTES:
            raise Full(
                f"scenarios of {MOST_BYTES >> 20} MiB have come along; delete tenants that are not "
                "needed any more, or give large scenarios to the server as files"
            )

    def _free(self, stem: str) -> str:
        names = (f"{stem}-{number}" for number in self._numbers)
        return next(name for name in names if name not in self._tenants.scenarios)

    def change(self, name: str, scenario: Scenario) -> None:
        """Serve `scenario` as the tenant `name`, from its beginning; credentials that were made stay.

        Raises Full.
        """
        self._room(name, scenario)
        self._tenants.serve(name, scenario, made=name in self._tenants.made)

    def reset(self, name: str) -> None:
        """Have the tenant `name` at the beginning of its scenario."""
        self._tenants.named(name).reset(self._tenants.scenarios[name])

    def clear(self, name: str) -> None:
        """The same, without rules."""
        self._tenants.named(name).clear(self._tenants.scenarios[name])

    def add_rules(self, name: str, given: Sequence[Mapping[str, Any]], ttls: Sequence[float | None]) -> None:
        """Have the tenant `name` ask these rules before all others; each goes after its seconds.

        `given` are as in a file. Raises ScenarioErrors, and what `AddedRules.names` raises.
        """
        self.add(name, read_rules(given, self.names(name, given)), given, ttls)

    def names(self, name: str, given: Sequence[Mapping[str, Any]]) -> list[str]:
        """The names that these rules would have now; raises what `AddedRules.names` raises."""
        return self._tenants.named(name).added.names([_name(each) for each in given])

    def add(
        self,
        name: str,
        rules: Sequence[Rule],
        given: Sequence[Mapping[str, Any]],
        ttls: Sequence[float | None],
    ) -> None:
        """As `add_rules`, once the rules that were `given` have been read."""
        names = self.names(name, given)  # others may have come meanwhile
        named = (replace(rule, name=each) for rule, each in zip(rules, names, strict=True))
        self._tenants.named(name).added.add(zip(named, ttls, strict=True))


def _name(rule: Mapping[str, Any]) -> str | None:
    name = rule.get("name")
    return name if isinstance(name, str) else None


def read_rules(given: Sequence[Mapping[str, Any]], names: Sequence[str]) -> tuple[Rule, ...]:
    """Rules as in a file, with their names. Raises ScenarioErrors. Any thread may ask."""
    named = [{**each, "name": each.get("name", name)} for each, name in zip(given, names, strict=True)]
    return loader.from_json({"rules": named}, "rules", NAMELESS).rules
