"""One tenant for a test of coroutines."""

from __future__ import annotations

import ssl
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from oifde_simulator_client.aio.binding import awaitable_of_tenant
from oifde_simulator_client.aio.control import AsyncControl
from oifde_simulator_client.aio.pending import Pending
from oifde_simulator_client.aio.tenant_clock import AsyncTenantClock
from oifde_simulator_client.aio.tenant_journal import AsyncTenantJournal
from oifde_simulator_client.call import Steps
from oifde_simulator_client.errors import hides_frames
from oifde_simulator_client.models import MadeTenant, Rule
from oifde_simulator_client.operations import rules as tenant_rules
from oifde_simulator_client.operations import simulated, tenants, verification
from oifde_simulator_client.operations.tenants import Scenario
from oifde_simulator_client.tenant_values import TenantValues

__tracebackhide__ = hides_frames  # pytest shows the line of the failing test only

T = TypeVar("T")


class AsyncSimulatedTenant(TenantValues):
    """A tenant from `made` until `delete`, for coroutines; `await tenant.rules` fetches a property."""

    def __init__(self, control: AsyncControl, made: MadeTenant, ca_file: str | None = None) -> None:
        """Take a made tenant; `ca_file` is the path of the certificate authority, if it is on disk."""
        super().__init__(made, ca_file)
        self.control = control
        """Client of the whole control plane."""
        self.journal = AsyncTenantJournal(control, made.tenant_id)
        self.clock = AsyncTenantClock(control, made.tenant_id)

    @classmethod
    async def made(
        cls,
        control: AsyncControl,
        scenario: Scenario | None = None,
        *,
        rules: Sequence[Mapping[str, Any]] = (),
        ca_file: str | None = None,
        data_url: str | None = None,
    ) -> AsyncSimulatedTenant:
        """Create a tenant from a scenario, by default GOOD_DAY; `rules` come before the scenario's own.

        `data_url` is where the vendor's interface is reached, in place of what the server says.
        """
        return cls(control, await control._run(simulated.make(scenario, rules, data_url)), ca_file)

    async def _run(self, steps: Steps[T]) -> T:
        return await self.control._run(steps)

    @property
    def ssl_context(self) -> Pending[ssl.SSLContext]:
        """TLS context that trusts the server; a default context with TLS off."""
        return self.control.ssl_context

    async def use(
        self, scenario: Scenario | None = None, *, rules: Sequence[Mapping[str, Any]] = ()
    ) -> AsyncSimulatedTenant:
        """Start anew with another scenario: a name, a mapping or YAML text; by default GOOD_DAY.

        `rules` come before the scenario's own. Credentials stay. Raises ControlProblem for a bad scenario.
        """
        await self._run(simulated.use(self._tenant, scenario, rules))
        return self

    @property
    def rules(self) -> Pending[Sequence[Rule]]:
        """Rules with their fired counts."""
        return Pending(lambda: self._run(tenant_rules.rules(self._tenant)))

    add_rules = awaitable_of_tenant(tenant_rules.add_rules)
    remove_rules = awaitable_of_tenant(tenant_rules.remove_rules)
    remove_rule = awaitable_of_tenant(tenant_rules.remove_rule)
    sessions = awaitable_of_tenant(tenants.sessions)
    recording = awaitable_of_tenant(tenants.recording)
    reset = awaitable_of_tenant(simulated.reset)
    clear = awaitable_of_tenant(simulated.clear)
    verify = awaitable_of_tenant(verification.assert_verdict)
    delete = awaitable_of_tenant(tenants.delete_if_there)

    async def __aenter__(self) -> AsyncSimulatedTenant:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.delete()
