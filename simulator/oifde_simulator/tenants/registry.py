"""Which tenants are served: those of the scenarios, each made when it is first asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from oifde_simulator.clock import SystemClock
from oifde_simulator.model.sessions import CallSession, Criteria
from oifde_simulator.oifde.operation import ServicePolicy
from oifde_simulator.oifde.router import Call
from oifde_simulator.oifde.unknown_tenant import UnknownTenant
from oifde_simulator.population import generator
from oifde_simulator.population.history import Memory
from oifde_simulator.scenario.catalog import Shelf
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.tenants.factory import FreshCredentials, Maker
from oifde_simulator.tenants.tenant import Tenant
from oifde_simulator.tenants.unknown import unknown
from oifde_simulator.text import did_you_mean


class Tenants:
    """All tenants of one server."""

    def __init__(
        self,
        scenarios: Mapping[str, Scenario],
        *,
        seed: str,
        error_status: int,
        any_credentials: bool = False,
        tenantless: str | None = None,
    ) -> None:
        """`scenarios` by the tenant id they are served under; `error_status` where a scenario sets none.

        With `any_credentials` every secret and every token that is not empty is accepted. `tenantless` is the
        tenant that has the requests that name none. Raises ValueError where it is not served.
        """
        if tenantless is not None and tenantless not in scenarios:
            hint = did_you_mean(tenantless, scenarios)
            raise ValueError(f"--tenantless {tenantless}: there is no tenant {tenantless}{hint}")
        self._tenantless = tenantless
        self.files = scenarios if isinstance(scenarios, Shelf) else Shelf(scenarios)
        """The scenarios that the server was given, whatever became of their tenants."""
        self.scenarios = self.files
        """Those that are served."""
        self.made: frozenset[str] = frozenset()
        """Ids of tenants that were made on demand, with credentials of their own."""
        self._defaults = ServicePolicy(error_status=error_status)
        self._memory = Memory()
        self._maker = Maker(seed, self._defaults, self._memory, any_credentials=any_credentials)
        self._started = SystemClock().now()
        self._tenants: dict[str, Tenant] = {}
        self._weights: dict[str, int] = {}  # of scenarios that came along, by tenant

    def of(self, call: Call) -> Tenant:
        """The tenant that `call` names, or a world in which it is unknown."""
        name = call.tenant
        tenant = self._tenants.get(name) if isinstance(name, str) else None
        return tenant or self._first(name)

    def named(self, name: str) -> Tenant:
        """The tenant of this id; KeyError where there is none."""
        tenant = self._tenants.get(name)
        if tenant is None:
            tenant = self._tenants[name] = self._maker.make(name, self.scenarios[name], self._started)
        return tenant

    def _first(self, name: object) -> Tenant:
        if isinstance(name, str) and name in self.scenarios:
            return self.named(name)
        return self._unknown(name) if isinstance(name, str) and name else self.tenantless(name)

    def tenantless(self, name: object = None) -> Tenant:
        """Find the tenant of requests that name none; `name` is what they have in its place.

        It has the rules, clock and policy of the tenant that was chosen for them, but accepts no credentials.
        """
        if self._tenantless is None or self._tenantless not in self.scenarios:
            return self._unknown(name)
        home, nobody = self.named(self._tenantless), UnknownTenant(name)
        return replace(home, credentials=nobody, service=home.service.with_credentials(nobody))

    def replace(self, name: str, scenario: Scenario) -> None:
        """From the next request on, serve a file's `scenario` as the tenant `name`, from its beginning.

        Tokens that were issued stay good, since nobody stores them, and none of them is issued again;
        what rules counted is forgotten.
        """
        self.put(scenario, self.prepared(name, scenario))

    def prepared(self, name: str, scenario: Scenario) -> Tenant:
        """The tenant `name` made from `scenario`, not yet served; any thread may ask for it."""
        return self._maker.make(name, scenario, None)

    def put(self, scenario: Scenario, tenant: Tenant) -> bool:
        """From the next request on, serve this tenant, prepared from a file's `scenario`.

        False where one of its id was made on demand, which stays until everything is restored. Not for
        other threads.
        """
        self.files = self.files | {tenant.id: scenario}
        if tenant.id in self.made:
            return False
        self._serve(scenario, tenant)
        return True

    def remove(self, name: str) -> bool:
        """From the next request on, the tenant `name`, whose file is gone, is unknown.

        False where one of this id was made on demand, which stays.
        """
        self.files = self.files.without(name)
        if name in self.made:
            return False
        self.drop(name)
        return True

    def serve(self, name: str, scenario: Scenario, *, made: bool) -> Tenant:
        """From the next request on, serve `scenario` as `name`; `made` for credentials of its own."""
        fresh = self._maker.fresh(name) if made else None
        tenant = self._maker.make(name, scenario, None, fresh)
        self.made = self.made | {name} if made else self.made - {name}
        self._serve(scenario, tenant)
        return tenant

    def fresh(self, name: str) -> FreshCredentials | None:
        """The credentials that the tenant `name` was made with; None where it was not made on demand."""
        return self._maker.fresh(name) if name in self.made else None

    def weight_beside(self, name: str) -> int:
        """Bytes of the scenarios that came along with requests, but for that of the tenant `name`."""
        return sum(self._weights.values()) - self._weights.get(name, 0)

    def _serve(self, scenario: Scenario, tenant: Tenant) -> None:
        self._end(tenant.id)
        if scenario.weight:
            self._weights[tenant.id] = scenario.weight
        self.scenarios, self._tenants = (
            self.scenarios | {tenant.id: scenario},
            self._tenants | {tenant.id: tenant},
        )

    def drop(self, name: str) -> None:
        """From the next request on, the tenant `name` is unknown."""
        self._end(name)
        self._maker.bury(name, made=name in self.made)
        self.made -= {name}
        self.scenarios = self.scenarios.without(name)
        self._tenants = {each: tenant for each, tenant in self._tenants.items() if each != name}

    def _end(self, name: str) -> None:
        self._weights.pop(name, None)
        if name in self._tenants:
            self._tenants[name].added.end()

    def restore(self) -> None:
        """Serve what the files have, each tenant from its beginning, and nothing else."""
        for tenant in self._tenants.values():
            tenant.added.end()
        self._maker.restart(self.made)
        self._weights.clear()
        self.scenarios, self.made, self._tenants = self.files, frozenset(), {}
        self._started = SystemClock().now()

    def awake(self) -> list[Tenant]:
        """Those that anybody has asked for; all others are as at the start."""
        return list(self._tenants.values())

    def nobody(self) -> Tenant:
        """The world of those who name no tenant."""
        return self._unknown(None)

    def _unknown(self, name: object) -> Tenant:
        # Tenants that come and go are no fix for a name, and there may be many.
        return unknown(name, self.files, self._defaults)

    def token(self, name: str) -> str:
        """A token that the tenant `name` accepts now: a fixed one, or one freshly issued."""
        tenant = self.named(name)
        if fresh := self.fresh(name):
            return fresh.token
        fixed = self.scenarios[name].tenant.tokens
        return fixed[0] if fixed else tenant.credentials.issue(tenant.clock.now())[0]

    def select(self, name: str, criteria: Criteria) -> Sequence[CallSession]:
        """The sessions of the tenant `name` that fit, as they are now on its clock."""
        tenant = self.named(name)
        return tenant.sessions.select(criteria, tenant.clock.now())

    def generator(self, name: str) -> dict[str, Any] | None:
        """What the generated sessions of the tenant `name` depend on; None where it has none."""
        how = self.scenarios[name].generate
        if how is None:
            return None
        return {
            "version": generator.VERSION,
            "faker": generator.faker_version(),
            "seed": self._maker.seed_of(how),
            "locale": how.locale,
        }

    def warm(self) -> None:
        """Draw the words of generated sessions, so that no request has to wait for them."""
        read = self.scenarios.read().values()
        for locale in {scenario.generate.locale for scenario in read if scenario.generate}:
            generator.warm(locale)

    def __len__(self) -> int:
        return len(self.scenarios)

    @property
    def seed(self) -> str:
        """The server's seed."""
        return self._maker.seed
