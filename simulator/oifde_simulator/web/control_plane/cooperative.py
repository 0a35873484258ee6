"""Long work in turns: others are answered in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from time import monotonic
from typing import TypeVar

TURN = 0.005
"""Seconds of work after which others have their turn."""
Item = TypeVar("Item")


async def by_turns(items: Iterable[Item]) -> AsyncIterator[Item]:
    """Each item; others have their turn in between."""
    began = monotonic()
    for item in items:
        yield item
        if monotonic() - began > TURN:
            await asyncio.sleep(0)
            began = monotonic()
