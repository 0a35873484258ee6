"""Headers that no answer can have, and rules with `also` that do more than go along, are errors."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from oifde_simulator.scenario import loader
from oifde_simulator.scenario.errors import ScenarioErrors

FIX = "take also away, or write a rule of its own for it"
LEAVES = "a rule with also leaves it to others: it takes faults: [latency] and headers"
# rule, column, words
WRONG: dict[str, tuple[str, int, str]] = {
    "no header": ("{headers: {}}", 15, "name at least one header, such as {Retry-After: 30}"),
    "a list": ("{headers: [X-A]}", 15, 'expected a mapping of "key: value" lines, found a list'),
    "a fraction": ("{headers: {X-A: 1.5}}", 21, "found the number 1.5; write the value in quotes"),
    "a switch": ("{headers: {X-A: true}}", 21, "found true; write the value in quotes"),
    "several values": ("{headers: {X-A: [a, b]}}", 21, "found a list; write the value in quotes"),
    "a date without its unit": (
        "{headers: {X-A: {http_date: 30}}}",
        33,
        "found the number 30; write a duration with its unit",
    ),
    "a date before": ("{headers: {X-A: {http_date: -30s}}}", 33, 'found "-30s"'),
    "half a millisecond": ("{headers: {X-A: {http_date: 0.5ms}}}", 33, "a duration of whole milliseconds"),
    "another form": ("{headers: {X-A: {http_dat: 30s}}}", 22, 'did you mean "http_date"?'),
    "no form": ("{headers: {X-A: {}}}", 21, 'add it, such as: http_date: "30s"'),
    "one that is counted": ("{headers: {Content-Length: 5}}", 32, "use the fault content-length"),
    "one that follows the client": ("{headers: {connection: close}}", 28, "use the fault close, or reset"),
    "one that follows the clock": ("{headers: {Date: null}}", 22, "for another one set clock"),
    "one that frames": ("{headers: {Transfer-Encoding: x}}", 35, "use the fault malformed-chunk"),
    "one that names the rule": ("{headers: {X-Simulator-Rule: x}}", 16, "settings.provenance takes it away"),
    "a name with a blank": ('{headers: {"X A": b}}', 23, 'no header can be called "X A"'),
    "no name": ('{headers: {"": b}}', 20, 'no header can be called ""'),
    "not ASCII": ('{headers: {X-A: "é"}}', 21, 'a header cannot hold "é"; remove it'),
    "two lines": ('{headers: {X-A: "a\\r\\nb"}}', 21, 'a header cannot hold "\\r"; remove it'),
    "a NUL": ('{headers: {X-A: "\\0"}}', 21, 'a header cannot hold "\\u0000"; remove it'),
    "one header twice": ("{headers: {X-A: 1, x-a: 2}}", 24, 'x-a and "X-A" are the same header; keep one'),
    "another name of the key": ("{header: {X-A: 1}}", 6, 'did you mean "headers"?'),
    "beside one_of": (
        "{headers: {X-A: 1}, one_of: [{faults: [reset]}]}",
        5,
        "put headers into each of one_of",
    ),
    "in one_of": ("{one_of: [{headers: {Date: 1}}]}", 32, "for another one set clock"),
    "a date in respond without its unit": (
        "{respond: {status: 503, headers: {X-A: {http_date: 30}}}}",
        56,
        "write a duration with its unit",
    ),
    "null in respond": (
        "{respond: {status: 503, headers: {X-A: null}}}",
        44,
        "write the value in quotes, or {http_date: 30s} for a date",
    ),
    "headers alone in respond": (
        "{respond: {headers: {X-A: 1}}}",
        15,
        "write headers directly into the rule",
    ),
    "nothing to do": ("{also: true}", 5, "give it one of faults: [latency], headers, one_of"),
    "no switch": ("{also: 1, headers: {X-A: 1}}", 12, "found the number 1; write true, or leave it out"),
    "a switch in quotes": (
        '{also: "true", headers: {X-A: 1}}',
        12,
        'found "true"; write true, or leave it out',
    ),
    "a near name": ("{allso: true, headers: {X-A: 1}}", 6, 'did you mean "also"?'),
    "inside an outcome": (
        "{also: true, one_of: [{also: true, headers: {X-A: 1}}]}",
        28,
        "it belongs directly into the rule",
    ),
    "another answer": (
        "{also: true, respond: {status: 503}}",
        27,
        f"replaces the answer, and {LEAVES}; {FIX}",
    ),
    "a patch": (
        "{also: true, patch: [{op: remove, path: /total}]}",
        25,
        f"edits the answer, and {LEAVES}; {FIX}",
    ),
    "rows": ("{also: true, rows: {repeat: 1}}", 24, f"edits the answer, and {LEAVES}; {FIX}"),
    "another sound": ("{also: true, recording: silent}", 29, f"replaces the sound, and {LEAVES}; {FIX}"),
    "the end of a token": ("{also: true, token: expire}", 25, f"ends a token, and {LEAVES}; {FIX}"),
    "another fault": ("{also: true, faults: [{latency: 1s}, reset]}", 42, f"found reset; {FIX}"),
    "a latency of the body": (
        "{also: true, faults: [{latency: {fixed: 1s, at: body}}]}",
        53,
        "delays the head: the body is that of another rule; write at: head",
    ),
    "another state": (
        "{also: true, state: {becomes: a}, headers: {X-A: 1}}",
        35,
        "moves the state on, which is",
    ),
    "an outcome that answers": (
        "{also: true, one_of: [{respond: {status: 503}}]}",
        37,
        f"replaces the answer, and {LEAVES}; {FIX}",
    ),
}


def found(rule: str) -> list[str]:
    with pytest.raises(ScenarioErrors) as raised:
        loader.loads(f"rules:\n  - {rule}\n".encode(), "f.yaml", "f")
    return list(map(str, raised.value.errors))


@pytest.mark.parametrize(("rule", "column", "words"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_meant_is_an_error_with_its_place_and_the_fix(
    rule: str, column: int, words: str
) -> None:
    told = found(rule)
    assert any(words in each and each.startswith(f"f.yaml:2:{column}: ") for each in told), told


RIGHT = [
    {"headers": {"X-A": {"http_date": "0s"}}},
    {"headers": {"X-A": {"http_date": "999999999h"}, "X-B": None, "X-C": 0, "X-D": ""}},
    {"respond": {"status": 204}, "headers": {"X-A": "b"}},
    {"one_of": [{"weight": 1}, {"headers": {"X-A": "b"}}]},
    {"also": False, "respond": {"status": 503}},
    {"also": True, "state": {"is": "start"}, "over": {"limit": 1, "window": "1s"}, "headers": {"X-A": "b"}},
    {"also": True, "one_of": [{}, {"faults": [{"latency": {"fixed": "1s", "at": "head"}}]}]},
]


@pytest.mark.parametrize("rule", RIGHT, ids=str)
def test_what_may_be_meant_has_neither_error_nor_warning(rule: dict[str, Any]) -> None:
    assert not loader.from_json({"rules": [rule]}, "f", "f").warnings


def warned(*rules: dict[str, Any]) -> list[str]:
    return [line.partition(": ")[2] for line in loader.from_json({"rules": [*rules]}, "f", "f").warnings]


SLOW = {"name": "slow", "faults": [{"latency": "1s"}]}
DOWN = {"name": "down", "respond": {"status": 503}}
ADVICE = "with also: true it leaves the request to others"


def test_a_rule_that_goes_along_takes_nothing_from_others_and_nothing_takes_from_it() -> None:
    assert not warned({**SLOW, "also": True}, DOWN)
    assert not warned(DOWN, {**SLOW, "also": True})


def test_a_rule_that_could_go_along_and_takes_everything_is_told_so() -> None:
    (line,) = warned(SLOW, DOWN)
    assert "can never fire: slow above takes every request before it" in line
    assert line.endswith(f"; {ADVICE}")
    (line,) = warned({"name": "told", "headers": {"X-A": "b"}}, DOWN)
    assert line.endswith(f", but where it changes nothing; {ADVICE}")
    (line,) = warned(DOWN, SLOW)
    assert ADVICE not in line
    (line,) = warned({**SLOW, "state": {"becomes": "a"}}, DOWN)
    assert ADVICE not in line


def test_a_header_beside_the_answer_of_the_service_itself_is_another_answer() -> None:
    expired = {"respond": {"error": "token-expired"}, "headers": {"X-A": "b"}}
    (line,) = warned(expired, {**DOWN, "match": {"response": {"errorCode": 900001}}})
    assert "already" not in line


UNSENT = [
    (
        {"headers": {"X-A": "b"}, "faults": ["reset"]},
        "rules[0].headers: are never sent: reset leaves no head",
    ),
    (
        {"one_of": [{}, {"headers": {"X-A": "b"}, "faults": [{"latency": "1s"}, "empty-response"]}]},
        "rules[0].one_of[1].headers: are never sent: latency, empty-response leaves no head",
    ),
    ({"headers": {"X-A": "b"}, "faults": [{"hang": {"at": "body"}}]}, ""),
]


@pytest.mark.parametrize(("rule", "words"), UNSENT, ids=lambda each: str(each)[:40])
def test_headers_that_are_never_sent_are_warned_of(rule: dict[str, Any], words: str) -> None:
    lines = list(loader.from_json({"rules": [rule]}, "f", "f").warnings)
    assert [words in line for line in lines] == ([True] if words else [])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=6), inner, max_size=2),
    max_leaves=5,
)
VALUES = JSON | st.dictionaries(
    st.sampled_from(["http_date", "date"]), JSON | st.sampled_from(["1s", "0.5ms"])
)
HEADERS = JSON | st.dictionaries(st.sampled_from(["X-A", "Date", "é", "x y"]) | st.text(max_size=3), VALUES)
ACTIONS = st.fixed_dictionaries(
    {},
    optional={
        "also": JSON | st.just(value=True),
        "headers": HEADERS,
        "respond": st.fixed_dictionaries({"status": st.just(503)}, optional={"headers": HEADERS}),
        "faults": JSON | st.lists(st.sampled_from(["reset", {"latency": "1s"}, {"latency": {"at": "body"}}])),
        "state": JSON | st.just({"becomes": "a"}),
        "one_of": JSON | st.lists(st.fixed_dictionaries({}, optional={"headers": HEADERS})),
    },
)


@settings(max_examples=examples(60))
@given(ACTIONS)
def test_any_headers_and_any_also_give_a_scenario_or_located_errors(rule: dict[str, Any]) -> None:
    try:
        loader.loads(json.dumps({"rules": [rule]}).encode(), "f.yaml", "f")
    except ScenarioErrors as raised:
        assert all(error.message and "class '" not in error.message for error in raised.errors)
