"""Answers that are bytes or files: which files may be, what each mistake is told, and when they are read."""

from __future__ import annotations

import logging
import os
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oifde_simulator import cli
from oifde_simulator.model.exchange import Answer
from oifde_simulator.model.http import Headers, Response
from oifde_simulator.randomness import KeyedRandom
from oifde_simulator.rules.action import ActionContext
from oifde_simulator.rules.answers.answer_file import content_type
from oifde_simulator.scenario import gallery, loader, selection, text_check
from oifde_simulator.scenario.catalog import ScenarioCatalog
from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.scenario.files import answer_files
from oifde_simulator.scenario.model import Scenario

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Make a scenario's folder, and a file beside it that no scenario may name."""
    folder = tmp_path / "home"
    (folder / "pages").mkdir(parents=True)
    (folder / "page.html").write_text("<p>é {{ now }}")
    (folder / "pages" / "deep.bin").write_bytes(b"\xff\0")
    (tmp_path / "secret.txt").write_text("secret")
    return folder


def load(home: Path, *names: str, **more: Any) -> Scenario:
    rules = "".join(f"  - {{name: r{n}, respond: {{file: {name!r}}}}}\n" for n, name in enumerate(names))
    (home / "acme.yaml").write_text(f"rules:\n{rules}")
    return loader.load(home / "acme.yaml", **more)


def answered(scenario: Scenario, rule: int = 0) -> tuple[int, Headers, bytes]:
    honest = Answer(Response(418, b"honest"), {})
    context = ActionContext(honest, lambda problem: honest, KeyedRandom(b""), 0)
    (step,) = scenario.rules[rule].actions[0][0].reshapes
    made = step.reshape(honest.response, context)
    return made.status, made.headers, made.body[:]


def respond(**given: Any) -> tuple[int, Headers, bytes]:
    return answered(loader.from_json({"rules": [{"respond": given}]}, "f.yaml", "f"))


def error(home: Path, *names: str) -> str:
    with pytest.raises(ScenarioErrors) as caught:
        load(home, *names)
    return str(caught.value).splitlines()[0]


def test_a_file_is_sent_as_it_is_with_the_type_of_its_ending(home: Path) -> None:
    scenario = load(home, "page.html", "pages/deep.bin", "./page.html")
    status, headers, body = answered(scenario)
    assert (status, body) == (200, "<p>é {{ now }}".encode())
    assert dict(headers)["Content-Type"] == "text/html; charset=UTF-8"
    _, headers, body = answered(scenario, 1)
    assert (dict(headers)["Content-Type"], body) == ("application/octet-stream", b"\xff\0")


def test_headers_and_status_stand_beside_a_file(home: Path) -> None:
    (home / "acme.yaml").write_text(
        "rules: [{respond: {status: 403, file: page.html, headers: {Content-Type: text/x-mine}}}]"
    )
    status, headers, _ = answered(loader.load(home / "acme.yaml"))
    assert (status, dict(headers)["Content-Type"]) == (403, "text/x-mine")


def test_an_outcome_of_one_of_may_be_a_file(home: Path) -> None:
    (home / "acme.yaml").write_text("rules: [{one_of: [{}, {respond: {file: page.html}}]}]")
    (rule,) = loader.load(home / "acme.yaml").rules
    assert rule.actions[1][0].reshapes[0].body == "<p>é {{ now }}".encode()  # type: ignore[attr-defined]


TYPES = {
    "A.HTML": ("text/html; charset=UTF-8", b"x"),
    "a.htm": ("text/html", b"\xff"),
    "a.json": ("application/json; charset=UTF-8", b"{}"),
    "a.txt": ("text/plain; charset=UTF-8", b""),
    "a.xml": ("application/xml; charset=UTF-8", b""),
    "a.wav": ("audio/wav", b""),
    "a.png": ("image/png", b""),
    "a.odd": ("application/octet-stream", b""),
    "html": ("text/html; charset=UTF-8", b""),
}


@pytest.mark.parametrize(("name", "expected"), TYPES.items(), ids=TYPES)
def test_a_content_type_follows_from_the_ending(name: str, expected: tuple[str, bytes]) -> None:
    assert content_type(name, expected[1]) == expected[0]


# the name: words of the message
MISTAKES = {
    "pagee.html": 'there is no such file; did you mean "page.html"?',
    "pages/dep.bin": 'did you mean "pages/deep.bin"?',
    "pages\\\\deep.bin": 'between folders stands a slash: write "pages/deep.bin"',
    "klingon": "files are looked for in the scenario's folder",
    "nowhere/page.html": "there is no such file",
    "pages": "is a folder; name a file in it",
    ".": "is a folder",
    "../secret.txt": "leads out of the scenario's folder",
    "pages/../page.html": "leads out of the scenario's folder",
    "/etc/passwd": "leads out of the scenario's folder",
    "C:\\\\page.html": "leads out of the scenario's folder",
    "..\\\\secret.txt": "leads out of the scenario's folder",
    "link.txt": "leads out of the scenario's folder",
    "far/passwd": "leads out of the scenario's folder",
    "far/passwords": "leads out of the scenario's folder",
    "circle": "cannot be read: ",
    "pipe": "is no file, but a pipe or a device",
    "page.html/x": "cannot be read: Not a directory",
    "x" * 300: "cannot be read: File name too long",
    "a\\0b": "is no name of a file",
}


@pytest.mark.parametrize(("name", "words"), MISTAKES.items(), ids=MISTAKES)
def test_a_file_that_cannot_be_is_told_with_place_and_fix(home: Path, name: str, words: str) -> None:
    (home / "link.txt").symlink_to(home.parent / "secret.txt")
    (home / "far").symlink_to("/etc")
    (home / "circle").symlink_to("circle")
    os.mkfifo(home / "pipe")
    (home / "acme.yaml").write_text(f'rules:\n  - respond: {{file: "{name}"}}\n')
    with pytest.raises(ScenarioErrors) as caught:
        loader.load(home / "acme.yaml")
    (message,) = str(caught.value).splitlines()
    assert ":2:21: rules[0].respond.file: " in message
    assert words in message


def test_a_link_inside_the_folder_is_followed(home: Path) -> None:
    (home / "link.html").symlink_to("page.html")
    assert answered(load(home, "link.html"))[2] == (home / "page.html").read_bytes()


def test_files_are_bounded_each_and_in_all(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer_files, "LARGEST_FILE", 100)
    monkeypatch.setattr(answer_files, "LARGEST_ALL", 150)
    for name, size in (("a", 100), ("b", 50), ("c", 101), ("d", 51)):
        (home / name).write_bytes(b"x" * size)
    assert len(load(home, "a", "b", "a").rules) == 3
    assert '"c": is larger than' in error(home, "c")
    assert '"d": all files of a scenario may have' in error(home, "a", "d")


INLINE = "only a scenario file may name a file; write body, json or base64"


def test_what_comes_along_in_a_request_names_no_file() -> None:
    rules = [{"respond": {"file": "page.html"}}]
    with pytest.raises(ScenarioErrors) as caught:
        loader.from_json({"rules": rules}, "inline", "inline")
    assert str(caught.value) == f"inline: rules[0].respond.file: {INLINE}"
    for check in (
        text_check.check_scenario("rules: [{respond: {file: page.html}}]", "text", "x"),
        text_check.check_rules("- {respond: {file: page.html}}", "text"),
    ):
        assert [each.message for each in check.errors] == [INLINE]


def test_the_definition_of_a_rule_follows_the_bytes_of_its_file(home: Path) -> None:
    first = load(home, "page.html").rules[0].definition
    assert load(home, "page.html").rules[0].definition == first
    (home / "page.html").write_text("other")
    assert load(home, "page.html").rules[0].definition != first


def test_the_population_of_a_file_that_names_files_can_be_taken(home: Path) -> None:
    from oifde_simulator.scenario.replacement import read

    text = "sessions: {users: {'1': 4}}\nrules: [{respond: {file: page.html}}]"
    (home / "acme.yaml").write_text(text)
    assert read(str(home / "acme.yaml")).generate


def test_a_folder_tells_nothing_of_the_files_that_its_scenarios_answer_with(
    home: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    load(home, "page.html", "pages/deep.bin")
    (home / "other.html").write_text("x")
    assert cli.main(["check", str(home)]) == 0
    selection.read([home])
    for told in (capsys.readouterr().out, caplog.text):
        assert "other.html: left out" in told
        assert "page.html: left out" not in told
        assert "deep.bin: left out" not in told


def test_a_bundled_scenario_with_a_file_beside_it_is_read_by_the_loader(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(home, "page.html")
    path = home / "acme.yaml"
    value = {"rules": [{"respond": {"file": "page.html"}}]}
    monkeypatch.setattr(gallery, "_value_of", lambda _: value)
    assert gallery.find(path) is None
    assert answered(ScenarioCatalog({"acme": path})["acme"])[2] == (home / "page.html").read_bytes()


BYTES = {"plain": b64encode(PNG).decode(), "in lines": "iVBO\n  Rw0KG\tgo=\n"}


@pytest.mark.parametrize("text", BYTES.values(), ids=BYTES)
def test_base64_is_sent_as_bytes(text: str) -> None:
    status, headers, body = respond(base64=text)
    assert (status, body) == (200, PNG)
    assert dict(headers)["Content-Type"] == "application/octet-stream"
    assert dict(respond(base64=text, headers={"content-type": "image/png"})[1])["content-type"] == "image/png"


def test_no_bytes_have_no_content_type() -> None:
    assert "Content-Type" not in dict(respond(base64="")[1])


@given(st.binary(max_size=100))
def test_any_bytes_are_sent_as_they_are(octets: bytes) -> None:
    assert respond(base64=b64encode(octets).decode())[2] == octets


@given(st.text(max_size=20))
def test_any_text_is_base64_or_a_mistake(text: str) -> None:
    try:
        respond(base64=text)
    except ScenarioErrors as errors:
        (found,) = errors.errors
        assert found.path == ("rules", 0, "respond", "base64")
        assert "is no base64" in found.message


# what is given: words of the message
CLASHES: dict[str, tuple[dict[str, Any], str]] = {
    "two bodies": ({"base64": "AA==", "body": "x"}, "body and base64 exclude each other; keep one"),
    "three bodies": ({"json": 1, "base64": "", "file": "x"}, "json and base64 and file exclude each other"),
    "an error with bytes": ({"error": "token-expired", "base64": "AA=="}, "remove base64"),
    "an error with a file": ({"errorCode": 5, "file": "x"}, "remove file"),
    "a status without a body": ({"status": 204, "base64": "AA=="}, "has no body; remove base64"),
    "a number": ({"base64": 5}, "write the bytes in base64, in quotes"),
    "base64url": ({"base64": "a-_="}, "base64 writes + for - and / for _"),
    "a short text": ({"base64": "abc"}, "a multiple of four characters"),
    "no name": ({"file": ""}, "write the name of a file"),
    "a list of names": ({"file": ["a"]}, "take the brackets or dashes away: a"),
    "another tool's word": ({"bodyFileName": "x"}, 'did you mean "file"?'),
}


@pytest.mark.parametrize(("given", "words"), CLASHES.values(), ids=CLASHES)
def test_bodies_exclude_each_other_and_each_mistake_has_a_fix(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ScenarioErrors) as caught:
        respond(**given)
    assert words in str(caught.value)
