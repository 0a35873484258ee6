"""Pointers of a patch that no answer has are mistakes, told with their place and the nearest real name."""

from __future__ import annotations

import pytest

from oifde_simulator.scenario import loader
from oifde_simulator.scenario.errors import ScenarioErrors


def told(rule: str) -> str:
    """Check a scenario of one rule, and return its mistakes, one a line."""
    with pytest.raises(ScenarioErrors) as caught:
        loader.loads(f"rules:\n  - {rule}\n".encode(), "f.yaml", "f")
    return str(caught.value)


def patching(op: str, path: str, more: str = "") -> str:
    return f'{{op: {op}, path: "{path}"{more}}}'


WRONG: dict[str, tuple[str, str]] = {
    "misspelt": (
        "/recordList/*/recordDetails",
        '/recordList/* has no "recordDetails"; did you mean "recordDetials"?',
    ),
    "another case": (
        "/recordlist",
        'the answer of queryRecordHistory has no "recordlist"; did you mean "recordList"?',
    ),
    "a turn's field": ("/recordList/0/recordDetials/*/userSayin", 'did you mean "userSaying"?'),
    "an answer's field": ("/recordList/*/qaRecords/3/questionTitel", 'did you mean "questionTitle"?'),
    "misplaced": ("/callId", "did you mean /recordList/*/callId?"),
    "unknown": (
        "/nowhere",
        'no answer that the rule is about has "nowhere"; known here: errorCode, errorMsg, total, recordList, '
        "authToken, expireTime, jvm",
    ),
    "the table's spelling": ("/jvm/deadload", '/jvm has no "deadload"; did you mean "deadlock"?'),
    "a negative index": (
        "/recordList/-1/callId",
        "an index is never negative: 0 is the first element of /recordList, * is each",
    ),
    "a zero too many": ("/recordList/01/callId", "an index has no zero before it; write 1"),
    "after the last": ("/recordList/-", "only add, move and copy can write"),
    "brackets": (
        "/recordList[0]/callId",
        "a JSON Pointer writes an element as a step of its own: /recordList/0/callId",
    ),
    "brackets with a slash": ("/recordList/[0]/callId", ": /recordList/0/callId"),
    "a star in brackets": ("/recordList[*]/recordDetials[2]", ": /recordList/*/recordDetials/2"),
    "no slash": ("total", 'is no JSON Pointer; begin it with a slash: "/total"'),
    "JSONPath": ("$.recordList[*].callId", 'begin it with a slash: "/recordList/*/callId"'),
    "JSONPath in quotes": ("$['recordList'][0]['callId']", 'begin it with a slash: "/recordList/0/callId"'),
    "dots": ("recordList.0.callId", 'begin it with a slash: "/recordList/0/callId"'),
    "a fragment": ("#/total", 'begin it with a slash: "/total"'),
    "a slash at the end": ("/recordList/", "remove the slash at the end"),
    "two slashes": ("//total", "or the second of two slashes"),
    "the root with a slash": ("/", 'the pointer to the whole answer is ""'),
    "an escape": ("/a~b", "writes ~ in a name as ~0, and / as ~1"),
    "an index of a number": ("/total/0", '/total is a whole number, which has no "0"'),
    "an index of an object": ("/jvm/0", '/jvm has no "0"; known here: fullgc, deadlock'),
    "a star of a number": ("/total/*", "* stands for each element of an array, and /total is a whole number"),
    "a star of an object": ("/recordList/*/*", "and /recordList/* is an object"),
    "a name in an array": (
        "/recordList/callId",
        "/recordList is an array; write an index, or * for each element, such as /recordList/*/callId",
    ),
    "inside JSON text": (
        "/recordList/*/businessInfoStr/locationId",
        "/recordList/*/businessInfoStr is a string that holds JSON text; a pointer does not look into it",
    ),
    "the whole": ("", "the whole answer cannot be removed"),
}


@pytest.mark.parametrize(("pointer", "message"), WRONG.values(), ids=WRONG.keys())
def test_a_pointer_that_no_answer_has_is_a_mistake_with_its_fix(pointer: str, message: str) -> None:
    found = told(f"{{patch: [{patching('remove', pointer)}]}}")
    assert found.startswith("f.yaml:2:33: rules[0].patch[0].path: ")
    assert message in found
    assert len(found.splitlines()) == 1


@pytest.mark.parametrize("op", ["replace", "test", "fill", "cut", "copy", "move"])
@pytest.mark.parametrize("pointer", ["/recordList/*/recordDetails", "/recordlist", "/recordList/-1/callId"])
def test_each_operation_that_needs_a_value_is_judged(op: str, pointer: str) -> None:
    where = "from" if op in ("copy", "move") else "path"
    more = {"fill": ", bytes: 4", "cut": "", "copy": f', from: "{pointer}"', "move": f', from: "{pointer}"'}
    given = patching(op, "/recordList/*/x" if where == "from" else pointer, more.get(op, ", value: a"))
    assert f"rules[0].patch[0].{where}: " in told(f"{{patch: [{given}]}}")


BAD_NUMBERS: dict[str, tuple[str, str]] = {
    "no count": ("op: repeat, path: /recordList/0", "repeat needs count"),
    "a count of text": ('op: repeat, path: /recordList/0, count: "5"', "patch[0].count: expected"),
    "once": ("op: repeat, path: /recordList/0, count: 1", "write a whole number from 2 to 100000"),
    "a huge count": ("op: repeat, path: /recordList/0, count: 5000000", "from 2 to 100000"),
    "half": ("op: repeat, path: /recordList/0, count: 2.5", "write a whole number from 2 to 100000"),
    "no element": (
        "op: repeat, path: /total, count: 5",
        "repeat needs an element of an array, and /total is",
    ),
    "the whole": ('op: repeat, path: "", count: 5', "repeat needs an element of an array"),
    "a list": ("op: repeat, path: /recordList, count: 5", "repeat needs an element of an array"),
    "no factor": ("op: scale, path: /total", "scale needs factor"),
    "a factor of text": ('op: scale, path: /total, factor: "2"', "patch[0].factor: expected"),
    "one": ("op: scale, path: /total, factor: 1", "write a number other than 1"),
    "one with a point": ("op: scale, path: /total, factor: 1.0", "write a number other than 1"),
    "a huge factor": ("op: scale, path: /total, factor: 1e12", "from -1000000000 to 1000000000"),
    "percent": ("op: scale, path: /total, factor: 50%", "patch[0].factor: expected"),
    "a text": ("op: scale, path: /errorMsg, factor: 2", "scale needs a number, and /errorMsg is a string"),
    "a near name": ("op: scale, path: /total, faktor: 2", 'did you mean "factor"?'),
}


@pytest.mark.parametrize(("operation", "message"), BAD_NUMBERS.values(), ids=BAD_NUMBERS.keys())
def test_repetitions_and_factors_are_judged(operation: str, message: str) -> None:
    assert message in told(f"{{patch: [{{{operation}}}]}}")


def test_a_repetition_that_is_too_large_is_told_beforehand() -> None:
    rule = "{patch: [{op: repeat, path: /recordList/0/recordDetials/0, count: %d}]}"
    text = f"rules:\n  - {rule}\n"
    assert not loader.loads((text % 5000).encode(), "f.yaml", "f").warnings
    (warning,) = loader.loads((text % 100_000).encode(), "f.yaml", "f").warnings
    assert "rules[0].patch[0].count: so many would take more than 64 MiB" in warning
    least = int(warning.rpartition("write ")[2].split()[0])
    assert not loader.loads((text % least).encode(), "f.yaml", "f").warnings


OF_OTHERS: dict[str, tuple[str, str, str]] = {
    "of gettoken": (
        "{endpoint: queryRecordHistory}",
        "/expireTime",
        'the answer of queryRecordHistory has no "expireTime"; it is a field of gettoken; known',
    ),
    "of the query": (
        "{endpoint: gettoken}",
        "/recordList",
        'the answer of gettoken has no "recordList"; it is a field of queryRecordHistory',
    ),
    "by the answer": ("{response: {total: 0}}", "/authToken", "it is a field of gettoken"),
    "of a failure": (
        "{response: {errorCode: 900001}}",
        "/recordList/0/callId",
        "/recordList is an empty array",
    ),
    "of a failure of gettoken": (
        "{endpoint: gettoken, response: {errorCode: {minimum: 1}}}",
        "/expireTime",
        'a failure of gettoken has no "expireTime"',
    ),
}


@pytest.mark.parametrize(("match", "pointer", "message"), OF_OTHERS.values(), ids=OF_OTHERS.keys())
def test_a_rule_s_conditions_say_which_answers_it_is_about(match: str, pointer: str, message: str) -> None:
    assert message in told(f"{{match: {match}, patch: [{patching('remove', pointer)}]}}")


MADE = {
    "added": [("add", "/x", "value: {a: [1]}"), ("replace", "/x/a/0", "value: 2"), ("remove", "/x/a", "")],
    "added to each": [("add", "/recordList/*/x", "value: {}"), ("add", "/recordList/*/x/y", "value: 1")],
    "added to one": [("add", "/recordList/3/x", "value: 1"), ("remove", "/recordList/*/x", "")],
    "an element": [("add", "/recordList/-", "value: {m: 1}"), ("remove", "/recordList/0/m", "")],
    "copied": [("copy", "/y", "from: /recordList/0"), ("remove", "/y/recordDetials/*/interNo", "")],
    "moved": [("move", "/list", "from: /recordList"), ("remove", "/list/*/callId", "")],
    "another answer": [("add", "", "value: {m: 1}"), ("remove", "/m", "")],
    "escaped": [("add", "/a~1b~0", "value: {m: 1}"), ("remove", "/a~1b~0/m", "")],
    "another type": [("replace", "/recordList", "value: {}"), ("add", "/recordList/a", "value: 1")],
    "two of one list": [("remove", "/recordList/0/callId", ""), ("remove", "/recordList/1/callId", "")],
    "of two operations": [("remove", "/total", ""), ("remove", "/authToken", "")],
    "null in a record": [("test", "/recordList/0/callId", "value: null")],
    "errors": [("replace", "/errorMsg", "value: x"), ("replace", "/errorCode", "value: 1")],
    "the monitor": [("replace", "/jvm/fullgc", "value: '9'"), ("remove", "/jvm", "")],
}


@pytest.mark.parametrize("operations", MADE.values(), ids=MADE.keys())
def test_what_an_operation_has_made_is_known_to_later_ones(operations: list[tuple[str, str, str]]) -> None:
    listed = ", ".join(patching(op, path, more and f", {more}") for op, path, more in operations)
    loader.loads(f"rules: [{{patch: [{listed}]}}]".encode(), "f.yaml", "f")


GONE = {
    "removed": ([("remove", "/recordList/*/callId", "")], 'has no "callId" any more: patch[0] takes it away'),
    "moved": ([("move", "/recordList/*/x", "from: /recordList/*/callId")], "patch[0] takes it away"),
    "emptied": ([("remove", "/recordList/*", "")], "/recordList is an empty array"),
    "null": ([("replace", "/recordList", "value: null")], "/recordList is null"),
    "of another answer": ([("test", "/expireTime", "value: 3600")], "the answer of gettoken has no"),
}


@pytest.mark.parametrize(("before", "message"), GONE.values(), ids=GONE.keys())
def test_what_an_operation_has_taken_away_is_known_too(
    before: list[tuple[str, str, str]], message: str
) -> None:
    operations = [*before, ("remove", "/recordList/*/callId", "")]
    listed = ", ".join(patching(op, path, more and f", {more}") for op, path, more in operations)
    found = told(f"{{patch: [{listed}]}}")
    assert "rules[0].patch[1].path: " in found
    assert message in found


VALUES = {
    "text for a number": (
        patching("test", "/total", ', value: "7"'),
        "value: never holds: /total is a whole number",
    ),
    "a switch for a number": (patching("test", "/errorCode", ", value: true"), "never holds"),
    "a number is no text": (patching("cut", "/total"), "cut needs a string, and /total is a whole number"),
    "into itself": (patching("move", "/recordList/0", ", from: /recordList"), "cannot move into itself"),
    "parents": (patching("add", "/recordlist/0/x", ", value: 1"), 'did you mean "recordList"?'),
    "a name for an element": (patching("add", "/recordList/x", ", value: 1"), "/recordList is an array"),
    "inside a number": (patching("add", "/total/x", ", value: 1"), "/total is a whole number"),
    "brackets": (patching("add", "/recordList[0]", ", value: 1"), ": /recordList/0"),
}


@pytest.mark.parametrize(("operation", "message"), VALUES.values(), ids=VALUES.keys())
def test_an_operation_that_can_never_act_is_a_mistake(operation: str, message: str) -> None:
    assert message in told(f"{{patch: [{operation}]}}")


def test_a_strict_patch_needs_one_answer_that_has_all_its_places() -> None:
    both = f"[{patching('remove', '/total')}, {patching('remove', '/authToken')}]"
    loader.loads(f"rules: [{{patch: {both}}}]".encode(), "f.yaml", "f")
    found = told(f"{{patch: {{strict: true, operations: {both}}}}}")
    assert "rules[0].patch.operations[1].path: the answer of queryRecordHistory has no" in found


def test_outcomes_of_one_of_are_judged_and_answers_of_respond_are_not() -> None:
    assert "rules[0].one_of[1].patch[0].path: " in told(
        f"{{one_of: [{{}}, {{patch: [{patching('remove', '/totl')}]}}]}}"
    )
    found = told(f"{{respond: {{json: {{a: 1}}}}, patch: [{patching('remove', '/a')}]}}")
    assert found.splitlines() == [found]
    assert "respond replaces" in found


def test_the_mapping_is_told_where_it_is_wrong() -> None:
    assert 'rules[0].patch: unknown key "strct"; did you mean "strict"?' in told(
        "{patch: {strct: true, operations: [{op: remove, path: /total}]}}"
    )
    assert "rules[0].patch.operations: missing" in told("{patch: {strict: true}}")
    assert "expected a list of operations" in told("{patch: 7}")


def test_copies_of_copies_cost_no_more_than_their_number() -> None:
    copies = ", ".join([patching("copy", "/a", ', from: ""')] * 40)
    deep = patching("add", "/a/a/recordList/-", ", value: {b: 1}")
    found = told(f"{{patch: [{copies}, {deep}, {patching('remove', '/nope')}]}}")
    assert "rules[0].patch[41].path: " in found
