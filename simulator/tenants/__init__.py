"""Tenants: each a whole world of credentials, sessions and clock, found by the id that a request names."""

from simulator.tenants.serving import Tenants
from simulator.tenants.tenant import Tenant

__all__ = ["Tenant", "Tenants"]
