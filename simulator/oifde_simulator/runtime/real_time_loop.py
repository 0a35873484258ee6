"""An event loop for a server in a thread of a test, where freezegun may have stopped the time.

Rule: import the standard library only.
"""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import Callable

# freezegun replaces time.monotonic in every module, and knows no clock_gettime.
CLOCK: Callable[[], float] = (
    functools.partial(time.clock_gettime, time.CLOCK_MONOTONIC)
    if hasattr(time, "clock_gettime")
    else time.monotonic
)
"""Clock of the timers of a server in a thread: seconds since some moment, while time is frozen too."""


class RealTimeLoop(asyncio.SelectorEventLoop):
    """An event loop of asyncio whose timers go on while freezegun has stopped the time of this process."""

    def time(self) -> float:
        """Return the seconds of the monotonic clock."""
        return CLOCK()
