"""How many examples Hypothesis draws where a test names a number of its own."""

from __future__ import annotations

from hypothesis import settings

THOROUGH = 100
"""Examples of the thorough profile, which draws all."""
SHARE = 0.3
"""Share of them that an everyday run draws, as of those of tests that name no number."""


def examples(count: int, *, everyday: int | None = None) -> int:
    """Tell how many examples to draw: `count` by the thorough profile, else `everyday` or a share of it."""
    if settings.default.max_examples >= THOROUGH:
        return count
    return everyday or max(1, round(count * SHARE))
