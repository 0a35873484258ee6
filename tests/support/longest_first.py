"""The order of modules: those that take longest begin first, so that none of them runs alone at the end."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

EVERYDAY, SLOW = 0.02, 2.0
"""Seconds of a test, and of a slow one, that tell none by `pytest.mark.slow(seconds=...)`."""


def longest_first(items: list[pytest.Item]) -> None:
    """Order tests by the seconds of their modules; within a module they keep their order."""
    seconds: dict[Path, float] = defaultdict(float)
    for item in items:
        seconds[item.path] += _seconds(item)
    items.sort(key=lambda item: (-seconds[item.path], item.path))


def _seconds(item: pytest.Item) -> float:
    mark = item.get_closest_marker("slow")
    return EVERYDAY if mark is None else float(mark.kwargs.get("seconds", SLOW))
