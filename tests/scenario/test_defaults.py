"""The defaults that the schema shows to editors are those that a scenario gets."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, replace
from typing import Any

import pytest

from oifde_simulator.model.turn import (
    MOST_DISTINCT,
    MOST_IN_FLIGHT,
    MOST_SLIDING,
    Lasting,
    Limits,
    Rate,
)
from oifde_simulator.population.oddities import Oddities
from oifde_simulator.population.records import DEFAULT_MIX
from oifde_simulator.resources import read_json
from oifde_simulator.rules.answers.patch import Patch
from oifde_simulator.rules.answers.patch_operations import DEFAULT_SHARE
from oifde_simulator.scenario import loader
from oifde_simulator.scenario.model import GenerateSpec, Scenario, SettingsSpec, TenantSpec
from oifde_simulator.scenario.rule_builder import DEFAULT_WEIGHT

SCHEMA = read_json("scenario.schema.json")
GENERATE = SCHEMA["$defs"]["generate"]["properties"]
RULE = SCHEMA["$defs"]["rule"]["properties"]

Path = tuple[str, ...]


def defaults(properties: Mapping[str, Any], inside: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield the path and the default of each key below `properties` that has one."""
    for name, schema in properties.items():
        if "default" in schema:
            yield (*inside, name), schema["default"]
        yield from defaults(schema.get("properties", {}), (*inside, name))


def loaded(document: Any) -> Scenario:
    return loader.loads(json.dumps(document).encode(), "acme.yaml", "acme")


def nested(path: Path, value: Any) -> Any:
    for name in reversed(path):
        value = {name: value}
    return value


OUTSIDE_OF_RULES = [
    *defaults(SCHEMA["properties"]),
    *(
        (("sessions", "generate", *path), default)
        for path, default in defaults({name: GENERATE[name] for name in ("locale", "days", "per_quarter")})
    ),
]


@pytest.mark.parametrize(
    ("path", "default"), OUTSIDE_OF_RULES, ids=[".".join(path) for path, _ in OUTSIDE_OF_RULES]
)
def test_a_key_that_is_left_out_is_as_good_as_its_default(path: Path, default: Any) -> None:
    without = nested(path[:-1], {}) if path else {}
    assert loaded(nested(path, default)) == loaded(without)


def written(rule: Mapping[str, Any]) -> Any:
    (made,) = loaded({"rules": [{"token": "expire", **rule}]}).rules
    return replace(made, definition="")


OF_RULES = [(path, default) for path, default in defaults(RULE) if path[0] not in ("over", "patch", "state")]


@pytest.mark.parametrize(("path", "default"), OF_RULES, ids=[".".join(path) for path, _ in OF_RULES])
def test_a_key_of_a_rule_that_is_left_out_is_as_good_as_its_default(path: Path, default: Any) -> None:
    made, bare = written(nested(path, default)), written({})
    assert (made.window, made.limits) == (bare.window, bare.limits)


def default_of(kind: type[Any], name: str) -> Any:
    (found,) = (each for each in fields(kind) if each.name == name)
    return None if found.default is MISSING else found.default


INSIDE: dict[str, tuple[Any, Any]] = {
    "mix": ({name: each["default"] for name, each in GENERATE["mix"]["properties"].items()}, DEFAULT_MIX),
    "oddities": (
        {name: each["default"] for name, each in GENERATE["oddities"]["properties"].items()},
        {field.name: field.default for field in fields(Oddities)},
    ),
    "over.enforce": (RULE["over"]["properties"]["enforce"]["default"], default_of(Rate, "enforce")),
    "over.slide": (RULE["over"]["properties"]["slide"]["default"], default_of(Rate, "slide")),
    "over.limit with slide": (RULE["over"]["then"]["properties"]["limit"]["maximum"], MOST_SLIDING),
    "state.then": (RULE["state"]["properties"]["then"]["default"], Lasting(1).then),
    "over.in_flight": (RULE["over"]["properties"]["in_flight"]["maximum"], MOST_IN_FLIGHT),
    "after.count": (RULE["after"]["properties"]["count"]["maximum"], MOST_DISTINCT),
    "one_of.weight": (RULE["one_of"]["items"]["properties"]["weight"]["default"], DEFAULT_WEIGHT),
    "patch.share": (RULE["patch"]["items"]["properties"]["share"]["default"], DEFAULT_SHARE),
    "patch.strict": (RULE["patch"]["properties"]["strict"]["default"], default_of(Patch, "strict")),
}


@pytest.mark.parametrize(("schema", "code"), INSIDE.values(), ids=INSIDE.keys())
def test_the_schema_shows_the_defaults_of_the_rooms_that_own_a_key(schema: Any, code: Any) -> None:
    assert schema == code


SECTIONS: dict[str, tuple[type[Any], Mapping[str, Any], set[str]]] = {
    "tenant": (TenantSpec, SCHEMA["properties"]["tenant"]["properties"], {"any_token"}),
    "settings": (SettingsSpec, SCHEMA["properties"]["settings"]["properties"], {"time_zone_name"}),
    "generate": (GenerateSpec, GENERATE, {"users"}),
    "rule": (Limits, RULE, {"state_is", "in_flight", "distinct"}),
}


@pytest.mark.parametrize(("kind", "properties", "ours"), SECTIONS.values(), ids=SECTIONS.keys())
def test_every_default_that_is_a_value_is_in_the_schema(
    kind: type[Any], properties: Mapping[str, Any], ours: set[str]
) -> None:
    valued = {each.name for each in fields(kind) if each.default not in (None, MISSING)} - ours
    assert valued <= {name for name, schema in properties.items() if "default" in schema}
    assert {each.name for each in fields(kind)} - ours <= properties.keys()


def test_an_outcome_of_one_of_takes_what_a_rule_takes() -> None:
    outcome = RULE["one_of"]["items"]["properties"]
    assert {name: about for name, about in outcome.items() if name != "weight"} == {
        name: RULE[name] for name in outcome if name != "weight"
    }
