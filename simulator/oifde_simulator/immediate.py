"""Coroutines where no event loop runs, and slow work where one does. Standard library only."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from oifde_simulator import daemon_threads

Result = TypeVar("Result")


def immediate(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine that never suspends, such as one on the state in memory. Raises RuntimeError else."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: Result = done.value
        return result
    coroutine.close()
    raise RuntimeError("expected a coroutine that never suspends; await it on an event loop")


async def aside(function: Callable[..., Result], *arguments: Any) -> Result:
    """Call a slow function in a daemon thread where an event loop runs; else at once."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return function(*arguments)
    return await asyncio.wrap_future(daemon_threads.submit(function, *arguments))
