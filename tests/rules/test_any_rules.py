"""Any rules of a file are refused with their places, or can be played without a defect."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from oifde_simulator import faults
from oifde_simulator.cli.explain import request_file
from oifde_simulator.engine import explain as explanation
from oifde_simulator.resources import read_json
from oifde_simulator.scenario import loader
from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.scenario.lint.conditions import match as match_lint
from oifde_simulator.tenants import Tenants

RULE = read_json("scenario.schema.json")["$defs"]["rule"]["properties"]
NAMES = [*match_lint.fields("request", None), *match_lint.fields("response", None), "recordList", "é"]
SMALL = st.integers(-2, 7)
TEXT = st.sampled_from(
    ["", "0", "2", "1s", "0s", "7", "a\nb", "é", "Connection", "text/html", "start", "x y"]
)
VALUES = st.one_of(st.none(), st.booleans(), SMALL, TEXT, st.floats(-1, 3), st.lists(SMALL, max_size=2))
SCHEMAS = st.dictionaries(
    st.sampled_from(["enum", "const", "type", "minimum", "pattern", "not", "anyOf", "$ref", "required"]),
    st.one_of(VALUES, st.sampled_from(["string", "integer", "^1", ["2", 2], {"const": "1"}])),
    max_size=2,
)
POINTERS = st.sampled_from(
    ["", "/", "/total", "/recordList", "/recordList/*", "/recordList/0/callId", "/recordList/*/callId",
     "/recordList/*/recordDetials/*/x", "/recordList/-", "/*", "/recordList/-1/*", "a", "/recordList/*/*"]
)  # fmt: skip
OPERATION_NAMES = RULE["patch"]["items"]["properties"]["op"]["enum"]
OPERATIONS = st.fixed_dictionaries(
    {
        "op": st.sampled_from([*OPERATION_NAMES]),
        "path": POINTERS,
    },
    optional={
        "from": POINTERS, "value": VALUES, "bytes": SMALL,
        "share": st.sampled_from([0, 0.5, 1, 2]), "count": SMALL, "factor": st.floats(-2, 2),
    },
)  # fmt: skip


Strategy = st.SearchStrategy[Any]
MATCH = RULE["match"]["properties"]
WHEN = ("after", "times", "every", "probability", "window", "over", "state", "per")
FAULT_SCHEMAS = {name: fault.fault_schema for name, fault in faults.builtin_faults().items()}
FAULTS = st.sampled_from(
    [*FAULT_SCHEMAS]
    + [{name: example} for name, schema in FAULT_SCHEMAS.items() for example in schema["examples"]]
)


def some(choices: dict[str, Strategy]) -> Strategy:
    return st.fixed_dictionaries({}, optional=choices)


def examples(properties: dict[str, Any]) -> dict[str, Strategy]:
    return {name: st.sampled_from(about["examples"]) for name, about in properties.items()}


def spoiled(choices: dict[str, Strategy]) -> dict[str, Strategy]:
    return {name: choice | VALUES for name, choice in choices.items()}


def rules(tainted: Callable[[dict[str, Strategy]], dict[str, Strategy]], match: Strategy) -> Strategy:
    """Draw rules from the schema's examples, mixed with other values by `tainted`."""
    deeds = {
        "respond": some(tainted(examples(RULE["respond"]["properties"])))
        | st.sampled_from(RULE["respond"]["examples"]),
        "rows": some(tainted(examples(RULE["rows"]["properties"]))),
        "recording": st.sampled_from(RULE["recording"]["enum"]),
        "patch": st.lists(OPERATIONS, min_size=1, max_size=3),
        "token": st.sampled_from(["expire", "revoke"]),
        "faults": st.lists(FAULTS, min_size=1, max_size=2),
    }
    outcomes = st.lists(some({"weight": SMALL} | deeds), min_size=1, max_size=2)
    when = tainted(examples({name: RULE[name] for name in WHEN}))
    deed = st.one_of([choice.map(lambda done, name=name: {name: done}) for name, choice in deeds.items()])
    deed = deed | outcomes.map(lambda drawn: {"one_of": drawn})
    return st.builds(
        lambda *parts: {key: value for part in parts for key, value in part.items()},
        some(when), some({"match": match}), deed,
    )  # fmt: skip


CONDITIONS = st.dictionaries(st.sampled_from([*NAMES, "status", "X-Run"]), VALUES | SCHEMAS, max_size=2)
GOOD = rules(
    lambda choices: choices,
    some({part: some(examples(MATCH[part]["properties"])) for part in ("request", "response")}),
)
TAINTED = rules(
    spoiled, some(dict.fromkeys(match_lint.PARTS, CONDITIONS) | {"endpoint": st.just("gettoken")})
)
ASKED: tuple[dict[str, Any], ...] = ({"userMobile": "18000000001"}, {"pageNum": 7}, {"appKey": "acme"})


@given(st.lists(GOOD | TAINTED, min_size=1, max_size=2))
def test_any_rules_are_refused_with_their_places_or_can_be_played(rules: list[dict[str, Any]]) -> None:
    document = {"sessions": {"users": {"18000000001": 3}}, "rules": rules, "clock": "2026-01-01T00:00:00Z"}
    source = json.dumps(document).encode()
    try:
        scenario = loader.loads(source, "acme.yaml", "acme")
    except ScenarioErrors as errors:
        assert all(error.line == 1 and error.path[0] == "rules" for error in errors.errors)
        return
    world = Tenants({"acme": scenario}, seed="0", error_status=200)
    for body in ASKED:
        request = request_file.parse(body, world, "acme").request()
        for turn in explanation.explain(world, request, 2):
            assert not [note for note in turn.exchange.notes if "defect" in note]
