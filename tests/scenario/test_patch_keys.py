"""Each key of a patch's operation is used by it, or is told with the operation that is likely meant."""

from __future__ import annotations

import pytest

from oifde_simulator.rules.answers.patch_operations import OPERATIONS
from oifde_simulator.scenario import loader
from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.scenario.lint.patch.keys import COMMON, OWN
from oifde_simulator.scenario.schema import shipped

VALUES = {
    "from": "/recordList/0/callId",
    "value": '"7"',
    "bytes": "5",
    "share": "50%",
    "count": "5",
    "factor": "0.5",
}
"""Every key that some operation has, with a value that fits it."""
PATHS = {"scale": "/total", "repeat": "/recordList/0", "add": "/recordList/0/x"}


def written(op: str, *names: str) -> str:
    path = PATHS.get(op, "/recordList/0/callSorId")
    more = "".join(f", {name}: {VALUES[name]}" for name in names if name)
    return f"{{op: {op}, path: {path}{more}}}"


def told(operation: str) -> str:
    """Check a patch of one operation; return its mistakes, or nothing."""
    try:
        loaded = loader.loads(f"rules:\n  - {{patch: [{operation}]}}\n".encode(), "f.yaml", "f")
    except ScenarioErrors as errors:
        return str(errors)
    return "\n".join(map(str, loaded.warnings))


def test_the_tables_have_each_operation_and_each_key_of_the_schema() -> None:
    schema = shipped().document["$defs"]["rule"]["properties"]["patch"]["items"]
    assert {*OWN, "remove"} == {*OPERATIONS} == {*schema["properties"]["op"]["enum"]}
    assert {*COMMON, *VALUES} == {*schema["properties"]}


@pytest.mark.parametrize("op", OPERATIONS)
def test_an_operation_takes_the_keys_that_it_uses(op: str) -> None:
    assert told(written(op, OWN.get(op, ""))) == ""


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("op", OPERATIONS)
def test_a_key_that_an_operation_does_not_use_is_told_with_the_operation_that_does(
    op: str, name: str
) -> None:
    own = OWN.get(op, "")
    if name == own:
        return
    for operation in (written(op, own, name), written(op, name)):
        found = told(operation)
        column = len("  - {patch: [") + operation.index(f"{name}:") + 1
        assert found.startswith(f"f.yaml:2:{column}: rules[0].patch[0].{name}: {op} takes path ")
        assert f"{own or 'alone'}, found {name}: " in found
        meant = found.rpartition("op: ")[2]
        assert OWN[meant] == name, "the operation that is meant does take the key"
        assert len(found.splitlines()) == 1


SENTENCES = {
    "value of remove": (
        "{op: remove, path: /total, value: 7}",
        "remove takes path alone, found value: 7; leave it out, or write op: replace",
    ),
    "from of remove": (
        "{op: remove, path: /total, from: /errorCode}",
        "remove takes path alone, found from: /errorCode; leave it out, or write op: move",
    ),
    "count of scale": (
        "{op: scale, path: /total, count: 2}",
        "scale takes path and factor, found count: 2; write factor: 2, or op: repeat",
    ),
    "factor of repeat": (
        "{op: repeat, path: /recordList/0, factor: 0.5}",
        "repeat takes path and count, found factor: 0.5; write count in its place, or op: scale",
    ),
    "a share in other words": (
        "{op: cut, path: /errorMsg, factor: 0.5}",
        "cut takes path and share, found factor: 0.5; write share: 0.5, or op: scale",
    ),
    "a size in other words": (
        "{op: fill, path: /errorMsg, count: 100}",
        "fill takes path and bytes, found count: 100; write bytes: 100, or op: repeat",
    ),
    "a list for a size": (
        "{op: fill, path: /errorMsg, value: [1]}",
        "fill takes path and bytes, found value: ...; write bytes in its place, or op: replace",
    ),
    "a switch for a factor": (
        "{op: scale, path: /total, value: true}",
        "found value: true; write factor in its place, or op: replace",
    ),
}


@pytest.mark.parametrize(("operation", "message"), SENTENCES.values(), ids=SENTENCES)
def test_the_message_says_what_was_likely_meant(operation: str, message: str) -> None:
    assert told(operation).endswith(message)


def test_each_unused_key_is_told_and_those_of_a_strict_patch_too() -> None:
    found = told("{op: remove, path: /total, value: 7, count: 5}")
    assert [line.split(": ")[1] for line in found.splitlines()] == [
        "rules[0].patch[0].value",
        "rules[0].patch[0].count",
    ]
    rule = "{patch: {strict: true, operations: [{op: remove, path: /total, value: 7}]}}"
    (warning,) = loader.loads(f"rules: [{rule}]".encode(), "f.yaml", "f").warnings
    assert "patch.operations[0].value: remove takes" in str(warning)


def test_a_rule_that_comes_along_in_a_request_is_told_the_same() -> None:
    rule = {"patch": [{"op": "remove", "path": "/total", "value": 7}]}
    (warning,) = loader.from_json({"rules": [rule]}, "rule", "f").warnings
    assert "patch[0].value: remove takes path alone, found value: 7" in str(warning)


def test_a_key_in_the_place_of_one_that_is_needed_is_a_mistake_and_any_other_a_warning() -> None:
    with pytest.raises(ScenarioErrors, match="scale takes path and factor, found count: 2"):
        loader.loads(b"rules: [{patch: [{op: scale, path: /total, count: 2}]}]", "f.yaml", "f")
    complete = b"rules: [{patch: [{op: scale, path: /total, factor: 2, count: 2}]}]"
    (warning,) = loader.loads(complete, "f.yaml", "f").warnings
    assert "scale takes path and factor, found count: 2" in str(warning)
