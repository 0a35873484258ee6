"""Tokens that tenants accept, for those who show how to ask."""

from __future__ import annotations

from oifde_simulator.model.credential_step import SecretStep
from oifde_simulator.tenants.retry import retried
from oifde_simulator.tenants.served import ServedTenants


async def accepted_token(tenants: ServedTenants, name: str) -> str:
    """Find a token that a tenant accepts now: a fixed one, or one freshly issued. Raises NotServed."""
    return await retried(lambda: _accepted_token(tenants, name))


async def _accepted_token(tenants: ServedTenants, name: str) -> str:
    tenant = await tenants.named(name)
    if fresh := await tenants.fresh(name):
        return fresh.token
    assert tenant.world.scenario
    if fixed := tenant.world.scenario.tenant.tokens:
        return fixed[0]
    step = SecretStep(right=True, lock_after=None, issues=True)
    number = (await tenants.state.exchanges.admit(tenant.read, step)).number
    return tenant.credentials.issue(tenant.clock.now(), number)[0]
