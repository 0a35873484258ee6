"""The engine on a state in memory, driven without an event loop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from oifde_simulator.engine.pipeline import Pipeline
from oifde_simulator.immediate import immediate
from oifde_simulator.journal import Journal
from oifde_simulator.journal.filters import Since
from oifde_simulator.model.entry import Entry
from oifde_simulator.model.exchange import Exchange
from oifde_simulator.model.http import Request
from oifde_simulator.model.tenant_state import TenantSource
from oifde_simulator.oifde.router import Router
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.tenants import Tenants
from oifde_simulator.tenants.admin import Given, TenantAdmin
from oifde_simulator.tenants.tenant import Tenant


class Engine:
    """Tenants, pipeline and journal of one server, without its sockets."""

    def __init__(self, scenarios: Mapping[str, Scenario], *, seed: str = "0", **options: Any) -> None:
        self.tenants = Tenants(scenarios, seed=seed, error_status=200, **options)
        self.state = self.tenants.state
        self.journal = Journal(self.state, seed=seed)
        self.admin = TenantAdmin(self.tenants)
        self.pipeline = Pipeline(Router(bad_json_status=400), self.tenants, self.journal)

    def handle(self, request: Request) -> Exchange:
        """Have a request decided and put on record."""
        return immediate(self.pipeline.handle(request))

    def entries(self) -> list[Entry]:
        """Entries on record, the oldest first."""
        return immediate(self.journal.entries(None, Since()))

    def tenant(self, name: str) -> Tenant:
        """Find a tenant as it is now."""
        return immediate(self.tenants.named(name))

    def make(self, scenario: Scenario, name: str) -> None:
        """Make a tenant on demand."""
        immediate(self.admin.make(given(scenario), name))

    def change(self, name: str, scenario: Scenario) -> None:
        """Serve another scenario as a tenant."""
        immediate(self.admin.change(name, given(scenario)))


def given(scenario: Scenario) -> Given:
    """A scenario that came along, as the control plane has read it."""
    return Given(scenario, TenantSource(orjson.dumps({"tenant": {"id": scenario.id}}).decode(), "json", 1))
