"""Requests that went astray, as the report of a failed test tells them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from client_server import ask
from oifde_simulator.client import Control, SimulatedTenant, Tenant
from oifde_simulator.pytest_plugin.astray import astray

pytest_plugins = ("client_server",)


class Meanwhile(Control):
    """A client during whose questions another worker's test ends."""

    def __init__(self, url: str, theirs: SimulatedTenant) -> None:
        super().__init__(url)
        self._theirs = theirs

    def tenants(self) -> Sequence[Tenant]:  # type: ignore[override]
        """List the tenants, just after theirs is gone."""
        self.delete_tenant(self._theirs.tenant_id)
        return super().tenants()


def test_a_tenant_that_another_worker_deletes_meanwhile_is_not_astray(control: Control) -> None:
    since = control.exchanges(limit=1).last
    with SimulatedTenant.made(control) as mine:
        theirs = SimulatedTenant.made(control)
        ask(mine)
        ask(theirs)
        ask(mine, tenantId="tenant001")
        ask(mine, tenantId="nobody")
        with Meanwhile(control.url, theirs) as meanwhile:
            found: Any = astray(meanwhile, since, [mine.tenant_id])
    assert [entry.tenant for entry in found] == ["tenant001", None]
