"""The world of those who name no known tenant: every credential is wrong there, and nothing is found."""

from __future__ import annotations

from collections.abc import Iterable

from oifde_simulator.clock import TenantClock
from oifde_simulator.oifde.operation import ServicePolicy
from oifde_simulator.oifde.service import Service
from oifde_simulator.oifde.unknown_tenant import UnknownTenant
from oifde_simulator.population.literal import LiteralSessions
from oifde_simulator.rules.selection import Rules
from oifde_simulator.state.memory.counters import MemoryCounters
from oifde_simulator.tenants.added_rules import AddedRules
from oifde_simulator.tenants.tenant import Tenant

NOW = TenantClock()
NO_RULES = Rules((), MemoryCounters(), "", 0)
NONE_ADDED = AddedRules(NO_RULES)
NO_SESSIONS = LiteralSessions((), world="", tenant="")


def unknown(name: object, known: Iterable[str], policy: ServicePolicy) -> Tenant:
    """A world in which `name` is unknown; the nearest of the `known` ids is told."""
    credentials = UnknownTenant(name, known)
    service = Service(credentials, NO_SESSIONS, policy)
    return Tenant("", NOW, credentials, NO_SESSIONS, service, NO_RULES, NONE_ADDED)
