"""Tenants: each a whole world of credentials, sessions and clock, found by the id that a request names."""

from oifde_simulator.tenants.registry import Tenants
from oifde_simulator.tenants.tenant import Tenant

__all__ = ["Tenant", "Tenants"]
