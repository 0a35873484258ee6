"""`explain` of downloads: an access key is filled in, and sound is told by its length and digest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from oifde_simulator.cli import main

RECORD = {
    "callSorId": "18000000001", "calledNumber": "955500001", "startTime": 1_767_225_600_000,
    "endTime": 1_767_225_601_000,
    "businessInfoStr": json.dumps({"recordFileName": "Y:/39/odfsrecord/20260101/x.wav"}),
}  # fmt: skip
BODY = {"request": {"version": "2.0"}, "msgBody": {"fileName": "Y:/39/odfsrecord/20260101/x.wav"}}
RULE = "rules: [{name: cuts, match: {endpoint: downloadOiapRecord}, faults: [{cut: 100}]}]\n"


def explained(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    request: Any,
    *options: str,
    more: str = "",
    rules: str = RULE,
    record: Any = RECORD,
) -> str:
    scenario, asked = folder / "acme.yaml", folder / "request.json"
    scenario.write_text(f"sessions: {{records: [{json.dumps(record)}]}}\n{rules}{more}")
    asked.write_text(json.dumps(request))
    assert main(["explain", str(scenario), str(asked), *options]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize(("sound", "fired"), [("silent", "odd"), ("another-call", None)])
def test_another_sound_is_explained_as_it_is_served(
    sound: str, fired: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rule = f"  - {{name: odd, match: {{endpoint: downloadOiapRecord}}, recording: {sound}}}\n"
    told = json.loads(explained(tmp_path, capsys, BODY, "--json", rules=f"rules:\n{rule}"))
    (turn,) = told["turns"]
    assert turn["rule"] == fired
    assert bool(turn["notes"]) == (not fired)
    honest, sent = turn["honest"]["bytes"], turn["sent"]["body"]
    assert (honest, sent["bytes"]) == (8058, 8058)


def test_a_recording_that_will_be_spoken_has_no_digest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    turn = {"requsetTime": 1_767_225_600_100, "timestamp": 1_767_225_600_500, "systemReply": "Hello"}
    record = RECORD | {"recordDetials": [turn]}
    more = "recordings: {speech: true}\n"
    told = json.loads(explained(tmp_path, capsys, BODY, "--json", more=more, rules="", record=record))
    assert told["turns"][0]["sent"]["body"] == {"bytes": 8058, "speech": True}


@pytest.mark.parametrize("more", ["", "tenant: {access_keys: {AK1: its-secret}}\n"])
def test_a_body_is_told_by_its_members_and_authorized(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: str
) -> None:
    told = json.loads(explained(tmp_path, capsys, BODY, "--json", more=more))
    assert (told["endpoint"], list(told["filled_in"])) == ("downloadOiapRecord", ["Authorization"])
    (turn,) = told["turns"]
    assert (turn["tenant"], turn["rule"], turn["honest"]["bytes"]) == ("acme", "cuts", 8058)
    assert [rule["rule"] for rule in turn["rules"]] == ["cuts"]
    assert turn["honest"]["body"].keys() == {"bytes", "sha256"}
    assert turn["script"][1]["content"]["bytes"] == 100


def test_an_authorization_of_the_file_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    request = {"endpoint": "downloadOiapRecord", "headers": {"authorization": ""}, "body": BODY}
    told = explained(tmp_path, capsys, request, "--recordings-tenant", "acme")
    assert 'resultCode "401"' in told
    assert "filled in" not in told


def test_people_see_the_beginning_of_the_sound(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = explained(tmp_path, capsys, BODY)
    assert "Send body, 100 bytes: RIFF" in told
    assert max(map(len, told.splitlines()[2:])) <= 100
