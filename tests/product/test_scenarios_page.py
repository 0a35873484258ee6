"""docs/scenarios.md keeps its word: its tables are those of the code, and each rule by symptom is good."""

from __future__ import annotations

import re

import pytest

import scenario_reference
from oifde_simulator.scenario import loader

WRITE = "docs/scenarios.md is old: run python docs/generate/scenario_reference.py --write"
SYMPTOM = re.compile(r"^\| ([^|`]+) \| (.*`\{.+\}`) \|$", re.MULTILINE)
RULE = re.compile(r"`(\{[^`]+\})`")
PAGE = scenario_reference.PAGE.read_text()
BY_SYMPTOM = PAGE.partition("## By symptom")[2].partition("\n## ")[0]
SYMPTOMS = dict(SYMPTOM.findall(BY_SYMPTOM))


def test_the_reference_is_up_to_date() -> None:
    assert scenario_reference.page() == PAGE, WRITE


def test_every_line_by_symptom_has_a_rule() -> None:
    assert len(SYMPTOMS) == BY_SYMPTOM.count("\n| ") - 1


@pytest.mark.parametrize("symptom", SYMPTOMS)
def test_a_rule_by_symptom_has_no_mistake(symptom: str) -> None:
    rules = RULE.findall(SYMPTOMS[symptom])
    text = "\n".join(["rules:", *(f"  - {rule}" for rule in rules)])
    scenario = loader.loads(text.encode(), "page.yaml", "page")
    assert len(scenario.rules) == len(rules)
    assert not scenario.warnings
