"""`explain` with times: requests in order, each at its time, as a server answers whose clock is moved."""

from __future__ import annotations

import codecs
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import TOKEN
from controlling import Controlling
from engines import Engine
from examples import examples
from oifde_simulator.cli import main
from oifde_simulator.cli.explain import request_file, sequence
from oifde_simulator.clock import LATEST
from oifde_simulator.engine.explain import Explainer
from oifde_simulator.immediate import immediate
from oifde_simulator.scenario import loader
from oifde_simulator.tenants import Tenants
from serving import Peer, post, running

LOAD = 1_767_225_600_000
"""2026-01-01T00:00:00Z."""
HEAD = f"""
clock: "2026-01-01T00:00:00Z"
tenant: {{tokens: ["{TOKEN}"]}}
sessions: {{users: {{"1": 8, "2": 8}}}}
"""
RULES: list[dict[str, Any]] = [
    {"name": "rate", "match": {"request": {"pageNum": "2"}}, "per": ["userMobile"],
     "over": {"limit": 1, "window": "3s"}, "respond": {"status": 429}},
    {"name": "quota", "match": {"request": {"pageNum": "3"}},
     "over": {"limit": 2, "window": "4s", "slide": True, "enforce": True}, "respond": {"status": 429}},
    {"name": "recovering", "window": {"from": "2s", "until": "6s", "repeat": "10s"}, "per": ["userMobile"],
     "after": 1, "faults": [{"latency": {"ramp": {"from": "1s", "to": "0s", "over": "8s"}}}]},
    {"name": "second", "per": ["userMobile", "authToken"], "every": 2, "respond": {"status": 503}},
    {"name": "state", "state": {"is": "start", "becomes": "down"}, "per": ["userMobile"], "token": "expire"},
]  # fmt: skip


def scenario(*rules: dict[str, Any]) -> Any:
    return loader.loads(f"{HEAD}rules: {json.dumps(rules)}\n".encode(), "acme.yaml", "acme")


def served(rules: list[dict[str, Any]], requests: list[tuple[int, dict[str, Any]]]) -> list[tuple[Any, ...]]:
    """What a server decides whose clock is set as the control plane sets it: rule, script, reasons."""
    engine, found = Engine({"acme": scenario(*rules)}), []
    for at, body in requests:
        immediate(engine.admin.change_clock("acme", lambda clock, day, at=at: clock.set(at, day)))  # type: ignore[misc]
        asked = {"tenantId": "acme", "authToken": TOKEN, **body}
        exchange = engine.handle(request_file.read(asked).request())
        found.append((exchange.rule, exchange.script, engine.entries()[-1].held_back))
    return found


def explained(
    rules: list[dict[str, Any]], requests: list[tuple[int, dict[str, Any]]]
) -> list[tuple[Any, ...]]:
    """What `explain` says."""
    tenants, found = Tenants({"acme": scenario(*rules)}, seed="0", error_status=200), []
    explainer = Explainer(tenants)
    for at, body in requests:
        explainer.set_clock("acme", at)
        turn = explainer.explain(request_file.parse(body, tenants, "acme").request())
        held_back = [(each.rule, *each.reasons) for each in turn.verdicts if each.outcome == "held back"]
        found.append((turn.exchange.rule, turn.exchange.script, tuple(held_back)))
    return found


STEPS = st.lists(
    st.tuples(st.integers(-3000, 6000), st.sampled_from("12"), st.sampled_from("123")),
    min_size=1,
    max_size=15,
)


@settings(max_examples=examples(25))
@given(STEPS, st.lists(st.sampled_from(RULES), unique_by=lambda rule: rule["name"], min_size=1))
def test_explain_says_of_any_sequence_what_a_server_does(
    steps: list[tuple[int, str, str]], rules: list[dict[str, Any]]
) -> None:
    now, requests = LOAD, []
    for step, user, page in steps:
        now += step
        requests.append((now, {"userMobile": user, "pageNum": page, "pageSize": "5"}))
    assert explained(rules, requests) == served(rules, requests)


# The command


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "acme.yaml").write_text(f"{HEAD}rules: {json.dumps(RULES)}\n")
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], requests: Any, *options: str) -> Any:
    Path("requests.json").write_text(json.dumps(requests))
    assert main(["explain", "acme.yaml", "requests.json", *options]) == 0
    printed = capsys.readouterr().out
    return json.loads(printed) if "--json" in options else printed


def test_a_list_is_told_as_a_running_server_answers_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    query = {"userMobile": "1", "pageNum": "2", "pageSize": "5"}
    requests = [query, query, {**query, "at": "2900ms"}, {**query, "at": "2026-01-01T00:00:03Z"}, query]
    turns = told(capsys, requests, "--json")
    with running(scenarios=(folder / "acme.yaml",), no_bundled=True) as simulator:
        control = Controlling(simulator)
        for turn in turns:
            assert control("PUT", "/tenants/acme/clock", {"set": turn["at"]}).status == 200
            with Peer(simulator.data_url) as peer:
                peer.send(post(json.dumps(turn["request"]["body"]).encode(), "Connection: close"))
                sent = "".join(each["content"] for each in turn["script"] if each["action"] == "send")
                assert peer.rest().replace(b"Connection: close\r\n", b"") == sent.encode()
            number = control("GET", "/journal?tenant=acme").json["last"]
            entry = control("GET", f"/journal/{number}").json
            held_back = [each for each in turn["rules"] if each["outcome"] == "held back"]
            assert [{"rule": each["rule"], "why": each["reasons"][0]} for each in held_back] == entry[
                "heldBack"
            ]
            assert turn["rule"] == entry["rule"]
    assert [turn["rule"] for turn in turns] == ["state", "rate", "rate", "second", "rate"]
    assert [turn["seconds_since_load"] for turn in turns] == [0, 0, 2.9, 3, 3]


def test_a_time_moves_the_request_there(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    query = {"userMobile": "1", "pageSize": "5"}
    for at in ("3s", "2026-01-01T00:00:03Z", "2026-01-01T01:00:03+01:00"):
        one = told(capsys, query, "--at", at, "--json", "--repeat", "2")
        assert [turn["at"] for turn in one["turns"]] == ["2026-01-01T00:00:03.000Z"] * 2
        assert [turn["rule"] for turn in one["turns"]] == ["state", "recovering"]
        assert one["turns"][1]["script"][0] == {"action": "wait", "seconds": 0.875}
    own = told(capsys, {"body": query, "at": "3s"}, "--json")
    assert own["turns"][0]["at"] == "2026-01-01T00:00:03.000Z"
    assert own["body"] == one["body"]


def test_one_without_a_time_is_sent_with_the_one_before(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    turns = told(capsys, [{}, {"at": "2s"}, {}, {"at": "5s"}], "--json", "--at", "1s", "--repeat", "2")
    assert [turn["seconds_since_load"] for turn in turns] == [1, 1, 2, 2, 2, 2, 5, 5]


def test_people_see_a_block_for_each_request_with_its_time(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    requests = [
        {"userMobile": "1"},
        {"userMobile": "2", "at": "1s"},
        {"tenantId": "other", "at": "500ms"},
        {},
    ]
    printed = told(capsys, requests)
    titles = [line for line in printed.splitlines() if line[:1].isdigit()]
    assert titles == [
        "1 of 4 at 2026-01-01T00:00:00.000Z, 0 ms after load",
        "2 of 4 at 2026-01-01T00:00:01.000Z, 1 s after load",
        "3 of 4",
        "4 of 4 at 2026-01-01T00:00:00.500Z, 500 ms after load, the clock moved back",
    ]
    assert printed.count("  request queryRecordHistory ") == 4
    assert "every: match 1 of each 2 for userMobile=2, authToken=redacted:" in " ".join(printed.split())
    assert max(map(len, printed.splitlines())) <= 100
    before = told(capsys, [{"at": "2025-12-31T23:59:59Z"}])
    assert "1 of 1 at 2025-12-31T23:59:59.000Z, 1 s before load\n" in before


def test_a_ramp_says_what_it_counts_from(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ramp = {"latency": {"ramp": {"from": "1s", "to": "0s", "over": "8s"}}}
    rules: dict[str, dict[str, Any]] = {
        "the opening of the window, 12 s after load": {"window": {"from": "2s", "repeat": "10s"}},
        "load or reset": {},
    }
    for words, when in rules.items():
        (folder / "acme.yaml").write_text(f"{HEAD}rules: [{json.dumps({**when, 'faults': [ramp]})}]\n")
        at, passed = ("14s", "2 s") if when else ("7s", "7 s")
        printed = " ".join(told(capsys, {}, "--at", at).split())
        assert f"{passed} of the ramp's 8 s have passed, counted from {words} script" in printed
    (folder / "acme.yaml").write_text(f"{HEAD}rules: [{json.dumps({'faults': [ramp]})}]\n")
    (turn,) = told(capsys, [{}], "--at", "2s", "--json")
    assert turn["ramps"] == [
        {"counted_from": "load", "begun": 0.0, "passed": 2.0, "over": 8.0, "latency": 0.75}
    ]


def test_a_ramp_of_a_window_that_was_open_before_load_says_so(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ramp = {"latency": {"ramp": {"from": "1s", "to": "0s", "over": "100s"}}}
    rule = {"window": {"at": "23:59:30", "for": "1h"}, "faults": [ramp]}
    (folder / "acme.yaml").write_text(f"{HEAD}rules: [{json.dumps(rule)}]\n")
    printed = " ".join(told(capsys, {}, "--at", "20s").split())
    assert (
        "50 s of the ramp's 100 s have passed, counted from the opening of the window, 30 s before load"
        in printed
    )
    printed = " ".join(told(capsys, {}, "--at", "1h").split())
    opens = "at 2026-01-01T23:59:30+00:00"
    assert f"rule-1 held back: window: opens in 82770 s, {opens}" in printed


def test_a_state_that_lasts_is_told_with_its_time(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = [
        {"name": "falls", "state": {"is": "start", "becomes": "down"}, "respond": {"status": 502}},
        {"name": "down", "state": {"is": "down", "for": "20s", "then": "up"}, "respond": {"status": 503}},
        {"name": "slow", "state": {"is": "up", "for": "1h", "then": "start"}},
    ]
    (folder / "acme.yaml").write_text(f"{HEAD}rules: {json.dumps(rules)}\n")
    turns = told(capsys, [{"at": at} for at in ("0s", "5s", "20s", "3620s")], "--json")
    assert [turn["rule"] for turn in turns] == ["falls", "down", None, "falls"]
    verdicts = [(rule["outcome"], *rule["reasons"]) for rule in turns[2]["rules"]]
    assert verdicts == [
        ("held back", "state: is up for 3600 s more, not start"),
        ("held back", "state: is up for 3600 s more, not down"),
        ("not asked", "it only says how long a state lasts"),
    ]


def test_a_token_that_is_filled_in_expires_in_the_sequence(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "acme.yaml").write_text(HEAD.replace(f'tokens: ["{TOKEN}"]', "token_lifetime: 60"))
    requests = [{"userMobile": "1", "at": at} for at in ("90s", "149s", "150s")]
    turns = told(capsys, requests, "--json")
    assert [turn["honest"]["errorCode"] for turn in turns] == [0, 0, 900001]


# name: (requests, options, words)
WRONG: dict[str, tuple[Any, tuple[str, ...], str]] = {
    "no unit": ({}, ("--at", "5"), '--at: "5" has no unit; write "5s" or "5ms"'),
    "no time": ({}, ("--at", "soon"), '--at: "soon" is no instant; expected a time since load such as "5s"'),
    "no offset": ({}, ("--at", "2026-01-01T00:00:05"), 'if it is UTC, write "2026-01-01T00:00:05Z"'),
    "epoch": ({}, ("--at", "1767225605000"), 'write that instant as "2026-01-01T00:00:05.000Z"'),
    "too fine": ({}, ("--at", "1.0005s"), "--at: expected a duration of whole milliseconds"),
    "too late": ({}, ("--at", "9999-01-01T00:00:00Z"), "too late; expected a time up to 2286-"),
    "a number": ([{}, {"at": 5}], (), 'requests.json: [1].at: expected a time since load such as "5s"'),
    "a number that is short of its unit": ({"at": 5, "body": {}}, (), 'found 5; write "5s"'),
    "another unit": ({}, ("--at", "5 sec"), 'such as "2026-01-01T00:00:05Z"; write 5s'),
    "a path for the endpoint": (
        {"endpoint": "/oifde/rest/gettoken", "body": {}},
        (),
        'found "/oifde/rest/gettoken"; write gettoken',
    ),
    "a number as a header": (
        {"headers": {"X-A": "b", "X-B": 1}, "body": {}},
        (),
        'put the value in quotes: {"X-B": "1"}',
    ),
    "a word of one": ({"at": "x", "body": {}}, (), 'requests.json: at: "x" is no instant'),
    "no request": ([{}, 7], (), "requests.json: [1]: expected a JSON object, the body of a request, found 7"),
    "no endpoint": ([{"endpoint": "getoken", "body": {}}], (), "requests.json: [0]: expected endpoint"),
    "an empty list": ([], (), "a list of 1 to 10000 of them, found a list of 0"),
}


@pytest.mark.parametrize(("requests", "options", "words"), WRONG.values(), ids=WRONG)
def test_a_mistake_is_told_with_its_place_before_anything_is_printed(
    folder: Path, capsys: pytest.CaptureFixture[str], requests: Any, options: tuple[str, ...], words: str
) -> None:
    Path("requests.json").write_text(json.dumps(requests))
    assert main(["explain", "acme.yaml", "requests.json", *options]) == 2
    found = capsys.readouterr()
    assert (found.out, len(found.err.splitlines())) == ("", 1)
    assert words in found.err


@pytest.mark.parametrize(
    ("requests", "place"),
    [
        ([{"at": "5s"}, {"at": "3s"}], "[1].at: 2026-01-01T00:00:03.000Z is before the time before it, "),
        ([{"at": "2025-12-31T00:00:00Z"}], "[0].at: 2025-12-31T00:00:00.000Z is before load, "),
    ],
)
def test_times_go_back_only_where_the_clock_stands_still(requests: Any, place: str) -> None:
    times = sequence.Times(LOAD, goes=True)
    with pytest.raises(ValueError, match="never goes back") as error:
        sequence.read(requests, "requests.json", times, None, None)
    assert str(error.value).startswith(f"requests.json: {place}")
    assert "(clock: now); put later requests later, or write clock: " in str(error.value)
    steps = sequence.read(requests, "requests.json", times._replace(goes=False), None, None)
    assert len(steps) == len(requests)


def test_a_clock_that_goes_is_explained_from_load(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "acme.yaml").write_text(
        "tenant: {tokens: any}\nrules: [{window: {from: 1h, until: 2h}, respond: {status: 503}}]\n"
    )
    turns = told(capsys, [{}, {"at": "3599999ms"}, {"at": "1h"}, {"at": "2h"}], "--json")
    assert [turn["rule"] for turn in turns] == [None, None, "rule-1", None]
    assert [turn["seconds_since_load"] for turn in turns] == [0, 3599.999, 3600, 7200]


def test_a_clock_with_a_start_or_a_speed_is_explained_at_load_unless_times_are_given(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "acme.yaml").write_text(
        'tenant: {tokens: any}\nclock: {start: "2026-01-01T08:00:00Z", speed: 1000000}\n'
        "rules: [{window: {from: 1h}, respond: {status: 503}}]\n"
    )
    turns = told(capsys, {}, "--repeat", "2", "--json")["turns"]
    assert [turn["at"] for turn in turns] == ["2026-01-01T08:00:00.000Z"] * 2
    turns = told(capsys, [{}, {"at": "1h"}], "--json")
    assert [(turn["rule"], turn["seconds_since_load"]) for turn in turns] == [(None, 0), ("rule-1", 3600)]
    Path("requests.json").write_text(json.dumps([{"at": "5s"}, {"at": "3s"}]))
    assert main(["explain", "acme.yaml", "requests.json"]) == 2
    assert "never goes back (clock: {start, speed}); put later requests later" in capsys.readouterr().err


@given(
    st.text(max_size=30) | st.integers() | st.none() | st.from_regex(r"[0-9]{1,12}(ms|s|m|h)", fullmatch=True)
)
def test_any_time_is_read_or_refused(given: Any) -> None:
    try:
        assert sequence.read_at(given, LOAD) <= LATEST
    except ValueError as error:
        assert str(error)


ENCODINGS = {
    "UTF-8": ("utf-8", b"", ""),
    "UTF-8 with a mark": ("utf-8", codecs.BOM_UTF8, ""),
    "UTF-16 with a mark": ("utf-16", b"", "UTF-16"),
    "UTF-16-LE": ("utf-16-le", b"", "UTF-16"),
    "UTF-16-BE": ("utf-16-be", b"", "UTF-16"),
    "UTF-16-BE with a mark": ("utf-16-be", codecs.BOM_UTF16_BE, "UTF-16"),
    "UTF-32 with a mark": ("utf-32", b"", "UTF-32"),
    "UTF-32-LE": ("utf-32-le", b"", "UTF-32"),
    "UTF-32-BE": ("utf-32-be", b"", "UTF-32"),
}


@pytest.mark.parametrize(("encoding", "mark", "name"), ENCODINGS.values(), ids=ENCODINGS)
@pytest.mark.parametrize("text", ['[{"userMobile": "1"}]', '{"userMobile": "中"}', "{}"])
def test_each_encoding_of_json_is_read_or_named(
    tmp_path: Path, encoding: str, mark: bytes, name: str, text: str
) -> None:
    file = tmp_path / "requests.json"
    file.write_bytes(mark + text.encode(encoding))
    if not name:
        assert request_file.load(str(file)) == json.loads(text)
        return
    with pytest.raises(ValueError, match=f"found {name}; save it as UTF-8"):
        request_file.load(str(file))
