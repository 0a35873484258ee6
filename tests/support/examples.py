"""How many examples Hypothesis draws where a test names a number of its own."""

from __future__ import annotations

from hypothesis import settings

PROFILES = {"few": 10, "everyday": 30, "half": 50, "thorough": 100}
"""Examples of a test that names no number, by profile; others draw this percentage of their number."""


def examples(count: int, *, everyday: int | None = None) -> int:
    """Tell how many examples to draw: a share of `count` by the profile, at most `everyday` every day."""
    percentage = settings.default.max_examples
    share = max(1, round(count * percentage / 100))
    return share if everyday is None or percentage > PROFILES["everyday"] else min(share, everyday)
