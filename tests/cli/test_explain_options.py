"""`explain` answers as `serve` does with the same options, and reads the files that editors write."""

from __future__ import annotations

import io
import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from conftest import QUERY, TOKEN
from oifde_simulator.cli import main
from oifde_simulator.cli.explain import ANSWERING_SETTINGS
from oifde_simulator.config import Settings
from oifde_simulator.config.reading import flag_name
from serving import Peer, post, running

MARK = b"\xef\xbb\xbf"
BODY = {"tenantId": "tenant001", "authToken": TOKEN, "userMobile": "180****9999"}
TEXT = json.dumps(BODY)
GBK = {"Content-Type": "application/json; charset=GBK"}
REQUESTS: dict[str, dict[str, Any]] = {
    "plain": {"body": TEXT},
    "doubled slash": {"path": QUERY.replace("/rest", "//rest"), "body": TEXT},
    "slash at the end": {"path": f"{QUERY}/", "body": TEXT},
    "another path": {"path": "/oifde/rest/api/other", "body": TEXT},
    "byte order mark": {"body": f"\ufeff{TEXT}"},
    "GBK": {"headers": GBK, "body": json.dumps({**BODY, "userMobile": "中文"}, ensure_ascii=False)},
    "mark in another charset": {
        "headers": {"Content-Type": "application/json; charset=utf-16"},
        "body": TEXT,
    },
    "no token": {"body": {**BODY, "authToken": "none"}},
    "not JSON": {"body": "{"},
}
SETTINGS: dict[str, dict[str, Any]] = {
    "strict": {},
    "slashes": {"repeated_slashes": "accept", "trailing_slash": "accept"},
    "marks": {"byte_order_mark": "accept"},
    "charsets": {"charset": "declared"},
    "statuses": {"error_status": 400, "bad_json_status": 422},
    "any credentials": {"any_credentials": True},
}


def options(given: dict[str, Any]) -> list[str]:
    """Write settings as options of a command."""
    flags = {entry.name: flag_name(entry) for entry in fields(Settings)}
    return [
        word
        for name, value in given.items()
        for word in ([flags[name]] if value is True else [flags[name], str(value)])
    ]


def explained(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    assert main(["explain", "tenant001", *arguments, "--json"]) == 0
    turns: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["turns"]
    return turns


def sent(request: dict[str, Any]) -> bytes:
    """Write a request as a client of its charset does."""
    body = request["body"] if isinstance(request["body"], str) else json.dumps(request["body"])
    content_type = request.get("headers", {}).get("Content-Type", "application/json; charset=UTF-8")
    octets = post(body.encode(content_type.partition("charset=")[2]), target=request.get("path", QUERY))
    return octets.replace(b"application/json", content_type.encode(), 1)


@pytest.mark.parametrize("given", SETTINGS.values(), ids=SETTINGS)
def test_what_explain_says_is_what_serve_answers(
    given: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "request.json"
    with running(**given) as simulator:
        for name, request in REQUESTS.items():
            file.write_text(json.dumps(request), encoding="utf-8")
            turns = explained(capsys, str(file), "--repeat", "2", *options(given))
            with Peer(simulator.data_url) as client:
                client.send(sent(request))
                answer = client.answer()
            said = [(turn["sent"]["status"], turn["sent"]["body"]) for turn in turns]
            assert said == [(answer.status, answer.body.decode())] * 2, name


def test_every_option_reaches_the_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    taken = {
        "slashes": ["doubled slash", "slash at the end"],
        "marks": ["byte order mark"],
        "charsets": ["GBK", "mark in another charset"],
        "any credentials": ["no token"],
    }
    file = tmp_path / "request.json"
    for setting, names in taken.items():
        for name in names:
            file.write_text(json.dumps(REQUESTS[name]), encoding="utf-8")
            strict, lenient = (
                explained(capsys, str(file), *options(given))[0]["honest"]["errorCode"]
                for given in ({}, SETTINGS[setting])
            )
            assert (strict != 0, lenient) == (True, 0), name


def test_every_setting_of_answers_is_among_them() -> None:
    there = {name for given in SETTINGS.values() for name in given}
    assert set(ANSWERING_SETTINGS) == there | {"tenantless", "settings_from", "recordings_tenant"}


def test_a_setting_of_the_environment_counts_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OIFDE_SIMULATOR_TRAILING_SLASH", "accept")
    file = tmp_path / "request.json"
    file.write_text(json.dumps(REQUESTS["slash at the end"]))
    assert explained(capsys, str(file))[0]["honest"]["errorCode"] == 0


def test_the_path_is_told_and_says_which_endpoint_is_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "request.json"
    file.write_text(json.dumps({"path": "/oifde/rest/api//gettoken?a=b", "body": {}}))
    assert main(["explain", "tenant001", str(file), "--repeated-slashes", "accept"]) == 0
    told = capsys.readouterr().out
    assert told.startswith('gettoken "/oifde/rest/api//gettoken?a=b" {"appKey": ')
    assert "honest  200, errorCode 0" in told


# Files that editors write

IN = pytest.mark.parametrize("by", ["file", "standard input"])


def said_of(content: bytes, by: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """Explain a request of a file or of standard input, and return the exit code."""
    (folder / "request.json").write_bytes(content)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content), encoding="cp1252"))
    return main(["explain", "tenant001", str(folder / "request.json") if by == "file" else "-"])


@IN
def test_a_file_with_a_byte_order_mark_is_read(
    by: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert said_of(MARK + TEXT.encode(), by, tmp_path, monkeypatch) == 0
    assert "honest  200, errorCode 0" in capsys.readouterr().out


@IN
@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [TEXT, f"\n{TEXT}", f'"{TEXT}"'])
def test_a_file_of_utf_16_is_named(
    text: str, charset: str, by: str, tmp_path: Path,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    assert said_of(text.encode(charset), by, tmp_path, monkeypatch) == 2
    told = capsys.readouterr().err
    assert "expected a JSON object, the body of a request: found UTF-16; save it as UTF-8" in told


def test_a_file_in_another_charset_is_told_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert said_of('{"a": "中"}'.encode("gbk"), "file", tmp_path, monkeypatch) == 2
    assert "not UTF-8 at byte 7; save it as UTF-8" in capsys.readouterr().err


def test_a_path_that_is_no_text_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert said_of(b'{"path": 1, "body": {}}', "file", tmp_path, monkeypatch) == 2
    assert "expected path as a string, found 1" in capsys.readouterr().err
