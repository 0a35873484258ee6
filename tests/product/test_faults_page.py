"""docs/faults.md keeps its word: every client meets every fault again and says what was recorded."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

import fault_outcomes
import faults_page
import record_fault_outcomes
import scenario_schema
from fault_cases import cases, items
from fault_clients import CLIENTS, GOOD, Target, versions
from fault_outcomes import Recorded
from oifde_simulator.faults import builtin_faults
from serving import PATIENCE, environment

RECORD = (
    "run python docs/generate/record_fault_outcomes.py --write, then faults_page.py, and look at the changes"
)
WRITE = "docs/faults.md is old: run python docs/generate/faults_page.py --write"
AS_THE_MACHINE_HAS_THEM = {"Node fetch": 1, "curl": 2}
"""Clients that do not come with the tests: leading parts of the version that must be the recorded ones."""
AGAIN = 2
"""Repetitions of a case that differs before it counts."""
SCRIPTS = ("faults_page", "gallery_page", "record_fault_outcomes", "scenario_schema")


@pytest.fixture(scope="module")
def recorded() -> dict[str, Recorded]:
    return fault_outcomes.read()


@pytest.fixture(scope="module")
def meeting(recorded: dict[str, Recorded]) -> Iterator[dict[str, Future[dict[str, str]]]]:
    """Run all installed clients at once: client -> outcome of each case."""
    here = [client for client, version in versions().items() if version]
    with record_fault_outcomes.serving() as target, ThreadPoolExecutor(len(here)) as threads:
        yield {client: threads.submit(_meet, client, target, recorded[client].outcomes) for client in here}


def _meet(client: str, target: Target, recorded: Mapping[str, str]) -> dict[str, str]:
    """Run a client; repeat the cases that differ from the record, with fewer at once.

    Clients wait for a second, and all cases at once may keep a busy machine from answering in time.
    """
    seen = CLIENTS[client](target)
    for _ in range(AGAIN):
        different = [case for case in target.cases if seen[case] != recorded.get(case)]
        for case in different:
            seen |= CLIENTS[client](replace(target, cases=(case,)))
    return seen


@pytest.mark.slow(seconds=5)
@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_says_what_was_recorded(
    meeting: dict[str, Future[dict[str, str]]], recorded: dict[str, Recorded], client: str
) -> None:
    here, there = versions()[client], recorded[client].version
    parts = AS_THE_MACHINE_HAS_THEM.get(client, 0)
    if here.split(".")[:parts] != there.split(".")[:parts]:
        pytest.skip(f"recorded with {client} {there}, here is {here or 'none'}")
    assert meeting[client].result(5 * PATIENCE) == recorded[client].outcomes, RECORD


def test_the_page_follows_from_the_faults_and_the_record() -> None:
    assert faults_page.page() == faults_page.PAGE.read_text(), WRITE


def test_the_schema_for_editors_follows_from_the_faults() -> None:
    advice = "run python docs/generate/scenario_schema.py --write"
    assert scenario_schema.schema() == scenario_schema.FILE.read_text(encoding="utf-8"), advice


def test_every_case_is_recorded_and_no_client_gets_good_answers_only(recorded: dict[str, Recorded]) -> None:
    assert recorded.keys() == CLIENTS.keys()
    assert cases().keys() == builtin_faults().keys()
    for each in recorded.values():
        assert each.outcomes.keys() == items().keys(), RECORD
        assert each.outcomes["slicer"] == GOOD
        assert sum(outcome != GOOD for outcome in each.outcomes.values()) > len(each.outcomes) / 2


def test_a_case_that_was_not_recorded_says_so_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults_page, "read", lambda: {"curl": Recorded("8.0", {"bom": GOOD})})
    lines = faults_page.page().splitlines()
    assert "Met by curl 8.0." in lines
    assert [line.rsplit(" | ", 1)[1] for line in lines if "| `bom` |" in line] == ["good |"]
    assert sum(line.endswith("| not recorded |") for line in lines) == len(items()) - 1


def test_a_record_of_some_clients_keeps_the_others_and_names_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fault_outcomes, "FILE", tmp_path / "outcomes.json")
    fault_outcomes.write({"curl": Recorded("8.0", {"bom": "kept"})})
    monkeypatch.setattr(
        record_fault_outcomes, "CLIENTS", {"requests": lambda _: {"bom": "new"}, "curl": None}
    )
    monkeypatch.setattr(record_fault_outcomes, "versions", lambda: {"requests": "3.0", "curl": ""})
    record_fault_outcomes.main(["--write"])
    assert fault_outcomes.read() == {
        "curl": Recorded("8.0", {"bom": "kept"}),
        "requests": Recorded("3.0", {"bom": "new"}),
    }
    assert capsys.readouterr().err == "not installed, their recorded outcomes stay: curl\n"


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_generator_says_how_it_is_called_and_needs_no_other_program(script: str) -> None:
    file = Path(faults_page.__file__).with_name(f"{script}.py")
    called = subprocess.run(
        [sys.executable, file], capture_output=True, text=True, check=False, env=environment(PATH="")
    )
    assert (called.returncode, called.stderr) == (1, f"usage: {script}.py --write\n")
