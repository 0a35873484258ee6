"""The world of requests that name no known tenant: every credential is wrong there, and nothing is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oifde_simulator.clock import TIME_OF_DAY, Clock, ClockSetting, TenantClock
from oifde_simulator.oifde.credentials.unknown_tenant import UnknownTenant
from oifde_simulator.oifde.header_service import service_of
from oifde_simulator.oifde.policy.service_policy import ServicePolicy
from oifde_simulator.population.literal import LiteralSessions
from oifde_simulator.rules.selection import Rules
from oifde_simulator.state.interface import Read
from oifde_simulator.tenants.tenant import Tenant, World

if TYPE_CHECKING:
    from oifde_simulator.near_names import NearNames

NO_RULES = Rules((), "", 0)
NO_SESSIONS = LiteralSessions((), world="", tenant="")


def unknown(
    name: object, known: NearNames, policy: ServicePolicy, read: Read, clock: Clock = TIME_OF_DAY
) -> Tenant:
    """Make a world in which `name` is unknown; the nearest of the `known` ids is told."""
    credentials = UnknownTenant(name, known)
    service = service_of(credentials, NO_SESSIONS, policy)
    now = TenantClock(ClockSetting(), clock)
    return Tenant("", read, World(None, credentials, NO_SESSIONS, service), now, NO_RULES)
