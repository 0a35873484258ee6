"""One tenant for a test: its URL and credentials, its rules, its clock and its journal."""

from __future__ import annotations

import ssl
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from oifde_simulator_client.binding import blocking_of_tenant
from oifde_simulator_client.call import Steps
from oifde_simulator_client.control import Control
from oifde_simulator_client.errors import hides_frames
from oifde_simulator_client.models import MadeTenant, Rule
from oifde_simulator_client.operations import rules as tenant_rules
from oifde_simulator_client.operations import simulated, tenants, verification
from oifde_simulator_client.operations.simulated import GOOD_DAY
from oifde_simulator_client.operations.tenants import Scenario
from oifde_simulator_client.tenant_clock import TenantClock
from oifde_simulator_client.tenant_journal import TenantJournal
from oifde_simulator_client.tenant_values import TenantValues

if TYPE_CHECKING:
    from oifde_simulator_client.aio.control import AsyncControl
    from oifde_simulator_client.aio.tenant import AsyncSimulatedTenant

__all__ = ["GOOD_DAY", "SimulatedTenant"]
__tracebackhide__ = hides_frames  # pytest shows the line of the failing test only

T = TypeVar("T")


class SimulatedTenant(TenantValues):
    """A tenant from `made` until `delete`, with rules, counts, a clock and a journal of its own."""

    def __init__(self, control: Control, made: MadeTenant, ca_file: str | None = None) -> None:
        """Take a made tenant; `ca_file` is the path of the certificate authority, if it is on disk."""
        super().__init__(made, ca_file)
        self.control = control
        """Client of the whole control plane."""
        self.journal = TenantJournal(control, made.tenant_id)
        self.clock = TenantClock(control, made.tenant_id)

    @classmethod
    def made(
        cls,
        control: Control,
        scenario: Scenario | None = None,
        *,
        rules: Sequence[Mapping[str, Any]] = (),
        ca_file: str | None = None,
        data_url: str | None = None,
    ) -> SimulatedTenant:
        """Create a tenant from a scenario, by default GOOD_DAY; `rules` come before the scenario's own.

        `data_url` is where the vendor's interface is reached, in place of what the server says.
        """
        return cls(control, control._run(simulated.make(scenario, rules, data_url)), ca_file)

    def to_async(self, control: AsyncControl) -> AsyncSimulatedTenant:
        """Make the same tenant's object for coroutines, over `control`."""
        from oifde_simulator_client.aio.tenant import AsyncSimulatedTenant  # most programs need no asyncio

        return AsyncSimulatedTenant(control, self._made, self.ca_file)

    def _run(self, steps: Steps[T]) -> T:
        return self.control._run(steps)

    @property
    def ssl_context(self) -> ssl.SSLContext:
        """TLS context that trusts the server; a default context with TLS off."""
        return self.control.ssl_context

    def use(
        self, scenario: Scenario | None = None, *, rules: Sequence[Mapping[str, Any]] = ()
    ) -> SimulatedTenant:
        """Start anew with another scenario: a name, a mapping or YAML text; by default GOOD_DAY.

        `rules` come before the scenario's own. Credentials stay. Raises ControlProblem for a bad scenario.
        """
        self._run(simulated.use(self._tenant, scenario, rules))
        return self

    @property
    def rules(self) -> Sequence[Rule]:
        """Rules with their fired counts."""
        return self._run(tenant_rules.rules(self._tenant))

    add_rules = blocking_of_tenant(tenant_rules.add_rules)
    remove_rules = blocking_of_tenant(tenant_rules.remove_rules)
    remove_rule = blocking_of_tenant(tenant_rules.remove_rule)
    sessions = blocking_of_tenant(tenants.sessions)
    recording = blocking_of_tenant(tenants.recording)
    reset = blocking_of_tenant(simulated.reset)
    clear = blocking_of_tenant(simulated.clear)
    verify = blocking_of_tenant(verification.assert_verdict)
    delete = blocking_of_tenant(tenants.delete_if_there)

    def __enter__(self) -> SimulatedTenant:
        return self

    def __exit__(self, *_: object) -> None:
        self.delete()
