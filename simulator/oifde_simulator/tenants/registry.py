"""All tenants of one server: those that are served, those that requests name, and those of changed files."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from oifde_simulator.clock import TIME_OF_DAY, Clock
from oifde_simulator.oifde.policy.service_policy import ServicePolicy
from oifde_simulator.scenario.catalog import ScenarioCatalog
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.state.interface import State
from oifde_simulator.state.memory.state import MemoryState
from oifde_simulator.tenants.broken_files import BrokenFile, BrokenFiles
from oifde_simulator.tenants.factory import TenantFactory
from oifde_simulator.tenants.reloading import TenantReloader
from oifde_simulator.tenants.resolution.resolver import Substitutes, TenantResolver
from oifde_simulator.tenants.served import ServedTenants
from oifde_simulator.tenants.worlds import Worlds
from oifde_simulator.text import did_you_mean, normal


class Tenants(ServedTenants):
    """All tenants of one server."""

    def __init__(
        self,
        scenarios: Mapping[str, Scenario],
        *,
        seed: str,
        error_status: int,
        any_credentials: bool = False,
        tenantless: str | None = None,
        settings_from: str | None = None,
        recordings_tenant: str | None = None,
        broken_files: Iterable[BrokenFile] = (),
        state: State | None = None,
        clock: Clock = TIME_OF_DAY,
    ) -> None:
        """`scenarios` by the tenant id they are served under; `error_status` where a scenario sets none.

        With `any_credentials` every secret and every token that is not empty is accepted. `tenantless`,
        `settings_from` and `recordings_tenant` are `Substitutes`. `state` is a fresh one in this process when
        left out; `clock` tells the time of day. Raises ValueError where a substitute is not served, unless it
        is the tenant of one of the `broken_files`, which may be mended.
        """
        policy = ServicePolicy(error_status=error_status)
        factory = TenantFactory(seed, policy, any_credentials=any_credentials, clock=clock)
        catalog = scenarios if isinstance(scenarios, ScenarioCatalog) else ScenarioCatalog(scenarios)
        super().__init__(
            factory, Worlds(factory, catalog), MemoryState(clock=clock) if state is None else state
        )
        self.clock = clock
        """Time of day, by which clocks of tenants are set."""
        self.broken_files = broken_files
        known = (*scenarios, *self.broken_files.tenants)
        substitutes = Substitutes(
            _served("--tenantless", tenantless, known),
            _served("--settings-from", settings_from, known),
            _served("--recordings-tenant", recordings_tenant, known),
        )
        self.resolver = TenantResolver(self, substitutes, policy, clock, self.unserved)
        """Finds the tenants of requests."""
        self.reloader = TenantReloader(self)
        """Serves what changed files have."""

    @property
    def broken_files(self) -> BrokenFiles:
        """Watched files that are wrong now."""
        return self._broken_files

    @broken_files.setter
    def broken_files(self, files: Iterable[BrokenFile]) -> None:
        self._broken_files = BrokenFiles(files)

    def unserved(self, name: object) -> str:
        """Say what is wrong with the file of a tenant that was never good; empty for any other name."""
        broken = self.broken_files.of(normal(name)) if isinstance(name, str) else None
        if broken is None or normal(str(name)) in self.files:
            return ""
        return f"its file is broken: {broken.text}"

    def forget(self, name: str) -> None:
        """Read a tenant anew when it is next asked for: the state has another version of it."""
        super().forget(name)
        self.resolver.forget()

    def forget_all(self) -> None:
        """Read every tenant anew: the state has forgotten all; what was made of sources is given back."""
        super().forget_all()
        self.resolver.forget_all()


def _served(option: str, name: str | None, known: Collection[str]) -> str | None:
    """Check that the tenant of an option is a `known` one; None for an option that is not given."""
    name = name and normal(name)
    if name is not None and name not in known:
        raise ValueError(f"{option} {name}: there is no tenant {name}{did_you_mean(name, known)}")
    return name
