"""`explain` of a request whose file says which certificate the client shows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from oifde_simulator.cli import main

SCENARIO = """
rules:
  - name: one
    match: {client_certificate: {common_name: app-1}}
    respond: {status: 403}
  - name: any
    match: {client_certificate: true}
    respond: {status: 429}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "acme.yaml").write_text(SCENARIO)
    return tmp_path


def explained(capsys: pytest.CaptureFixture[str], document: Any) -> Any:
    Path("request.json").write_text(json.dumps(document))
    assert main(["explain", "acme", "request.json", "--scenarios", "acme.yaml", "--json"]) == 0
    (turn,) = json.loads(capsys.readouterr().out)["turns"]
    return turn


# the file's client_certificate: the rule that fires
CERTIFICATES: list[tuple[Any, str | None]] = [
    ({"subject": "CN=app-1", "common_name": "app-1"}, "one"),
    ({"common_name": "app-1"}, "one"),
    ({"common_name": "app-2"}, "any"),
    (True, "any"),
    ({"subject": "CN=\ud800"}, "any"),
    (False, None),
]


@pytest.mark.parametrize(("certificate", "rule"), CERTIFICATES, ids=str)
def test_the_rules_are_asked_about_the_certificate_of_the_file(
    folder: Path, capsys: pytest.CaptureFixture[str], certificate: Any, rule: str | None
) -> None:
    body = {"userMobile": "18000000001"}
    turn = explained(capsys, {"client_certificate": certificate, "body": body})
    assert turn["rule"] == rule


def test_a_rule_that_is_not_about_it_says_why(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (first, _) = explained(capsys, {"userMobile": "18000000001"})["rules"]
    assert first["reasons"] == ['client_certificate.common_name: expected "app-1", found nothing']


# what the file has: words of the error
WRONG = {
    "a text": ("CN=app-1", 'expected client_certificate as an object such as {"subject": "CN=app-1"}'),
    "a list": ([], "expected client_certificate as an object"),
    "an unknown field": ({"subjct": "CN=a"}, 'called "subjct"; did you mean "subject"?'),
    "a number": ({"serial": 12}, "expected client_certificate.serial as a string, found 12"),
}


@pytest.mark.parametrize(("certificate", "words"), WRONG.values(), ids=WRONG)
def test_a_certificate_that_is_none_is_refused_with_the_fix(
    folder: Path, capsys: pytest.CaptureFixture[str], certificate: Any, words: str
) -> None:
    Path("request.json").write_text(json.dumps({"client_certificate": certificate, "body": {}}))
    assert main(["explain", "acme", "request.json", "--scenarios", "acme.yaml"]) == 2
    told = capsys.readouterr().err
    assert words in told
    assert told.count("\n") == 1
