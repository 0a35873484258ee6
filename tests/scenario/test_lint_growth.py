"""`check` adds up what the operations of a patch write, and warns where the answer has no room for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from oifde_simulator.rules import copies
from oifde_simulator.scenario import loader
from oifde_simulator.scenario.lint.answers import growth
from oifde_simulator.scenario.lint.patch import place_tree

MIB = 1 << 20


def warned(*operations: str) -> list[str]:
    text = f"rules: [{{patch: [{', '.join(f'{{{each}}}' for each in operations)}]}}]"
    return list(loader.loads(text.encode(), "f.yaml", "f").warnings)


def fill(path: str, size: int | str) -> str:
    return f"op: fill, path: {path}, bytes: {size}"


def repeat(path: str, count: int) -> str:
    return f"op: repeat, path: {path}, count: {count}"


FIELDS = ("callId", "ctiCallId", "callingNumber", "calledNumber", "callData")
RECORD, TURN = "/recordList/0", "/recordList/0/recordDetials/0"
EACH, EACH_TURN = "/recordList/*", "/recordList/*/recordDetials/*"
TOO_MUCH: dict[str, tuple[list[str], str]] = {
    "five fills": (
        [fill(f"{RECORD}/{name}", "15MiB") for name in FIELDS],
        "patch[4].bytes: so many would take more than 64 MiB, with what is written before it, "
        f"so nothing is filled; write {4 * MIB // 100 * 100} or less",
    ),
    "fills of each record": (
        [fill(f"{EACH}/{name}", "16MiB") for name in FIELDS],
        "patch[4].bytes: so many would take more than 64 MiB, with what is written before it, "
        "so nothing is filled; write less",
    ),
    "a fill of records that repeat": (
        [repeat(RECORD, 1000), fill(f"{EACH}/callData", 100_000)],
        "patch[1].bytes: so many would take more than 64 MiB, with what is written before it, "
        "so nothing is filled",
    ),
    "a fill of turns that repeat": (
        [repeat(TURN, 1000), fill(f"{EACH_TURN}/userSaying", 100_000)],
        "patch[1].bytes: so many would",
    ),
    "a repetition of what is filled": (
        [fill(f"{RECORD}/callData", "1MiB"), repeat(RECORD, 100)],
        "patch[1].count: so many would take more than 64 MiB, with what is written before it, "
        "so nothing is repeated",
    ),
    "a repetition of each that is filled": (
        [fill(f"{EACH}/callData", "1MiB"), repeat(EACH, 100)],
        "patch[1].count: so many would",
    ),
    "a repetition of a repetition": (
        [repeat(TURN, 5000), repeat(RECORD, 500)],
        "patch[1].count: so many would",
    ),
    "copies of what is filled": (
        [
            fill("/errorMsg", "15MiB"),
            *(f"op: copy, from: /errorMsg, path: /b{number}" for number in range(4)),
        ],
        "patch[4].from: so much would take more than 64 MiB, with what is written before it, "
        "so nothing is copied",
    ),
    "a value in each that repeats": (
        [repeat(RECORD, 5000), f"op: add, path: {EACH}/x, value: {'v' * 20_000}"],
        "patch[1].value: so much would take more than 64 MiB, with what is written before it, "
        "so nothing is written",
    ),
}


@pytest.mark.parametrize(("operations", "message"), TOO_MUCH.values(), ids=TOO_MUCH)
def test_what_is_too_much_together_is_told_where_it_begins_to_be(operations: list[str], message: str) -> None:
    (found,) = warned(*operations)
    assert message in found


@pytest.mark.parametrize("operations", [each for each, _ in TOO_MUCH.values()], ids=TOO_MUCH)
def test_without_its_last_operation_the_patch_has_room(operations: list[str]) -> None:
    assert warned(*operations[:-1]) == []


ENOUGH_ROOM = {
    "four fills": [fill(f"{RECORD}/{name}", "16MiB") for name in FIELDS[:4]],
    "filled, taken away, repeated": [
        fill(f"{RECORD}/callData", "1MiB"),
        f"op: remove, path: {RECORD}/callData",
        repeat(RECORD, 100),
    ],
    "filled, and another repeated": [fill(f"{RECORD}/callData", "1MiB"), repeat("/recordList/1", 100)],
    "one filled, each repeated": [fill(f"{RECORD}/callData", "1MiB"), repeat(EACH, 100)],
    "moved to another index": [
        fill(f"{RECORD}/callData", "1MiB"),
        f"op: add, path: {RECORD}, value: 1",
        repeat(RECORD, 100),
    ],
    "filled again": [fill(f"{RECORD}/callData", "1MiB"), fill(f"{RECORD}/callData", 10), repeat(RECORD, 100)],
}


@pytest.mark.parametrize("operations", ENOUGH_ROOM.values(), ids=ENOUGH_ROOM)
def test_what_may_fit_is_left_to_the_answer(operations: list[str]) -> None:
    assert warned(*operations) == []


def test_what_the_fix_says_does_fit() -> None:
    before = [repeat(RECORD, 1000), fill(f"{EACH}/callId", 10_000)]
    (found,) = warned(*before, fill(f"{EACH}/callData", 100_000))
    most = int(found.rpartition("write ")[2].split()[0])
    assert warned(*before, fill(f"{EACH}/callData", most)) == []
    assert len(warned(*before, fill(f"{EACH}/callData", most + 200))) == 1


def test_a_repetition_of_a_long_field_is_told_how_often_it_fits() -> None:
    before = fill(f"{RECORD}/callData", 100_000)
    (found,) = warned(before, repeat(RECORD, 5000))
    most = int(found.rpartition("write ")[2].split()[0])
    assert warned(before, repeat(RECORD, most)) == []
    assert len(warned(before, repeat(RECORD, most + 200))) == 1


NAME = "n" * 30_000
NAMING: dict[str, str] = {
    "add": f"op: add, path: {EACH}/{NAME}, value: 1",
    "copy": f"op: copy, from: {EACH}/callId, path: {EACH}/{NAME}",
    "move": f"op: move, from: {EACH}/callId, path: {EACH}/{NAME}",
}


@pytest.mark.parametrize("operation", NAMING.values(), ids=NAMING)
def test_names_of_new_members_are_added_up(operation: str) -> None:
    (found,) = warned(repeat(RECORD, 3000), operation)
    assert (
        "patch[1].path: the name of 30,000 bytes at 3,000 places would take more than 64 MiB, with what is "
        "written before it, so not all of it is written; write a shorter name" in found
    )
    assert warned(repeat(RECORD, 1000), operation) == []


def test_the_name_of_what_is_filled_is_added_up() -> None:
    name = "n" * (1 << 20)
    fills = [{"op": "fill", "path": f"/b/{name}{number}", "bytes": "15MiB"} for number in range(4)]
    (found,) = growth.warnings({"patch": [{"op": "add", "path": "/b", "value": {}}, *fills]})
    assert found.path == ("patch", 4, "path")


def test_names_are_repeated_with_what_has_them() -> None:
    named = f"op: add, path: {RECORD}/{NAME}, value: 1"
    (found,) = warned(named, repeat(RECORD, 3000))
    assert "patch[1].count: so many would" in found
    most = int(found.rpartition("write ")[2].split()[0])
    assert warned(named, repeat(RECORD, most)) == []


NO_NEW_NAMES = {
    "written before": [
        repeat(RECORD, 1500),
        f"op: add, path: {EACH}/{NAME}, value: 1",
        fill(f"{EACH}/{NAME}", 2),
    ],
    "a part of a value": [
        f"op: add, path: /recordList, value: [{{? {NAME} : 1}}]",
        repeat(RECORD, 1500),
        f"op: add, path: {EACH}/{NAME}, value: 1",
    ],
    "of the contract": [repeat(RECORD, 5000), fill(f"{EACH}/callData", 100)],
    "copied without it": [
        f"op: add, path: /{NAME}, value: [1]",
        f"op: copy, from: /{NAME}, path: {RECORD}/x",
        repeat(RECORD, 5000),
    ],
}


@pytest.mark.parametrize("operations", NO_NEW_NAMES.values(), ids=NO_NEW_NAMES)
def test_a_name_that_may_be_there_takes_no_room(operations: list[str]) -> None:
    assert warned(*operations) == []


def test_a_value_beside_its_name_is_told_how_long_it_may_be() -> None:
    name = "n" * 10_000
    before = repeat(RECORD, 3000)
    member = f"op: add, path: {EACH}/{name}, value: 1"
    (found,) = warned(before, member, fill(f"{EACH}/{name}", 15_000))
    most = int(found.rpartition("write ")[2].split()[0])
    assert "patch[2].bytes" in found
    assert warned(before, member, fill(f"{EACH}/{name}", most)) == []
    assert len(warned(before, member, fill(f"{EACH}/{name}", most + 200))) == 1


Operations = list[Mapping[str, Any]]


def nested_arrays(levels: int) -> Operations:
    """Make the array of each level longer, then write into the elements of the innermost."""
    value: Any = 1
    for _ in range(levels):
        value = [value]
    longer = [{"op": "repeat", "path": "/a" + "/0" * level, "count": 2} for level in range(1, levels + 1)]
    last = {"op": "add", "path": "/a" + "/*" * levels, "value": 1}
    return [{"op": "add", "path": "/a", "value": value}, *longer, last]


def copies_of_all(number: int) -> Operations:
    """Write many members, and copy what holds them as many times."""
    members: Operations = [{"op": "add", "path": f"/b/*/x{each}", "value": 1} for each in range(number)]
    return [*members, *({"op": "copy", "from": "/b", "path": f"/z{each}"} for each in range(number))]


def added_members(number: int) -> Operations:
    return [{"op": "add", "path": f"/b{each}", "value": 1} for each in range(number)]


def removed_members(number: int) -> Operations:
    """Write members below many others, and remove one name everywhere, again and again."""
    members: Operations = [{"op": "add", "path": f"/b/{each}/x", "value": 1} for each in range(number)]
    return [*members, *({"op": "remove", "path": f"/b/*/y{each}"} for each in range(number))]


def steps(monkeypatch: pytest.MonkeyPatch, operations: Operations) -> int:
    """Weigh a patch, and count the places that are looked at."""
    taken = 0
    take = place_tree.Effort.take

    def count(effort: place_tree.Effort, number: int) -> None:
        nonlocal taken
        take(effort, number)
        taken += number

    with monkeypatch.context() as patch:
        patch.setattr(place_tree.Effort, "take", count)
        assert list(growth.warnings({"patch": operations})) == []
    return taken


def test_stars_in_a_pointer_take_no_more_steps_than_arrays_on_the_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Each of n repetitions, and the last operation, walk up to n levels, at each of them up to n arrays.
    fewer, more = (steps(monkeypatch, nested_arrays(levels)) for levels in (8, 16))
    assert more < 8 * fewer


def test_a_patch_with_twice_as_many_members_takes_twice_as_many_steps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fewer, more = (steps(monkeypatch, added_members(number)) for number in (500, 1000))
    assert more <= 2 * fewer + 10 < 10_000


@pytest.mark.parametrize("made", [copies_of_all, removed_members])
def test_a_patch_takes_a_bounded_number_of_steps(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    operations = made(400)
    pointers = sum(each[key].count("/") for each in operations for key in ("path", "from") if key in each)
    most = place_tree.STEPS_OF_PATCH + place_tree.STEPS_OF_POINTER * pointers
    assert most / 2 < steps(monkeypatch, operations) <= most


def test_what_is_too_much_is_told_of_a_patch_with_thousands_of_operations() -> None:
    too_much = {"op": "fill", "path": "/recordList/0/callData", "bytes": copies.MOST_COPIED + 1}
    (found,) = growth.warnings({"patch": [*added_members(3000), too_much]})
    assert found.path == ("patch", 3000, "bytes")
