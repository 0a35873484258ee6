"""Changes of a running server's tenants after their files have changed.

Rule: every change is applied on the event loop, and logged.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence

from oifde_simulator import logs
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.tenants import Tenants
from oifde_simulator.tenants.broken_files import BrokenFile
from oifde_simulator.tenants.tenant import World

log = logging.getLogger(logs.FOLLOWED)

TenantChange = Callable[[], Awaitable[None]]
"""Replacement or removal of one tenant."""


async def apply(changes: Iterable[TenantChange]) -> None:
    """Apply changes in their order."""
    for change in changes:
        await change()


async def publish(tenants: Tenants, broken: Sequence[BrokenFile]) -> None:
    """Have the control plane tell of files that are wrong now."""
    tenants.broken_files = broken


async def replace(tenants: Tenants, name: str, scenario: Scenario, world: World) -> None:
    """Serve `scenario` in its prepared world, unless POST /tenants has made one of its id."""
    if await tenants.reloader.put(name, scenario, world):
        log.info("tenant %s: loaded %s", name, scenario.origin)
    else:
        log.warning(
            "tenant %s: %s is not served, for POST /tenants has made a tenant of this id; "
            "POST /reset ends that",
            name,
            scenario.origin,
        )


async def remove(tenants: Tenants, name: str, scenario: Scenario) -> None:
    """Stop serving the tenant `name`, unless POST /tenants has made it."""
    if await tenants.reloader.remove(name):
        log.warning("tenant %s: removed; %s has it no more", name, scenario.origin)
    else:
        log.warning(
            "tenant %s: %s has it no more; the one that POST /tenants made stays", name, scenario.origin
        )
