"""Long loops in time slices, so that other requests are answered in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from time import monotonic
from typing import TypeVar

SLICE_SECONDS = 0.005
"""Seconds of work after which other tasks have their turn."""
Item = TypeVar("Item")


async def time_sliced(items: Iterable[Item]) -> AsyncIterator[Item]:
    """Yield each item, and let other tasks run after each slice of time."""
    began = monotonic()
    for item in items:
        yield item
        if monotonic() - began > SLICE_SECONDS:
            await asyncio.sleep(0)
            began = monotonic()
