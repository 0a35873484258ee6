"""Steps that are attempted again where their tenant changed after it was read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from oifde_simulator.state.errors import Stale

Result = TypeVar("Result")


async def retried(attempt: Callable[[], Awaitable[Result]]) -> Result:
    """Make an attempt, which reads a tenant and acts on it, until the tenant is the same for both.

    It is made again only where somebody else's step was done meanwhile, so of all who try one gets on.
    """
    while True:
        try:
            return await attempt()
        except Stale:
            continue
