"""The world of those who name no known tenant: every credential is wrong there, and nothing is found."""

from __future__ import annotations

from collections.abc import Iterable

from simulator.clock import TenantClock
from simulator.failure.counting import MemoryCounters
from simulator.failure.rules import Rules
from simulator.oifde.credentials import UnknownTenant
from simulator.oifde.service import Conduct, Service
from simulator.population.literal import LiteralSessions
from simulator.tenants.added import AddedRules
from simulator.tenants.tenant import Tenant

NOW = TenantClock()
NO_RULES = Rules((), MemoryCounters(), "", 0)
NONE_ADDED = AddedRules(NO_RULES)
NO_SESSIONS = LiteralSessions((), world="", tenant="")


def unknown(name: object, known: Iterable[str], conduct: Conduct) -> Tenant:
    """A world in which `name` is unknown; the nearest of the `known` ids is told."""
    credentials = UnknownTenant(name, known)
    service = Service(credentials, NO_SESSIONS, conduct)
    return Tenant("", NOW, credentials, NO_SESSIONS, service, NO_RULES, NONE_ADDED)
