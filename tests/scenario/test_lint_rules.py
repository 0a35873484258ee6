"""Rules that cannot apply get an error or a warning, with their place and the fix."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oifde_simulator import faults
from oifde_simulator.model import vendor_errors
from oifde_simulator.model.problem_kinds import answered_codes
from oifde_simulator.model.turn import MOST_LASTING
from oifde_simulator.model.view import ABSENT
from oifde_simulator.resources import read_json
from oifde_simulator.rules.conditions.matching import Condition
from oifde_simulator.scenario import loader
from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.scenario.lint.warnings.shadowing import Scope

WRONG = {
    "a duration without its unit": (
        "{faults: [{latency: 300}]}",
        "25",
        "latency: found the number 300; write a duration with its unit, such as 200ms",
    ),
    "unknown fault": (
        "{faults: [{latancy: 200ms}]}",
        "16",
        'unknown fault "latancy"; did you mean "latency"?',
    ),
    "unknown error": ("{respond: {error: token-expird}}", "23", 'did you mean "token-expired"?'),
    "a number for a string": ("{match: {request: {pageNum: 2}}, token: expire}", "33", 'quote it: "2"'),
    "unknown request field": (
        '{match: {request: {pagenum: "2"}}, token: expire}',
        "24",
        'did you mean "pageNum"?',
    ),
    "a number in enum": (
        "{match: {request: {pageNum: {enum: [2, 3]}}}, token: expire}",
        "40",
        'quote it: "2"',
    ),
    "a number in const": ("{match: {request: {pageNum: {const: 2}}}, token: expire}", "41", 'quote it: "2"'),
    "a bound on text": (
        "{match: {request: {pageNum: {minimum: 2}}}, token: expire}",
        "43",
        "minimum is not about a string, which the field is; write enum or pattern",
    ),
    "a list for one of several": (
        '{match: {request: {pageNum: ["2", "3"]}}, token: expire}',
        "33",
        'write {enum: ["2", "3"]}',
    ),
    "a number for a header": ("{match: {headers: {X-Run: 7}}, token: expire}", "31", 'quote it: "7"'),
    "a number in a header's enum": (
        "{match: {headers: {X-Run: {enum: [7]}}}, token: expire}",
        "38",
        'quote it: "7"',
    ),
    "a header that is null": ("{match: {headers: {X-Run: null}}, token: expire}", "31", "write false"),
    "no name of a header": ('{match: {headers: {"X-Run:": "7"}}, token: expire}', "24", '"X-Run:"'),
    "unknown response field": (
        "{match: {response: {errorcode: 0}}, token: expire}",
        "25",
        'no field of this answer is called "errorcode"; did you mean "errorCode"?',
    ),
    "a field of the other answer": (
        "{match: {endpoint: gettoken, response: {total: 0}}, token: expire}",
        "45",
        "known here: errorCode, errorMsg, authToken, expireTime, status",
    ),
    "records": ("{match: {response: {recordList: true}}, token: expire}", "25", "match total"),
    "text for a number": (
        '{match: {response: {errorCode: "0"}}, token: expire}',
        "36",
        'the field is a whole number, found "0"; take the quotes away: 0',
    ),
    "a fraction of a status": ("{match: {response: {status: 200.5}}, token: expire}", "33", "whole number"),
    "a pattern of a number": (
        '{match: {response: {status: {pattern: "^5"}}}, token: expire}',
        "43",
        "pattern is not about a whole number",
    ),
    "another type": (
        "{match: {response: {status: {type: string}}}, token: expire}",
        "40",
        'the field is a whole number, never "string"',
    ),
    "unknown per": ("{per: [usermobile], token: expire}", "12", 'did you mean "userMobile"?'),
    "no schema": (
        "{match: {response: {total: {type: nothing}}}, token: expire}",
        "39",
        'no JSON Schema type "nothing"',
    ),
    "nothing to do": ("{match: {}}", "5", "does nothing; give it one of respond"),
    "weights of 0": ("{one_of: [{weight: 0, faults: [reset]}]}", "14", "the weights add up to 0"),
    "one_of and respond": ("{one_of: [{}], respond: {status: 503}}", "5", "exclude each other"),
    "then alone": ("{state: {is: down, then: up}, token: expire}", "13", "then needs for beside it"),
    "a time of no state": (
        "{state: {becomes: down, for: 20s}, token: expire}",
        "13",
        "for needs is beside it, the state that lasts so long; add is: down",
    ),
    "a state of no length": ("{state: {is: down, for: 0s}, token: expire}", "29", "has no length"),
    "a time that is too fine": (
        "{state: {is: down, for: 0.5ms}, token: expire}",
        "29",
        "whole milliseconds",
    ),
    "a time without its unit": ("{state: {is: down, for: 20}, token: expire}", "29", "such as 800ms"),
    "a state that is its own successor": (
        "{state: {is: down, for: 20s, then: down}, token: expire}",
        "40",
        'leads from "down" to itself, so that it never ends; name another state',
    ),
    "the first state for a while": (
        "{state: {is: start, for: 20s}, token: expire}",
        "30",
        "ends in start where no then is beside it, and is start itself; add then: down",
    ),
    "a misspelt then": ("{state: {is: down, for: 20s, than: up}}", "34", 'did you mean "then"?'),
    "two successors": ("{state: {is: down, for: 20s, then: [up]}}", "40", "expected a string, found a list"),
    "a text for a state": ("{state: down, token: expire}", "13", 'found "down"'),
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
    "a message of nothing": ("{respond: {errorMsg: x}}", "15", "add one of them"),
    "headers of nothing": ("{respond: {headers: {X: a}}}", "15", "headers alone are no answer"),
    "a body of 204": ("{respond: {status: 204, body: x}}", "35", "status 204 has no body; remove body"),
    "a body of 205": ("{respond: {status: 205, json: 1}}", "35", "has no body"),
    "a vendor error of 304": ("{respond: {status: 304, error: key-wrong}}", "36", "remove error"),
    "an interim answer": (
        "{respond: {status: 102}}",
        "24",
        "1xx before the answer is the fault informational",
    ),
    "no name of an answer's header": ('{respond: {status: 503, headers: {"a b": c}}}', "46", '"a b"'),
    "an empty name": ('{respond: {status: 503, headers: {"": c}}}', "43", "no header can be called"),
    "a control character": (
        '{respond: {status: 503, headers: {X: "\\x01"}}}',
        "42",
        "a header cannot hold",
    ),
    "Content-Length": (
        "{respond: {status: 503, headers: {content-length: 3}}}",
        "55",
        "use the fault content-length or no-content-length",
    ),
    "Transfer-Encoding": (
        "{respond: {status: 503, headers: {Transfer-Encoding: chunked}}}",
        "58",
        "use the fault malformed-chunk",
    ),
    "Connection": ("{respond: {status: 503, headers: {Connection: close}}}", "51", "use the fault close"),
    "Date": ("{respond: {status: 503, headers: {Date: today}}}", "45", "set clock"),
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
    "from many to one": (
        "{patch: [{op: move, from: /recordList/*/callId, path: /total}]}",
        "31",
        "a * in from needs one in path",
    ),
    "no faults": ("{faults: []}", "14", "name at least one fault"),
    "a fault's setting": ("{faults: [{cut: {bytes: -1}}]}", "29", "-1"),
}


def complaints(rules: str) -> list[str]:
    with pytest.raises(ScenarioErrors) as caught:
        loader.loads(f"rules:\n  - {rules}\n".encode(), "acme.yaml", "acme")
    return [str(error) for error in caught.value.errors]


@pytest.mark.parametrize(("rule", "column", "words"), WRONG.values(), ids=WRONG.keys())
def test_a_rule_that_cannot_apply_is_told(rule: str, column: str, words: str) -> None:
    told = complaints(rule)
    assert any(line.startswith(f"acme.yaml:2:{column}: rules[0]") and words in line for line in told), told


TOLD = {
    "a fault that needs a value": (
        "{faults: [latency]}",
        "rules[0].faults[0]: latency needs a value, such as {latency: 200ms}",
    ),
    "a fault with an empty value": (
        "{faults: [{bandwidth: }]}",
        "rules[0].faults[0].bandwidth: needs a value, such as 1000; "
        "write bytes, such as 40 or 10KiB, from 1 to 1073741824",
    ),
    "a fault's name that is nearly right": (
        "{faults: [latancy]}",
        'rules[0].faults[0]: unknown fault "latancy"; did you mean "latency"?',
    ),
    "one of many that is nearly right": (
        "{respond: {error: token-exp}}",
        'rules[0].respond.error: "token-exp" is none of the 35 that are known here; '
        'did you mean "token-expired"?',
    ),
    "text for a switch": (
        '{rows: {shuffle: "on"}}',
        'rules[0].rows.shuffle: expected true, found "on"; write true, or remove it',
    ),
    "never": (
        "{times: 0, token: expire}",
        "rules[0].times: expected at least 1, found the number 0; "
        "write 1 or more; a rule that shall never fire can be left out",
    ),
}


@pytest.mark.parametrize(("rule", "message"), TOLD.values(), ids=TOLD.keys())
def test_a_message_is_short_and_ends_with_the_fix(rule: str, message: str) -> None:
    assert [line.split(": ", 1)[1] for line in complaints(rule)] == [message]


def test_a_fault_that_is_like_none_gets_all_their_names() -> None:
    (bare,), (mapped,) = complaints("{faults: [xyzzy]}"), complaints("{faults: [{xyzzy: 1}]}")
    for told in (bare, mapped):
        assert 'unknown fault "xyzzy"; known here: ' in told
        assert set(told.rpartition(": ")[2].split(", ")) == set(faults.known_faults())


def test_a_name_is_taken_once() -> None:
    assert "taken in line 2" in complaints("{name: a, token: expire}\n  - {name: a, token: revoke}")[0]


FINE = {
    "a client that sends a number": "{match: {request: {pageNum: {type: integer}}}, token: expire}",
    "a client that sends null": "{match: {request: {pageNum: null}}, token: expire}",
    "null or nothing": "{match: {request: {pageNum: {enum: [null, '']}}}, token: expire}",
    "a bound on numbers": "{match: {response: {total: {minimum: 1, type: integer}}}, token: expire}",
    "a type that a number has": "{match: {response: {total: {type: [number, 'null']}}}, token: expire}",
    "a status without a body": "{respond: {status: 304, headers: {ETag: '\"a\"'}}}",
    "tabs in a header": '{respond: {status: 503, headers: {X: "a\\tb"}}}',
    "an empty header": '{respond: {status: 503, headers: {X: ""}}}',
}


@pytest.mark.parametrize("rule", FINE.values(), ids=FINE.keys())
def test_a_rule_that_is_odd_and_can_apply_is_good(rule: str) -> None:
    assert not warned(rule)


def test_one_run_tells_all_that_is_wrong_whatever_else_is() -> None:
    told = complaints(
        "{match: {request: {pageNum: 2}}, token: expire}\n  - {tokens: expire, respond: {errorMsg: x}}\n"
        "  - {name: a, respond: {error: x}}\n  - {per: [userMobil], token: expire}\n  - 7"
    )
    assert [line.split(": ")[0] for line in told] == [
        "acme.yaml:2:33", "acme.yaml:3:6", "acme.yaml:3:31", "acme.yaml:4:32", "acme.yaml:5:12",
        "acme.yaml:6:5",
    ]  # fmt: skip


# What can never fire


def warned(*rules: str) -> list[str]:
    source = "rules:\n" + "".join(f"  - {rule}\n" for rule in rules)
    return list(loader.loads(source.encode(), "acme.yaml", "acme").warnings)


def test_a_rule_behind_one_that_takes_everything_is_warned_of() -> None:
    (warning,) = warned("{name: all, respond: {status: 503}}", "{name: never, faults: [reset]}")
    assert warning == "acme.yaml:3:5: rules[1]: can never fire: all in line 2 takes every request before it"


ALL = "name: all, token: expire"
PAGE = 'match: {request: {pageNum: "2"}}'
COVERED = {
    "the same": (f"{{{ALL}, {PAGE}}}", PAGE),
    "more narrow": (f"{{{ALL}, {PAGE}}}", 'match: {endpoint: queryRecordHistory, request: {pageNum: "2"}}'),
    "its endpoint": (f"{{{ALL}, match: {{endpoint: gettoken}}}}", "match: {endpoint: gettoken}, times: 2"),
    "present": (f"{{{ALL}, match: {{request: {{pageNum: true}}}}}}", PAGE),
    "absent": (f"{{{ALL}, match: {{request: {{callId: false}}}}}}", "match: {request: {callId: false}}"),
    "one of several": (f"{{{ALL}, match: {{request: {{pageNum: {{enum: ['2', '3']}}}}}}}}", PAGE),
    "several of more": (
        f"{{{ALL}, match: {{request: {{pageNum: {{enum: ['2', '3', '4']}}}}}}}}",
        "match: {request: {pageNum: {enum: ['2', '3']}}}",
    ),
    "a constant in bounds": (
        f"{{{ALL}, match: {{response: {{total: {{minimum: 1}}}}}}}}",
        "match: {response: {total: {const: 7}}}",
    ),
    "headers in any case": (
        f"{{{ALL}, match: {{headers: {{X-RUN: a}}}}}}",
        "match: {headers: {x-run: a}}",
    ),
    "counted, but not limited": (f"{{{ALL}, per: [userMobile], after: 0, every: 1, probability: 1}}", PAGE),
    "becoming": (f"{{{ALL}, state: {{becomes: down}}}}", PAGE),
    "a window that never closes": (f"{{{ALL}, window: {{until: 9s, repeat: 9s}}}}", PAGE),
    "the same window": (f"{{{ALL}, window: {{from: 5s}}}}", f"window: {{from: 5s}}, {PAGE}"),
    "the same time of day": (
        f'{{{ALL}, window: {{at: "00:00", for: 90s}}}}',
        f'window: {{at: "00:00", for: 90s}}, {PAGE}',
    ),
    "a rate of nothing": (f"{{{ALL}, over: {{limit: 0, window: 1s}}}}", PAGE),
    "in its state": (f"{{{ALL}, state: {{is: start}}}}", f"state: {{is: start, becomes: x}}, {PAGE}"),
}
OPEN = {
    "another value": (f"{{{ALL}, {PAGE}}}", 'match: {request: {pageNum: "3"}}'),
    "less narrow": (f"{{{ALL}, {PAGE}}}", "match: {endpoint: queryRecordHistory}"),
    "some of several": (f"{{{ALL}, {PAGE}}}", "match: {request: {pageNum: {enum: ['2', '3']}}}"),
    "hard to say": (
        f"{{{ALL}, match: {{request: {{userMobile: {{pattern: ^180}}}}}}}}",
        "match: {request: {userMobile: {pattern: ^1800}}}",
    ),
    "absent and present": (
        f"{{{ALL}, match: {{request: {{callId: true}}}}}}",
        "match: {request: {callId: false}}",
    ),
    "after": (f"{{{ALL}, after: 1}}", PAGE),
    "times": (f"{{{ALL}, times: 1}}", PAGE),
    "every": (f"{{{ALL}, every: 2}}", PAGE),
    "probability": (f"{{{ALL}, probability: 0.5}}", PAGE),
    "window": (f"{{{ALL}, window: {{until: 8s, repeat: 9s}}}}", PAGE),
    "another time of day": (
        f'{{{ALL}, window: {{at: "00:00", for: 90s}}}}',
        f'window: {{at: "00:00", for: 91s}}, {PAGE}',
    ),
    "a window at a time of day": (f'{{{ALL}, window: {{at: "00:00", for: 23h}}}}', PAGE),
    "a window of some days": (f'{{{ALL}, window: {{at: "00:00", for: 24h, days: [mon-sat]}}}}', PAGE),
    "a window that opens late": (f"{{{ALL}, window: {{from: 8s}}}}", PAGE),
    "over": (f"{{{ALL}, over: {{limit: 1, window: 1s}}}}", PAGE),
    "state": (f"{{{ALL}, state: {{is: start, becomes: x}}}}", PAGE),
    "the state of others": (
        f"{{{ALL}, state: {{is: start}}, per: [userMobile]}}",
        f"state: {{is: start}}, {PAGE}",
    ),
}


@pytest.mark.parametrize(("early", "late"), COVERED.values(), ids=COVERED.keys())
def test_a_rule_whose_requests_another_takes_before_it_is_warned_of(early: str, late: str) -> None:
    (warning,) = warned(early, f"{{{late}, faults: [reset]}}")
    assert warning.startswith("acme.yaml:3:5: rules[1]: can never fire: all in line 2 takes ")


@pytest.mark.parametrize(("early", "late"), OPEN.values(), ids=OPEN.keys())
def test_a_rule_that_another_leaves_something_is_not(early: str, late: str) -> None:
    assert not warned(early, f"{{{late}, faults: [reset]}}")


VALUES = st.none() | st.booleans() | st.integers(-1, 2) | st.sampled_from(["", "1", "2"])
CONDITIONS = VALUES | st.sampled_from(
    [
        {"enum": ["1", "2"]},
        {"enum": ["1", 1, None]},
        {"enum": ["1", "2"], "pattern": "2"},
        {"const": "2"},
        {"minimum": 1},
        {"pattern": "^1"},
        {"not": {"const": 1}},
        {},
    ]
)


@given(CONDITIONS, CONDITIONS, VALUES | st.just(ABSENT))
def test_what_takes_all_takes_each(narrow: Any, wide: Any, value: Any) -> None:
    early, late = (Scope.of({"match": {"request": {"callId": each}}}) for each in (wide, narrow))
    if early.covers(late):
        assert not Condition(narrow).accepts(value) or Condition(wide).accepts(value)


IDLE = {
    "no chance": ("{probability: 0, token: expire}", "19", "its probability is 0"),
    "no weight": ("{one_of: [{weight: 0, faults: [reset]}, {}]}", "24", "its weight is 0"),
    "a window longer than its round": (
        "{window: {from: 1s, until: 9s, repeat: 5s}, token: expire}",
        "32",
        "is never reached: a round ends after 5s",
    ),
    "a day that is named twice": (
        '{window: {at: "00:00", for: 1s, days: [mon-fri, wed]}, token: expire}',
        "43",
        "names wed more than once",
    ),
    "each day for a day": (
        '{window: {at: "09:00", for: 24h, days: [fri-thu]}, token: expire}',
        "14",
        "is always open: each day for a whole day says nothing",
    ),
    "a round of nothing": ("{window: {repeat: 5s}, token: expire}", "14", "repeat alone says nothing"),
    "a state that nothing leads to": (
        "{state: {is: down, becomes: down}, token: expire}",
        "18",
        'no rule leads to the state "down"',
    ),
    "an errorCode that nobody gets": (
        "{match: {response: {errorCode: 900003}}, token: expire}",
        "36",
        "no honest answer has the errorCode 900003; they have 0, 900001, 900002, 10000001, ",
    ),
    "errorCodes that nobody gets": (
        "{match: {response: {errorCode: {enum: [1, 10000003]}}}, token: expire}",
        "36",
        "no honest answer has the errorCode",
    ),
}
MEANT = {
    "a code": "{match: {response: {errorCode: 900001}}, token: expire}",
    "success": "{match: {response: {errorCode: 0}}, token: expire}",
    "any failure": "{match: {response: {errorCode: {not: {const: 0}}}}, token: expire}",
    "presence": "{match: {response: {errorCode: true}}, token: expire}",
}


@pytest.mark.parametrize(("rule", "column", "words"), IDLE.values(), ids=IDLE.keys())
def test_what_will_never_happen_is_warned_of(rule: str, column: str, words: str) -> None:
    (warning,) = warned(rule)
    assert warning.startswith(f"acme.yaml:2:{column}: rules[0]")
    assert words in warning


@pytest.mark.parametrize("rule", MEANT.values(), ids=MEANT.keys())
def test_an_error_code_that_some_answer_has_is_not_warned_of(rule: str) -> None:
    assert not warned(rule)


def test_every_code_that_the_service_answers_with_is_known_to_the_warning() -> None:
    used = {
        name
        for name in vars(vendor_errors)
        if isinstance(getattr(vendor_errors, name), vendor_errors.VendorError)
    }
    assert {getattr(vendor_errors, name).code for name in used} == answered_codes({})


@pytest.mark.parametrize(("written", "near"), [("downn", "down"), ("Start", "start")])
def test_a_state_that_nothing_leads_to_has_the_nearest_one_named(written: str, near: str) -> None:
    into = "{match: {request: {pageNum: '2'}}, state: {becomes: down}, token: expire}"
    (warning,) = warned(into, f"{{state: {{is: {written}}}, token: expire}}")
    assert warning.endswith(f'no rule leads to the state "{written}"; did you mean "{near}"?')


def test_a_window_of_each_whole_day_takes_everything_in_a_zone_without_other_days() -> None:
    whole = '{name: whole, window: {at: "09:00", for: 24h}, token: expire}'
    found = warned(whole, "{token: revoke}")
    assert len(found) == 2
    assert "can never fire: whole in line" in found[0]
    assert "is always open" in found[1]


TWICE = (
    "{name: twice, state: {is: down, for: 30s, then: up}, match: {request: {pageNum: '2'}}, token: expire}"
)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("is: down, for: 20s, then: up", '20s and then is "up"'),
        ("is: down, for: 30s", '30s and then is "start"'),
    ],
)
def test_two_rules_that_give_one_state_different_times_are_named(state: str, words: str) -> None:
    with pytest.raises(ScenarioErrors) as errors:
        warned(f"{{name: first, state: {{{state}}}, token: expire}}", TWICE)
    (error,) = errors.value.errors
    assert str(error) == (
        'acme.yaml:3:42: rules[1].state.for: the state "down" lasts 30s and then is "up" here, and '
        f"{words} by first in line 2; write the same in both, or in one only"
    )


def test_so_many_states_may_last_for_a_while() -> None:
    chain = [f"{{state: {{is: s{n}, for: 1s, then: s{n + 1}}}}}" for n in range(MOST_LASTING + 2)]
    into = "{state: {becomes: s0}, token: expire}"
    warned(into, *chain[:MOST_LASTING])
    with pytest.raises(ScenarioErrors) as errors:
        warned(into, *chain)
    assert [error.line for error in errors.value.errors] == [MOST_LASTING + 3, MOST_LASTING + 4]
    assert "at most 100 states may last for a while, and this is one more" in str(errors.value)


def test_rules_may_say_the_same_of_a_state_or_nothing() -> None:
    into = "{name: into, state: {is: start, becomes: down}, match: {request: {pageNum: '1'}}, token: expire}"
    silent = "{state: {is: down}, match: {request: {pageNum: '3'}}, token: expire}"
    same = "{state: {is: down, for: 0.5m, then: up}, match: {request: {pageNum: '4'}}, token: expire}"
    assert not warned(into, TWICE, silent, same)


INTO = "{name: into, state: {is: start, becomes: down}, match: {request: {pageNum: '1'}}, token: expire}"
LASTING = "{state: {is: down, for: 20s, then: slow}}"
# rules, words of the warning
WAYS_IN: dict[str, tuple[tuple[str, ...], str]] = {
    "after a while": ((INTO, LASTING, "{state: {is: slow}, token: expire}"), ""),
    "after two": (
        (INTO, LASTING, "{state: {is: slow, for: 5m, then: up}}", "{state: {is: up}, token: expire}"), ""
    ),
    "from the first": (
        ("{state: {is: start, for: 5s, then: slow}}", "{state: {is: slow}, token: expire}"), ""
    ),
    "for values of the same fields": (
        (
            INTO.replace("name:", "per: [userMobile], name:"),
            LASTING,
            "{per: [userMobile], state: {is: slow}, token: expire}",
        ),
        "",
    ),
    "for values of other fields": (
        (INTO.replace("name:", "per: [userMobile], name:"), LASTING, "{state: {is: slow}, token: expire}"),
        'rule-2 leads to the state "slow" under another per; write the same',
    ),
    "from a state that nothing leads to": (
        (LASTING, "{name: never, state: {is: slow}, token: expire}"), "can never fire: no rule leads to"
    ),
    "into a state that nobody is about": ((INTO, "{state: {is: down, for: 20s, then: anything}}"), ""),
    "into the state that it is": (
        (INTO, "{state: {is: down, for: 20s, becomes: down}, token: expire}"),
        "state.becomes: changes nothing: it is the state already, whose time goes on",
    ),
    "with keys that say nothing": (
        (INTO, "{state: {is: down, for: 20s}, after: 3}"),
        "after: says nothing: the rule only says how long its state lasts",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("rules", "words"), WAYS_IN.values(), ids=WAYS_IN)
def test_a_state_that_follows_in_time_is_led_to(rules: tuple[str, ...], words: str) -> None:
    found = warned(*rules)
    assert any(words in each for each in found) if words else not found


def test_a_state_is_led_to_under_the_same_per() -> None:
    into = "{name: into, state: {becomes: down}, times: 1, token: expire}"
    assert not warned(into, "{state: {is: down}, token: expire}")
    (warning,) = warned(into, "{state: {is: down}, per: [userMobile], token: expire}")
    assert 'into leads to the state "down" under another per' in warning


def test_the_schema_that_editors_use_knows_the_faults_that_there_are() -> None:
    assert read_json("scenario.schema.json")["$defs"]["fault"] == faults.item_schema(plugins=False)


KEYS = [
    "name", "match", "after", "times", "every", "probability", "window", "over", "state", "per",
    "respond", "patch", "rows", "token", "faults", "one_of", "nonsense",
]  # fmt: skip
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from(
        [
            "",
            "1s",
            "soon",
            "12:30",
            "mon-fri",
            "reset",
            "expire",
            "gettoken",
            "userMobile",
            "/recordList/*",
            "start",
            "a\nb",
        ]
    )
)
anything: Any = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                [
                    *KEYS,
                    "request",
                    "status",
                    "from",
                    "limit",
                    "op",
                    "path",
                    "latency",
                    "weight",
                    "is",
                    "at",
                    "for",
                    "days",
                    "then",
                ]
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
        scenario = loader.loads(source, "acme.yaml", "acme")
    except ScenarioErrors as vendor_errors:
        assert vendor_errors.errors
    else:
        assert len(scenario.rules) == len(rules)
