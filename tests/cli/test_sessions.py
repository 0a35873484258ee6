"""`oifde-simulator sessions`: listing sessions and exporting them."""

from __future__ import annotations

import csv
import io
import json
from itertools import count
from pathlib import Path

import pytest

from oifde_simulator.cli import main
from oifde_simulator.cli.sessions import export
from oifde_simulator.scenario import loader

SCENARIO = """
clock: "2026-01-01T14:00:00Z"
sessions:
  generate: {oddities: {emoji: 1, quotes: 1, rtl: 1}}
  users: {"18000000250": 25, "18000000000": 0}
"""


@pytest.fixture
def acme(tmp_path: Path) -> str:
    (tmp_path / "acme.yaml").write_text(SCENARIO)
    return str(tmp_path / "acme.yaml")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(["sessions", *arguments])
    said = capsys.readouterr()
    return code, said.out + said.err


def test_without_a_number_it_shows_some_with_their_counts(
    acme: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = run(capsys, "acme", "--scenarios", acme, "--no-bundled")
    lines = [line.split() for line in said.splitlines()]
    assert code == 0
    assert lines[:3] == [["userMobile", "sessions"], ["18000000250", "25"], ["18000000000", "0"]]
    assert len(lines) == 13


def test_with_a_number_it_shows_a_line_a_session(acme: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = run(capsys, "acme", "18000000250", "--scenarios", acme)
    assert code == 0
    assert len(said.splitlines()) == 26
    assert said.splitlines() == sorted(said.splitlines(), reverse=True)


def test_json_and_csv_hold_the_same_whole_records(acme: str, capsys: pytest.CaptureFixture[str]) -> None:
    records = json.loads(run(capsys, "acme", "18000000250", "--json", "--scenarios", acme)[1])
    rows = list(
        csv.DictReader(io.StringIO(run(capsys, "acme", "18000000250", "--csv", "--scenarios", acme)[1]))
    )
    assert [row["callId"] for row in rows] == [record["callId"] for record in records]
    assert [json.loads(row["recordDetials"]) for row in rows] == [
        record["recordDetials"] for record in records
    ]


def test_an_export_is_a_scenario_with_the_same_records(
    acme: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frozen = tmp_path / "frozen.yaml"
    arguments = ("acme", "18000000250", "--scenarios", acme)
    code, said = run(capsys, *arguments, "--export", "20", "--to", str(frozen))
    assert (code, f"{frozen}: 20 sessions" in said) == (0, True)
    records = json.loads(run(capsys, *arguments, "--json")[1])
    for record in records:
        assert record.pop("tenantId") == "acme"
    assert [dict(record) for record in loader.load(frozen).records] == records[:20]
    assert "acme" not in frozen.read_text().partition("sessions:")[2]
    served = json.loads(run(capsys, "frozen", "18000000250", "--scenarios", str(frozen), "--json")[1])
    assert {record.pop("tenantId") for record in served} == {"frozen"}
    assert served == records[:20]


def test_an_export_keeps_a_tenant_id_that_a_record_was_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frozen = tmp_path / "frozen.yaml"
    assert run(capsys, "tenant001", "180****9999", "--export", "1", "--to", str(frozen))[0] == 0
    assert [record["tenantId"] for record in loader.load(frozen).records] == ["xxxxxx"]


def test_an_export_replaces_nothing(acme: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frozen = tmp_path / "frozen.yaml"
    frozen.write_text("mine")
    code, said = run(capsys, "acme", "--scenarios", acme, "--export", "3", "--to", str(frozen))
    assert (code, "is there already" in said, frozen.read_text()) == (2, True, "mine")


def test_a_long_export_shows_how_far_it_is(
    acme: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "SILENCE", 0.0)
    code, said = run(
        capsys, "acme", "--scenarios", acme, "--export", "25", "--to", str(tmp_path / "frozen.yaml")
    )
    assert code == 0
    assert " of 25" in said


BAD = {
    "unknown tenant": (
        ("acne",),
        'there is no scenario acne; did you mean "acme"? oifde-simulator scenarios lists',
    ),
    "no sessions": (("acme", "18000000000", "--export", "1"), "there are no sessions to export"),
    "nothing like it": (("qqq",), "there is no scenario qqq; oifde-simulator scenarios lists those there"),
    "no such file": (("./nowhere.yaml",), "nowhere.yaml: cannot be read: No such file"),
    "a file for no export": (("acme", "--to", "x.yaml"), "--to names the file that --export N writes"),
    "none to export": (("acme", "--export", "0"), "expected at least one session"),
}


@pytest.mark.parametrize(("arguments", "words"), BAD.values(), ids=BAD.keys())
def test_a_mistake_is_told_in_a_line(
    acme: str, arguments: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = run(capsys, *arguments, "--scenarios", acme)
    assert code == 2
    assert words in said
    assert len(said.splitlines()) == 1


# name: (arguments, what is said)
NONE = {
    "a number": (("180",), "no sessions of 180\n"),
    "no digits": (
        ("180****9999",),
        "no sessions of 180****9999; only literal records can have a number that is not 1 to 15 digits\n",
    ),
    "nobody at all": ((), "no sessions in calm\n"),
    "as JSON": (("180", "--json"), "[]\n"),
}


@pytest.mark.parametrize(("arguments", "expected"), NONE.values(), ids=NONE.keys())
def test_where_there_are_none_it_says_so(
    tmp_path: Path, arguments: tuple[str, ...], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "calm.yaml").write_text("clock: now\n")
    assert run(capsys, str(tmp_path / "calm.yaml"), *arguments) == (0, expected)


def test_a_file_may_stand_for_its_tenant(acme: str, capsys: pytest.CaptureFixture[str]) -> None:
    by_id = run(capsys, "acme", "18000000250", "--scenarios", acme)
    assert run(capsys, acme, "18000000250") == by_id
    assert by_id[1].startswith("startTime (UTC)  ")


def test_numbers_that_only_the_scenario_names_have_sessions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "few.yaml").write_text('sessions: {users: {"18000000003": 3}}\n')
    _, said = run(capsys, str(tmp_path / "few.yaml"))
    assert [line.split() for line in said.splitlines()] == [["userMobile", "sessions"], ["18000000003", "3"]]


def test_a_long_intention_is_cut_visibly(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = 'callSorId: "1", calledNumber: "9", startTime: 1618558942000'
    record = f"{{{call}, recordDetials: [{{intention: {'x' * 41}}}]}}"
    (tmp_path / "long.yaml").write_text(f"sessions: {{records: [{record}]}}\n")
    assert f" {'x' * 37}... " in run(capsys, str(tmp_path / "long.yaml"), "1")[1]


def test_a_long_export_draws_its_bar_at_most_ten_times_a_second(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = count(0, 0.01)  # each look at the time takes 10 ms
    monkeypatch.setattr(export.time, "monotonic", lambda: next(clock))
    drawn = export._with_progress(({"callId": str(number)} for number in range(200)), 200)
    assert len(list(drawn)) == 200
    shown = capsys.readouterr().err
    assert shown.count("\r[") == 10
