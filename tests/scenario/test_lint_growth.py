"""`check` adds up what the operations of a patch write, and warns where the answer has no room for it."""

from __future__ import annotations

import pytest

from oifde_simulator.scenario import loader

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
            fill("/errorMsg", "16MiB"),
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
