"""Retry-After is right to the second, and no longer than a window wherever the clock was moved to."""

from __future__ import annotations

from typing import Any

import pytest

from moving import Moving

# over, (seconds since load, Retry-After) - None where the query passes
CASES: dict[str, tuple[dict[str, Any], list[tuple[float, int | None]]]] = {
    "fixed": (
        {"limit": 1, "window": "60s"},
        [(7, None), (7, 60), (33.5, 34), (66.001, 1), (66.999, 1), (67, None), (68, 59)],
    ),
    "fixed, after a pause": ({"limit": 1, "window": "60s"}, [(0, None), (90, None), (91, 59), (150, None)]),
    "enforced": ({"limit": 1, "window": "10s", "enforce": True}, [(0, None), (4, 6), (9, 10), (19, None)]),
    "sliding": (
        {"limit": 2, "window": "60s", "slide": True},
        [(0, None), (50, None), (51, 9), (60, None), (61, 49), (110, None)],
    ),
    "moved back": ({"limit": 1, "window": "60s"}, [(100_000, None), (100_000, 60), (5, None), (6, 59)]),
    "moved back, enforced": (
        {"limit": 1, "window": "60s", "enforce": True},
        [(100_000, None), (100_001, 59), (5, None), (6, 59)],
    ),
    "moved back, sliding": (
        {"limit": 1, "window": "60s", "enforce": True, "slide": True},
        [(100_000, None), (100_001, 59), (5, None), (6, 59)],
    ),
}


@pytest.mark.parametrize(("over", "expected"), CASES.values(), ids=CASES)
def test_a_client_is_told_when_to_come_back(
    over: dict[str, Any], expected: list[tuple[float, int | None]]
) -> None:
    world = Moving({"over": over, "respond": {"status": 429}})
    assert [(seconds, world.retry_after(seconds)) for seconds, _ in expected] == expected
