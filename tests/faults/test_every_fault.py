"""Every fault that is there, a new one too: its settings, its examples, its defaults."""

from __future__ import annotations

from typing import Any

import pytest

from fault_scripts import WHOLE, end, playable, spoiled
from oifde_simulator.faults import FaultError, build, builtin_faults, item_schema
from oifde_simulator.json_schema.schema import Schema
from oifde_simulator.wire.script import octets

FAULTS = builtin_faults()
EXAMPLES = [(name, example) for name, fault in FAULTS.items() for example in fault.fault_schema["examples"]]
ITEM = Schema(item_schema(plugins=False))
NEEDS_A_VALUE = {"latency", "bandwidth", "content-length"}

each_fault = pytest.mark.parametrize("name", FAULTS)
each_example = pytest.mark.parametrize(
    ("name", "value"), EXAMPLES, ids=[f"{name} {value}" for name, value in EXAMPLES]
)


def bare(name: str) -> bool:
    return "null" in FAULTS[name].fault_schema["type"]


@each_example
def test_an_example_fits_the_schema_and_makes_its_fault(name: str, value: Any) -> None:
    assert ITEM.accepts({name: value})
    fault = build({name: value})
    assert isinstance(fault, FAULTS[name])
    assert fault.fault_name == name


@each_example
def test_an_example_spoils_a_typical_answer_and_stays_playable(name: str, value: Any) -> None:
    script = spoiled({name: value})
    assert script != WHOLE
    assert playable(script)
    assert spoiled({name: value}) == script


@each_example
def test_a_fault_of_timing_keeps_every_byte_and_the_end(name: str, value: Any) -> None:
    script = spoiled({name: value})
    same = all(octets(script, part) == octets(WHOLE, part) for part in ("early", "head", "body"))
    assert (same and end(script) is None) or not FAULTS[name].timing_only


@each_fault
def test_a_bare_name_is_enough_where_every_setting_has_a_default(name: str) -> None:
    assert ITEM.accepts(name) == ITEM.accepts({name: None}) == ITEM.accepts({name: True}) == bare(name)
    if bare(name):
        assert build(name) == build({name: None}) == build({name: True}) == build({name: {}})
    else:
        with pytest.raises(FaultError):
            build(name)


def test_the_faults_that_need_a_value_are_these_among_those_that_come_along() -> None:
    assert {name for name in FAULTS if not bare(name)} >= NEEDS_A_VALUE
    assert all(map(bare, ["reset", "cut", "dribble", "hang", "informational"]))


DEFAULTS = {
    name: {
        setting: about["default"]
        for setting, about in FAULTS[name].fault_schema["properties"].items()
        if "default" in about
    }
    for name in FAULTS
    if bare(name) and name != "dribble"
} | {"dribble": {"chunks": 10, "over": "1s"}}  # its settings exclude each other


@pytest.mark.parametrize(("name", "value"), DEFAULTS.items(), ids=DEFAULTS)
def test_defaults_are_what_the_schema_says(name: str, value: dict[str, Any]) -> None:
    declared = FAULTS[name].fault_schema["properties"]
    assert all(declared[setting]["default"] == default for setting, default in value.items())
    assert spoiled({name: value}) == spoiled(name)


@each_fault
def test_every_setting_has_a_title_a_description_and_examples_that_fit(name: str) -> None:
    def walk(declared: Any) -> None:
        assert declared["title"]
        assert declared["description"].endswith(".")
        schema = Schema(dict(declared))
        assert declared["examples"]
        assert all(schema.accepts(example) for example in declared["examples"])
        for inner in declared.get("properties", {}).values():
            walk(inner)

    walk(FAULTS[name].fault_schema)
