"""Rules that cannot apply: told at `check`, where they stand, with the fix."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.failure import faults, loading
from simulator.failure.located import ScenarioErrors
from simulator.resources import read_json, schemas

WRONG = {
    "unknown fault": (
        "{faults: [{latancy: 200ms}]}",
        "16",
        'unknown fault "latancy"; did you mean "latency"?',
    ),
    "unknown error": ("{respond: {error: token-expird}}", "23", 'did you mean "token-expired"?'),
    "a number for a string": ("{match: {request: {pageNum: 2}}, token: expire}", "33", 'quote it: "2"'),
    "unknown request field": (
        '{match: {request: {pagenum: "2"}}, token: expire}',
        "33",
        'did you mean "pageNum"?',
    ),
    "unknown per": ("{per: [usermobile], token: expire}", "12", 'did you mean "userMobile"?'),
    "no schema": (
        "{match: {response: {total: {type: nothing}}}, token: expire}",
        "32",
        "is not a JSON Schema",
    ),
    "nothing to do": ("{match: {}}", "5", "does nothing; give it one of respond"),
    "weights of 0": ("{one_of: [{weight: 0, faults: [reset]}]}", "14", "the weights add up to 0"),
    "one_of and respond": ("{one_of: [{}], respond: {status: 503}}", "5", "exclude each other"),
    "until before from": ("{window: {from: 5s, until: 2s}, token: expire}", "32", "closes before it opens"),
    "no round": ("{window: {from: 5s, repeat: 2s}, token: expire}", "33", "make it longer than from"),
    "no duration": ("{window: {until: soon}, token: expire}", "22", 'found "soon"'),
    "no length": ("{over: {limit: 1, window: 0s}, token: expire}", "31", "has no length"),
    "line feed in a header": (
        '{respond: {status: 503, headers: {X: "a\\nb"}}}',
        "42",
        "a header cannot hold",
    ),
    "error and code": ("{respond: {error: key-wrong, errorCode: 7}}", "15", "exclude each other"),
    "error and body": ("{respond: {error: key-wrong, body: x}}", "15", "has the vendor's body"),
    "success as an error": ("{respond: {errorCode: 0}}", "27", "0 means success"),
    "a misspelt keyword": (
        '{match: {request: {userMobile: {patern: "^1"}}}, token: expire}',
        "45",
        '"pattern"?',
    ),
    "a keyword inside": (
        "{match: {response: {total: {not: {minimun: 1}}}}, token: expire}",
        "48",
        '"minimum"?',
    ),
    "respond and patch": (
        "{respond: {status: 503}, patch: [{op: remove, path: /total}]}",
        "37",
        "respond replaces",
    ),
    "respond and rows": ("{one_of: [{respond: {status: 503}, rows: {total: 1}}]}", "46", "respond replaces"),
    "rows of gettoken": ("{match: {endpoint: gettoken}, rows: {total: 1}}", "41", "no records"),
    "no pointer": ("{patch: [{op: remove, path: total}]}", "33", 'begin it with a slash: "/total"'),
    "no value": ("{patch: [{op: replace, path: /total}]}", "14", "replace needs value"),
    "a fault on nothing": ("{respond: {status: 503}, faults: [bom]}", "39", "has nothing to spoil"),
    "no faults": ("{faults: []}", "14", "name at least one fault"),
    "a fault's setting": ("{faults: [{cut: {bytes: -1}}]}", "29", "-1"),
}


def complaints(rules: str) -> list[str]:
    with pytest.raises(ScenarioErrors) as caught:
        loading.loads(f"rules:\n  - {rules}\n".encode(), "acme.yaml", "acme")
    return [str(error) for error in caught.value.errors]


@pytest.mark.parametrize(("rule", "column", "words"), WRONG.values(), ids=WRONG.keys())
def test_a_rule_that_cannot_apply_is_told(rule: str, column: str, words: str) -> None:
    told = complaints(rule)
    assert any(line.startswith(f"acme.yaml:2:{column}: rules[0]") and words in line for line in told), told


def test_a_name_is_taken_once() -> None:
    assert "taken in line 2" in complaints("{name: a, token: expire}\n  - {name: a, token: revoke}")[0]


def test_a_rule_behind_one_that_takes_everything_is_warned_of() -> None:
    source = b"rules:\n  - {name: all, respond: {status: 503}}\n  - {name: never, faults: [reset]}\n"
    (warning,) = loading.loads(source, "acme.yaml", "acme").warnings
    assert warning == "acme.yaml:3:5: rules[1]: can never fire: all in line 2 takes every request before it"


def test_the_schema_that_editors_use_knows_the_faults_that_there_are() -> None:
    assert read_json("scenario.schema.json")["$defs"]["fault"] == faults.schema()


KEYS = [
    "name", "match", "after", "times", "every", "probability", "window", "over", "state", "per",
    "respond", "patch", "rows", "token", "faults", "one_of", "nonsense",
]  # fmt: skip
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from(
        ["", "1s", "soon", "reset", "expire", "gettoken", "userMobile", "/recordList/*", "start", "a\nb"]
    )
)
anything: Any = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                [*KEYS, "request", "status", "from", "limit", "op", "path", "latency", "weight", "is"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@given(st.lists(st.dictionaries(st.sampled_from(KEYS), anything, max_size=4), min_size=1, max_size=3))
def test_any_rules_give_a_scenario_or_located_errors(rules: list[dict[str, Any]]) -> None:
    source = json.dumps({"rules": rules}).encode()
    try:
        scenario = loading.loads(source, "acme.yaml", "acme")
    except ScenarioErrors as errors:
        assert errors.errors
    else:
        assert len(scenario.rules) == len(rules)


if __name__ == "__main__":  # puts the faults' own settings into the schema that editors use
    path = schemas() / "scenario.schema.json"
    document = read_json(path.name)
    document["$defs"]["fault"] = faults.schema()
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
