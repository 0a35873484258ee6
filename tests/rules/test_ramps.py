"""What a ramp counts from: the opening of its rule's window, when the rule was added, or load."""

from __future__ import annotations

import pytest

from moving import Moving
from oifde_simulator.immediate import immediate

RAMP = {"latency": {"ramp": {"from": "1s", "to": "0s", "over": "2s"}}}


# window, (seconds since load, latency) - None where nothing is late
WINDOWS: dict[str, tuple[dict[str, str] | None, list[tuple[float, float | None]]]] = {
    "none": (None, [(0, 1), (1, 0.5), (2, None)]),
    "one that opens late": ({"from": "2s", "until": "12s"}, [(1, None), (2, 1), (3, 0.5), (4, None)]),
    "one without an end": ({"from": "1h"}, [(3600, 1), (3601, 0.5)]),
    "one that repeats": (
        {"from": "2s", "until": "6s", "repeat": "10s"},
        [(2, 1), (3, 0.5), (5, None), (7, None), (12, 1), (13.5, 0.25), (102, 1), (103, 0.5)],
    ),
    "one that repeats from its beginning": (
        {"until": "3s", "repeat": "10s"},
        [(0, 1), (1, 0.5), (10, 1), (11, 0.5)],
    ),
    "one that only repeats": ({"repeat": "10s"}, [(1, 0.5), (9, None), (11, 0.5)]),
    "one that outlasts its round": ({"from": "1s", "until": "1h", "repeat": "4s"}, [(2, 0.5), (6, 0.5)]),
}


@pytest.mark.parametrize(("window", "expected"), WINDOWS.values(), ids=WINDOWS)
def test_a_ramp_counts_from_the_opening_of_its_window(
    window: dict[str, str] | None, expected: list[tuple[float, float | None]]
) -> None:
    world = Moving({"faults": [RAMP]} | ({"window": window} if window else {}))
    for seconds, latency in expected:
        assert world.waits(seconds) == ([] if latency is None else [latency]), seconds


def test_a_ramp_in_an_outcome_counts_so_too() -> None:
    world = Moving({"window": {"from": "5s"}, "one_of": [{"faults": ["bom", RAMP]}]})
    assert world.waits(6) == [0.5]


def test_a_ramp_of_an_added_rule_counts_from_when_it_was_added() -> None:
    world = Moving()
    world.move(100)
    world.add({"name": "late", "faults": [RAMP]}, ttl=60)
    assert [world.waits(100 + seconds) for seconds in (0, 1, 2)] == [[1], [0.5], []]
    world.move(200)
    world.add({"name": "another", "faults": [RAMP]})
    assert world.waits(201) == [0.5]


def test_an_added_rule_in_a_window_that_was_open_counts_from_when_it_was_added() -> None:
    world = Moving()
    world.move(5)
    world.add({"window": {"until": "8s", "repeat": "10s"}, "faults": [RAMP]})
    assert [world.waits(seconds) for seconds in (5, 6, 10, 11)] == [[1], [0.5], [1], [0.5]]


def test_a_reset_begins_a_ramp_anew() -> None:
    world = Moving({"faults": [RAMP]})
    assert world.waits(3) == []
    immediate(world.engine.admin.reset("acme"))
    assert world.waits(0) == [1]


def test_a_clock_before_load_is_at_the_beginning_of_a_ramp() -> None:
    assert Moving({"faults": [RAMP]}).waits(-5) == [1]
