"""`--population`: other call sessions for every scenario of a server."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from engines import Engine
from oifde_simulator.cli import main
from oifde_simulator.config import Settings
from oifde_simulator.immediate import immediate
from oifde_simulator.model.sessions import Criteria
from oifde_simulator.runtime.reload.watcher import Watcher
from oifde_simulator.scenario import loader, replacement, selection
from oifde_simulator.scenario.model import GenerateSpec, Scenario

USERS = 'users: {"18000000007": 3}\n'
GENERATE = "generate: {per_day: 2, locale: zh_CN}\n" + USERS
RECORDS = 'records: [{callSorId: "18000000009", calledNumber: "9", startTime: 1618558942000}]\n'
OWN = f"sessions:\n  {RECORDS}rules: [{{name: down, respond: {{status: 503}}}}]\n"


def indented(text: str) -> str:
    return "sessions:\n" + "".join(f"  {line}\n" for line in text.splitlines())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "people.yaml"


def totals(scenario: Scenario, *users: str) -> list[int]:
    """Count the sessions of users."""
    tenants = Engine({"acme": scenario}).tenants
    return [len(immediate(tenants.select("acme", Criteria(user)))) for user in users]


@pytest.mark.parametrize("text", [GENERATE, indented(GENERATE), "description: All.\n" + indented(GENERATE)])
def test_a_file_has_what_a_scenario_has_below_sessions_or_all_of_a_scenario(file: Path, text: str) -> None:
    file.write_text(text)
    assert replacement.read(str(file)) == (
        (),
        GenerateSpec(per_day=2, locale="zh_CN", users={"18000000007": 3}),
    )


@pytest.mark.parametrize("text", [RECORDS, indented(RECORDS)])
def test_a_file_may_have_records(file: Path, text: str) -> None:
    file.write_text(text)
    population = replacement.read(str(file))
    assert ([record["callSorId"] for record in population.records], population.generate) == (
        ["18000000009"],
        None,
    )


def test_full_is_the_default_of_generate_and_none_is_nobody() -> None:
    assert replacement.read("full") == (
        (),
        loader.from_json({"sessions": {"generate": {}}}, "f", "f").generate,
    )
    assert replacement.read("none") == ((), None)


MISTAKES = {
    "a wrong key below": ("generate: {per_day: 2,\n  dais: 3}\n", "people.yaml:2:3: generate: unknown key"),
    "a wrong value below": ("users: {\n  18000000001: 3}\n", "people.yaml:2:3: users"),
    "a record without a time": ("records:\n  - {callSorId: '1'}\n", "people.yaml:2:5: records[0]"),
    "a wrong key of sessions": ("sessions:\n  jenerate: {}\n", "people.yaml:2:3: sessions"),
    "a file without sessions": (
        "rules: []\n",
        "people.yaml: expected sessions, or what stands below it: generate, records, users",
    ),
    "no mapping": ("- 1\n", "people.yaml:1:1: "),
    "not YAML": ("{", "people.yaml:2:1: "),
    "empty": ("", "the file is empty"),
}


@pytest.mark.parametrize(("text", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_with_its_place(file: Path, text: str, message: str) -> None:
    file.write_text(text)
    with pytest.raises(ValueError) as caught:
        selection.scenarios(Settings(population=str(file)))
    assert message in str(caught.value)


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match="fulll: cannot be read: No such file"):
        replacement.read("fulll")


def test_every_scenario_of_a_server_has_the_population(tmp_path: Path) -> None:
    (tmp_path / "acme.yaml").write_text(OWN)
    mine = (tmp_path / "acme.yaml",)
    none = selection.scenarios(Settings(population="none", scenarios=mine, tenant=(("ours", "outage"),)))
    assert [totals(none[name], "18000000001", "18000000009") for name in ("acme", "ours")] == [[0, 0]] * 2
    assert all(scenario.generate is None and not scenario.records for scenario in none.values())
    full = selection.scenarios(Settings(population="full", scenarios=mine))
    assert all(scenario.generate == GenerateSpec() for scenario in full.values())
    assert [rule.name for rule in full["acme"].rules] == ["down"]
    assert selection.given(Settings(scenarios=mine), full) == [full["acme"]]


def test_a_population_of_a_file_reaches_bundled_scenarios(file: Path) -> None:
    file.write_text(USERS)
    outage = selection.scenarios(Settings(population=str(file)))["outage"]
    assert totals(outage, "18000000007", "18000000001") == [3, 0]
    assert [rule.name for rule in outage.rules] == ["outage"]


def test_a_file_that_is_edited_keeps_the_population(tmp_path: Path, file: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "acme.yaml").write_text(OWN)
    file.write_text(USERS)
    watcher = Watcher(Settings(population=str(file), scenarios=(folder,)))
    engine = Engine(watcher.scenarios)
    (folder / "acme.yaml").write_text(OWN.replace("503", "500") + "# edited\n")
    asyncio.run(watcher.look(engine.tenants))
    assert totals(watcher.scenarios["acme"], "18000000007", "18000000009") == [3, 0]
    assert watcher.scenarios["outage"] is engine.tenants.files["outage"]


# Commands


def printed(capsys: pytest.CaptureFixture[str], *arguments: Any) -> str:
    assert main([str(each) for each in arguments]) == 0
    return capsys.readouterr().out


def test_explain_answers_from_the_population(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    request = tmp_path / "request.json"
    request.write_text('{"userMobile": "18000000001"}')
    found = [
        json.loads(printed(capsys, "explain", "good-day", request, "--json", "--population", each))
        for each in ("none", "full")
    ]
    none, full = (json.dumps(each["turns"][0]) for each in found)
    assert '"total": 0' in none
    assert '"total": 0' not in full


def test_the_variable_is_read_by_sessions(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, file: Path
) -> None:
    file.write_text(USERS)
    monkeypatch.setenv("OIFDE_SIMULATOR_POPULATION", str(file))
    assert len(json.loads(printed(capsys, "sessions", "outage", "18000000007", "--json"))) == 3


def test_check_judges_the_population_too(capsys: pytest.CaptureFixture[str], file: Path) -> None:
    file.write_text(RECORDS)
    scenario = file.with_name("acme.yaml")
    scenario.write_text("rules: []\n")
    assert "1 record" in printed(capsys, "check", scenario, "--population", file)
    file.write_text("generate: {dais: 3}\n")
    assert main(["check", str(scenario), "--population", str(file)]) == 1
    assert "people.yaml:1:12: generate" in capsys.readouterr().out
