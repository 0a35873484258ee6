"""A check for an event loop that a blocking call would stop."""

from __future__ import annotations

import sys


def is_running() -> bool:
    """Check whether an event loop of asyncio runs in this thread."""
    asyncio = sys.modules.get("asyncio")  # where it is not imported, none can run
    return asyncio is not None and asyncio._get_running_loop() is not None
