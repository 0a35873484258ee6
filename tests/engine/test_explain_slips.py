"""Slips in the file of a request are told with their likely cause."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from conftest import TOKEN
from oifde_simulator.cli import main

SCENARIO = f'tenant: {{tokens: ["{TOKEN}"]}}\n'
SLIPS = {
    "names without quotes": ('{userMobile: "1"}', 'column 2; names stand in double quotes: "userMobile"'),
    "a second name": ('{"pageNum": "1", userMobile: "1"}', 'names stand in double quotes: "userMobile"'),
    "single quotes": ("{'userMobile': '1'}", "JSON has double quotes: replace each ' around a text"),
    "curly quotes": ("{\u201cuserMobile\u201d: 1}", "JSON has straight quotes"),
    "a comma too many": ('{"userMobile": "1",}', "no comma stands before a closing bracket: remove it"),
    "a comma too many in a list": ('[{"userMobile": "1"},]', "no comma stands before a closing bracket"),
    "nothing": (" \n", "the file is empty"),
    "YAML": ("userMobile: 1\n", 'it looks like YAML: write {"userMobile": "18000000001"}'),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder with a scenario, and work in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "acme.yaml").write_text(SCENARIO)
    return tmp_path


def explained(folder: Path, capsys: pytest.CaptureFixture[str], text: str) -> tuple[int, str]:
    """Explain the request of a text; the exit code and what is said."""
    (folder / "asked.json").write_text(text, "utf-8")
    code = main(["explain", "acme.yaml", "asked.json"])
    return code, "".join(capsys.readouterr())


@pytest.mark.parametrize(("text", "words"), SLIPS.values(), ids=SLIPS.keys())
def test_a_file_that_is_no_json_is_told_why(
    folder: Path, capsys: pytest.CaptureFixture[str], text: str, words: str
) -> None:
    code, said = explained(folder, capsys, text)
    assert code == 2
    assert words in said


def test_no_cause_is_told_where_it_is_not_clear(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert explained(folder, capsys, '{"userMobile": }')[1].endswith("no JSON at line 1, column 16\n")


MISPLACED: dict[str, tuple[Any, str]] = {
    "misspelt": ({"body": {"userMobile": "1"}, "header": {"X-A": "b"}}, 'did you mean "headers"?'),
    "unknown": ({"body": {"userMobile": "1"}, "foo": 1}, "known here: endpoint, path, headers, body, at"),
    "of several": ([{"userMobile": "1"}, {"body": {}, "connections": 1}], 'did you mean "connection"?'),
}  # fmt: skip


@pytest.mark.parametrize(("document", "ending"), MISPLACED.values(), ids=MISPLACED.keys())
def test_a_key_that_makes_the_whole_file_a_body_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str], document: Any, ending: str
) -> None:
    code, said = explained(folder, capsys, json.dumps(document))
    (line,) = [line for line in said.splitlines() if "is no key of a request file" in line]
    assert code == 0
    assert ending in line


@pytest.mark.parametrize(
    "document", [{"userMobile": "1", "foo": 1}, {"body": {}, "at": "5s"}, {"body": "{}"}]
)
def test_a_file_that_is_meant_so_is_not_told_of(
    folder: Path, capsys: pytest.CaptureFixture[str], document: Any
) -> None:
    assert "no key of a request file" not in explained(folder, capsys, json.dumps(document))[1]
