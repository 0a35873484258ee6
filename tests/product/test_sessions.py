"""`oifde-simulator sessions`: looking at what was generated, and freezing it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from simulator import listing
from simulator.cli import main
from simulator.failure import loading

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
    assert [dict(record) for record in loading.load(frozen).records] == records[:20]


def test_an_export_replaces_nothing(acme: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frozen = tmp_path / "frozen.yaml"
    frozen.write_text("mine")
    code, said = run(capsys, "acme", "--scenarios", acme, "--export", "3", "--to", str(frozen))
    assert (code, "is there already" in said, frozen.read_text()) == (2, True, "mine")


def test_a_long_export_shows_how_far_it_is(
    acme: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "PATIENCE", 0.0)
    code, said = run(
        capsys, "acme", "--scenarios", acme, "--export", "25", "--to", str(tmp_path / "frozen.yaml")
    )
    assert code == 0
    assert " of 25" in said


BAD = {
    "unknown tenant": (("nobody",), "there is no tenant nobody; expected one of"),
    "no sessions": (("acme", "18000000000", "--export", "1"), "there are no sessions to export"),
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
