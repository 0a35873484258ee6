"""The end of a process whose ports another process goes on serving: what was asked of it is answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

DRAIN_SECONDS = 30.0
"""Seconds that answers have at most, with the waits of faults."""
IDLE_SECONDS = 2.0
"""Seconds in which a connection is ended by an answer rather than by us."""
PERIOD = 0.05
"""Seconds between two looks."""


async def wait_until(done: Callable[[], bool], seconds: float) -> bool:
    """Wait until something is done; False after `seconds`."""
    for _ in range(round(seconds / PERIOD)):
        if done():
            return True
        await asyncio.sleep(PERIOD)
    return done()
