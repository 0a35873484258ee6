"""docs/scenarios.md keeps its word: its tables are those of the code, and each rule by symptom is good."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import scenario_reference
from oifde_simulator.cli import main
from oifde_simulator.scenario import loader

WRITE = "docs/scenarios.md is old: run python docs/generate/scenario_reference.py --write"
SYMPTOM = re.compile(r"^\| ([^|`]+) \| (.*`\{.+\}`) \|$", re.MULTILINE)
RULE = re.compile(r"`(\{[^`]+\})`")
PAGE = scenario_reference.PAGE.read_text()
BY_SYMPTOM = PAGE.partition("## By symptom")[2].partition("\n## ")[0]
SYMPTOMS = dict(SYMPTOM.findall(BY_SYMPTOM))


@pytest.mark.slow(seconds=5)
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


def answers(
    scenario: str, requests: list[dict[str, Any]], folder: Path, said: pytest.CaptureFixture[str]
) -> list[Any]:
    """Ask `explain` what requests meet in a scenario: status, and the rule that fired."""
    files = folder / "page.yaml", folder / "requests.json"
    files[0].write_text(scenario)
    files[1].write_text(json.dumps(requests))
    assert main(["explain", *map(str, files), "--json"]) == 0
    return [(each["sent"]["status"], each["rule"]) for each in json.loads(said.readouterr().out)]


def test_the_tenth_goes_well_and_20_s_of_503_follow(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    block = re.findall(r"^```yaml\n(.*?)^```$", BY_SYMPTOM, re.M | re.S)[0]
    ask = {"body": {"userMobile": "18000000001"}}
    seen = answers(block, [*[ask] * 12, {**ask, "at": "21s"}], tmp_path, capsys)
    assert seen == [*[(200, None)] * 9, (200, "falls"), *[(503, "is-down")] * 2, (200, None)]


def test_a_rule_counts_only_what_no_rule_before_it_took(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    every, after = (
        "{name: a, every: 3, respond: {status: 500}}",
        "{name: c, after: 10, respond: {status: 503}}",
    )
    requests = [{"body": {"userMobile": "18000000001"}}] * 16
    for rules, turn in (((every, after), 16), ((after, every), 11)):
        seen = answers("rules:\n" + "".join(f"  - {rule}\n" for rule in rules), requests, tmp_path, capsys)
        assert [rule for _, rule in seen].index("c") + 1 == turn
