"""`oifde-simulator explain` and `scenarios`: what a scenario does, told without a server."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from conftest import QUERY, TOKEN
from oifde_simulator.cli import main
from oifde_simulator.cli.explain import request_file
from oifde_simulator.cli.explain.explanation_text import format_explanation, format_explanations, shorten
from oifde_simulator.config import Settings
from oifde_simulator.engine import explain as explanation
from oifde_simulator.scenario import loader
from oifde_simulator.scenario.selection import scenarios
from oifde_simulator.tenants import Tenants
from serving import REPOSITORY, Peer, post, run, running

PAGE = (REPOSITORY / "docs" / "explain.md").read_text()
RECORD = '{callSorId: "18000000001", calledNumber: "955500001", startTime: 1767225540000}'
SCENARIO = f"""
tenant: {{tokens: ["{TOKEN}"], secret: hush}}
clock: "2026-01-01T00:00:00Z"
sessions: {{records: [{RECORD}]}}
"""


def block(language: str) -> str:
    """The one fenced block of the page in a language."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.M | re.S)
    assert isinstance(found, str)
    return found


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The files of the page, where commands look for them."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "acme.yaml").write_text(block("yaml"))
    (tmp_path / "request.json").write_text(block("json"))
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 0
    return capsys.readouterr().out


def tenants(rules: str = "", **tenant: Any) -> Tenants:
    """One tenant, `acme`, with these rules."""
    scenario = loader.loads(f"{SCENARIO}\nrules: [{rules}]\n".encode(), "acme.yaml", "acme")
    return Tenants({"acme": scenario}, seed="0", error_status=200)


def explained(rules: str, body: dict[str, Any], repeat: int = 1) -> list[explanation.Explanation]:
    world = tenants(rules)
    return list(explanation.explain(world, request_file.parse(body, world, "acme").request(), repeat))


def verdicts(turn: explanation.Explanation) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {verdict.rule: (verdict.outcome, verdict.reasons) for verdict in turn.verdicts}


# The page


def test_the_page_shows_what_the_command_prints(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = re.findall(r"^    oifde-simulator (explain .*)$", PAGE, re.M)
    assert said(capsys, *line.split()) == block("text")


def test_the_page_names_options_and_commands_that_are_there(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["explain", "--help"])
    there = capsys.readouterr().out
    section = PAGE.partition("## Ask why")[2].partition("\n## ")[0]
    table = "".join(line for line in section.splitlines(keepends=True) if line.startswith("| `--"))
    options = set(re.findall(r"`(--[a-z-]+)", table))
    assert options == set(re.findall(r"^  (--[a-z-]+)", there, re.M))


def test_no_line_is_wider_than_a_terminal(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(capsys, "explain", "acme.yaml", "request.json", "--repeat", "3").splitlines()
    assert max(len(line) for line in lines[1:]) <= 100


def test_every_bundled_scenario_can_be_explained() -> None:
    world = Tenants(scenarios(Settings()), seed="0", error_status=200)
    for tenant in world.files:
        request = request_file.parse({"userMobile": "18000000001", "pageNum": "2"}, world, tenant).request()
        for turn in explanation.explain(world, request, 3):
            assert all(verdict.reasons for verdict in turn.verdicts if verdict.outcome != "fired")
            assert max(map(len, format_explanation(turn, "").splitlines())) <= 100
            assert json.loads(json.dumps(explanation.as_json(turn)))["tenant"] == tenant


# What is told is what a server does


def test_the_script_that_is_told_is_what_a_server_sends(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ("explain", "acme.yaml", "request.json", "--json", "--repeat", "2")
    told = json.loads(said(capsys, *command))
    with running(scenarios=(folder / "acme.yaml",), no_bundled=True) as simulator:
        for turn in told["turns"]:
            with Peer(simulator.data_url) as peer:
                peer.send(post(json.dumps(told["body"]).encode(), "Connection: close"))
                sent = "".join(each["content"] for each in turn["script"] if each["action"] == "send")
                assert peer.rest().replace(b"Connection: close\r\n", b"") == sent.encode()


def test_json_says_every_decision(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(said(capsys, "explain", "acme.yaml", "request.json", "--json", "--repeat", "2"))
    assert told["endpoint"] == "queryRecordHistory"
    assert told["filled_in"] == {"tenantId": "acme", "authToken": TOKEN}
    first, second = told["turns"]
    assert (first["honest"]["status"], first["honest"]["errorCode"], first["honest"]["total"]) == (200, 0, 1)
    assert [rule["outcome"] for rule in first["rules"]] == ["not about it", "held back", "fired"]
    assert [each["action"] for each in first["script"]] == ["send", "send", "close"]
    assert (second["rule"], second["faults"], second["sent"]["status"]) == ("second-query", ["latency"], 503)
    assert second["script"][0] == {"action": "wait", "seconds": 0.2}


def test_bytes_that_are_no_text_are_told_in_base64() -> None:
    (turn,) = explained("{faults: [invalid-utf8]}", {})
    script = explanation.as_json(turn)["script"]
    assert [type(each["content"]) for each in script] == [str, dict]


# Verdicts


def test_a_rule_that_is_not_about_the_request_says_so_field_by_field() -> None:
    match = 'match: {request: {pageNum: "2"}, headers: {x-run: true}, response: {total: 0}}'
    others = "{name: key, match: {endpoint: gettoken}, faults: [bom]}"
    (turn,) = explained(
        f"{{name: odd, {match}, faults: [reset]}}, {others}", {"pageNum": "1", "userMobile": "18000000001"}
    )
    assert verdicts(turn)["key"] == (
        "not about it",
        ("endpoint: expected gettoken, found queryRecordHistory",),
    )
    assert verdicts(turn)["odd"] == (
        "not about it",
        (
            'request.pageNum: expected "2", found "1"',
            "headers.x-run: expected to be there, found nothing",
            "response.total: expected 0, found 1",
        ),
    )


def test_a_rule_that_only_moves_the_state_says_so() -> None:
    rules = "{name: tenth, after: 1, state: {is: start, becomes: down}}, {state: {is: down}, faults: [reset]}"
    _, moved, down = explained(rules, {}, 3)
    assert moved.moves == {"tenth": "down"}
    text = format_explanation(moved, "2")
    assert "rule tenth moved the state to down" in text
    assert "by rule tenth" not in text
    assert down.moves == {}


def test_rules_after_the_one_that_fired_were_not_asked() -> None:
    turns = explained("{name: once, times: 1, faults: [reset]}, {name: rest, faults: [bom]}", {}, repeat=2)
    assert [verdicts(turn) for turn in turns] == [
        {"once": ("fired", ()), "rest": ("not asked", ("once came before it",))},
        {"once": ("held back", ("times: has fired 1 of 1",)), "rest": ("fired", ())},
    ]


def test_a_rule_that_could_not_do_what_it_says_tells_why() -> None:
    (turn,) = explained("{name: again, rows: {repeat: 1}}, {name: rest, faults: [bom]}", {"pageSize": "zero"})
    assert verdicts(turn) == {
        "again": ("could not", ("rows: this answer has no records",)),
        "rest": ("fired", ()),
    }


def test_a_token_that_a_rule_ends_is_ended_for_the_next_request() -> None:
    turns = explained("{token: expire, times: 1}", {"userMobile": "18000000001"}, repeat=2)
    assert [turn.exchange.honest.fields["errorCode"] for turn in turns] == [0, 900001]


# Requests as people write them


def test_a_request_may_name_endpoint_headers_and_body() -> None:
    written = {"endpoint": "gettoken", "headers": {"X-Run": "7"}, "body": {"appKey": "acme"}}
    asked = request_file.parse(written, tenants(), "acme")
    request = asked.request()
    assert (request.target, request.headers["x-run"]) == (
        QUERY.replace("queryRecordHistory", "gettoken"),
        "7",
    )
    assert request.headers["content-type"] == "application/json; charset=UTF-8"
    assert json.loads(request.body) == {"appKey": "acme", "appSecret": "hush"}
    assert asked.filled_in == {"appSecret": "hush"}


@pytest.mark.parametrize(
    ("body", "endpoint"), [({"appKey": "x"}, "gettoken"), ({}, "queryRecordHistory")], ids=["key", "none"]
)
def test_a_body_alone_goes_where_its_fields_belong(body: dict[str, str], endpoint: str) -> None:
    assert request_file.parse(body, tenants(), "acme").endpoint == endpoint
    assert request_file.parse(body, tenants(), "acme", "gettoken").endpoint == "gettoken"


def test_what_is_written_is_never_filled_in() -> None:
    written = {"tenantId": "other", "authToken": None}
    asked = request_file.parse(written, tenants(), "acme")
    assert (asked.body, asked.filled_in) == (written, {})


def test_a_body_that_is_text_is_sent_as_it_stands() -> None:
    world = tenants()
    asked = request_file.parse({"body": '{"tenantId": '}, world, "acme")
    assert asked.request().body == b'{"tenantId": '
    (turn,) = explanation.explain(world, asked.request())
    assert turn.exchange.honest.response.status == 400


def test_standard_input_and_a_bundled_scenario_will_do(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO('{"userMobile": "180****9999"}'))
    assert "total 1" in said(capsys, "explain", "tenant001", "-")


def test_a_request_of_another_tenant_meets_no_rule(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "request.json").write_text('{"tenantId": "other"}')
    assert "rules   none: the request names no tenant" in said(capsys, "explain", "acme.yaml", "request.json")


# name: (scenario, request, options, words of the line)
WRONG: dict[str, tuple[str, str, tuple[str, ...], str]] = {
    "no such scenario": ("tenant01", "{}", (), 'did you mean "tenant001"?'),
    "nothing like it": ("qqq", "{}", (), "oifde-simulator scenarios lists"),
    "a file like it": ("acne", "{}", (), 'no scenario acne; did you mean the file "acme.yaml"?'),
    "no such file": ("none.yaml", "{}", (), "none.yaml: cannot be read"),
    "a folder": ("./", "{}", (), "cannot be read"),
    "not JSON": ("acme.yaml", "{", (), "request.json: expected a JSON object"),
    "nested too deep": ("acme.yaml", "[" * 100_000, (), "request.json: expected a JSON object"),
    "a list": ("acme.yaml", "[]", (), "expected a JSON object"),
    "another endpoint": ("acme.yaml", "{}", ("--endpoint", "getoken"), 'did you mean "gettoken"?'),
    "an endpoint of a number": ("acme.yaml", '{"endpoint": 1, "body": {}}', (), "expected endpoint"),
    "headers in a list": ("acme.yaml", '{"headers": [], "body": {}}', (), "expected headers as an object"),
    "no repetition": ("acme.yaml", "{}", ("--repeat", "0"), "--repeat: expected a whole number"),
}


@pytest.mark.parametrize(("scenario", "request_", "options", "words"), WRONG.values(), ids=WRONG.keys())
def test_a_mistake_is_told_in_a_line(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    scenario: str,
    request_: str,
    options: tuple[str, ...],
    words: str,
) -> None:
    (folder / "request.json").write_text(request_)
    assert main(["explain", scenario, "request.json", *options]) == 2
    told = capsys.readouterr()
    assert (told.out, len(told.err.splitlines())) == ("", 1)
    assert words in told.err


def test_a_request_that_is_not_there_is_told_in_words(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", "acme.yaml", "none.json"]) == 2
    assert capsys.readouterr().err == (
        "oifde-simulator explain: none.json: cannot be read: No such file or directory; "
        "expected a file with the JSON body of a request\n"
    )


def test_what_cannot_be_printed_is_escaped_and_cut_to_the_width() -> None:
    assert shorten(b"a\x1b[31m\xff", 40) == r"a\x1b[31m\xff"
    assert shorten(b"x" * 1000, 40) == "x" * 37 + "..."
    assert shorten("é".encode() * 40, 40) == "é" * 40


def test_records_are_told_by_what_tells_them_apart() -> None:
    (turn,) = explained("{faults: [bom]}", {"userMobile": "18000000001"})
    line = format_explanation(turn, "").splitlines()[2]
    assert re.fullmatch(r' {10}callId "[0-9a-f]+", startTime 1767225540000', line)


def test_a_record_that_has_lost_them_is_told_as_it_is() -> None:
    gone = ", ".join(f"{{op: remove, path: /recordList/*/{name}}}" for name in ("callId", "startTime"))
    (turn,) = explained(f"{{patch: [{gone}]}}", {"userMobile": "18000000001"})
    assert '          {"logId":' in format_explanation(turn, "")


def test_what_a_repetition_has_in_common_with_the_one_before_is_not_repeated() -> None:
    turns = explained("{after: 2, respond: {status: 503}}", {"userMobile": "18000000001"}, repeat=3)
    first, second, third = format_explanations(turns, 3)
    assert "as before" not in first
    assert [line for line in second.splitlines() if "as before" in line] == [
        "  honest  as before", "  script  as before",
    ]  # fmt: skip
    assert [line for line in third.splitlines() if "as before" in line] == ["  honest  as before"]


def test_a_long_script_is_told_by_its_ends(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "acme.yaml").write_text(f"{SCENARIO}\nrules: [{{faults: [slicer]}}]\n")
    printed = said(capsys, "explain", "acme.yaml", "request.json")
    assert re.search(r"^ {10}\.\.\. [0-9,]+ actions more \.\.\.$", printed, re.M)


@pytest.mark.slow(seconds=1)
def test_it_is_the_same_as_a_process(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ("explain", "acme.yaml", "request.json")
    done = run(*command, cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == said(capsys, *command)
