"""Changes of a running server's tenants after their files have changed.

Rule: every change is applied on the event loop, and logged.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from oifde_simulator import logs
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.tenants import Tenant, Tenants

log = logging.getLogger(logs.FOLLOWED)

TenantChange = Callable[[], None]
"""Replacement or removal of one tenant."""


def apply(changes: Iterable[TenantChange]) -> None:
    """Apply changes in their order."""
    for change in changes:
        change()


def replace(tenants: Tenants, scenario: Scenario, tenant: Tenant) -> None:
    """Serve `tenant`, made of `scenario`, unless POST /tenants has made one of its id."""
    if tenants.put(scenario, tenant):
        log.info("tenant %s: loaded %s", tenant.id, scenario.origin)
    else:
        log.warning(
            "tenant %s: %s is not served, for POST /tenants has made a tenant of this id; "
            "POST /reset ends that",
            tenant.id,
            scenario.origin,
        )


def remove(tenants: Tenants, name: str, scenario: Scenario) -> None:
    """Stop serving the tenant `name`, unless POST /tenants has made it."""
    if tenants.remove(name):
        log.warning("tenant %s: removed; %s has it no more", name, scenario.origin)
    else:
        log.warning(
            "tenant %s: %s has it no more; the one that POST /tenants made stays", name, scenario.origin
        )
