"""Tenants: each a whole world of credentials, sessions and clock, found by the id that a request names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from simulator.clock import Clock, SystemClock, clock
from simulator.failure.counting import MemoryCounters
from simulator.failure.rules import Rules
from simulator.failure.scenario import GenerateSpec, Scenario
from simulator.oifde.credentials import Credentials, TenantCredentials, UnknownTenant
from simulator.oifde.routing import Call
from simulator.oifde.service import Conduct, Service
from simulator.oifde.tokens import Tokens
from simulator.population import generator
from simulator.population.history import Memory
from simulator.population.literal import LiteralSessions
from simulator.population.merging import Merged
from simulator.sessions import CallSession, Criteria, Sessions
from simulator.shelf import Shelf


@dataclass(frozen=True, slots=True)
class Tenant:
    """One world: its clock, its credentials, its sessions, its service."""

    id: str
    """Empty for the world of those who name no known tenant."""
    clock: Clock
    credentials: Credentials
    sessions: Sessions
    service: Service
    rules: Rules
    provenance: bool = True
    """Whether a spoiled answer says which rule spoiled it."""


class Tenants:
    """All tenants of one server."""

    def __init__(self, scenarios: Mapping[str, Scenario], *, seed: str, error_status: int) -> None:
        """`scenarios` by the tenant id they are served under; `error_status` where a scenario sets none."""
        self.scenarios = scenarios if isinstance(scenarios, Shelf) else Shelf(scenarios)
        self._seed = seed
        self._defaults = Conduct(error_status=error_status)
        self._nowhere = SystemClock()
        self._memory = Memory()
        self._started = self._nowhere.now()
        self._tenants: dict[str, Tenant] = {}
        self._numbers: dict[str, Iterator[int]] = {}  # of tokens, which go on when a tenant begins anew

    def of(self, call: Call) -> Tenant:
        """The tenant that `call` names, or a world in which it is unknown."""
        name = call.tenant
        tenant = self._tenants.get(name) if isinstance(name, str) else None
        return tenant or self._first(name)

    def named(self, name: str) -> Tenant:
        """The tenant of this id; KeyError where there is none."""
        tenant = self._tenants.get(name)
        if tenant is None:
            tenant = self._tenants[name] = self._make(name, self.scenarios[name], self._started)
        return tenant

    def _first(self, name: object) -> Tenant:
        if isinstance(name, str) and name in self.scenarios:
            return self.named(name)
        return self._unknown(name)

    def replace(self, name: str, scenario: Scenario) -> None:
        """From the next request on, serve `scenario` as the tenant `name`, from its beginning.

        Tokens that were issued stay good, since nobody stores them, and none of them is issued again;
        what rules counted is forgotten.
        """
        self.put(scenario, self.prepared(name, scenario))

    def prepared(self, name: str, scenario: Scenario) -> Tenant:
        """The tenant `name` made from `scenario`, not yet served; any thread may ask for it."""
        return self._make(name, scenario, None)

    def put(self, scenario: Scenario, tenant: Tenant) -> None:
        """From the next request on, serve this tenant, prepared from `scenario`; not for other threads."""
        name = tenant.id
        self.scenarios, self._tenants = self.scenarios | {name: scenario}, self._tenants | {name: tenant}

    def remove(self, name: str) -> None:
        """From the next request on, the tenant `name` is unknown."""
        self.scenarios = self.scenarios.without(name)
        self._tenants = {each: tenant for each, tenant in self._tenants.items() if each != name}

    def nobody(self) -> Tenant:
        """The world of those who name no tenant."""
        return self._unknown(None)

    def _unknown(self, name: object) -> Tenant:
        credentials = UnknownTenant(name, self.scenarios)
        service = Service(credentials, NO_SESSIONS, self._defaults)
        return Tenant("", self._nowhere, credentials, NO_SESSIONS, service, NO_RULES)

    def token(self, name: str) -> str:
        """A token that the tenant `name` accepts now: a fixed one of its scenario, or one freshly issued."""
        tenant = self.named(name)
        fixed = self.scenarios[name].tenant.tokens
        return fixed[0] if fixed else tenant.credentials.issue(tenant.clock.now())[0]

    def select(self, name: str, criteria: Criteria) -> Sequence[CallSession]:
        """The sessions of the tenant `name` that fit, as they are now on its clock."""
        tenant = self.named(name)
        return tenant.sessions.select(criteria, tenant.clock.now())

    def generators(self) -> Mapping[str, dict[str, Any]]:
        """For each tenant with generated sessions, what they depend on."""
        return {
            name: {
                "version": generator.VERSION,
                "faker": generator.faker_version(),
                "seed": self._seed_of(how),
                "locale": how.locale,
            }
            for name, scenario in self.scenarios.items()
            if (how := scenario.generate) is not None
        }

    def warm(self) -> None:
        """Draw the words of generated sessions, so that no request has to wait for them."""
        read = self.scenarios.read().values()
        for locale in {scenario.generate.locale for scenario in read if scenario.generate}:
            generator.warm(locale)

    def _seed_of(self, how: GenerateSpec) -> str:
        return self._seed if how.seed is None else how.seed

    def __len__(self) -> int:
        return len(self.scenarios)

    @property
    def seed(self) -> str:
        """The server's seed."""
        return self._seed

    def _make(self, name: str, scenario: Scenario, since: int | None) -> Tenant:
        """`since` is when its time of day began to count, epoch milliseconds; None for now."""
        spec = scenario.tenant
        tokens = Tokens(
            seed=self._seed,
            tenant=name,
            lifetime=spec.token_lifetime,
            fixed=spec.tokens,
            anything=spec.any_token,
            single=spec.single_token,
            uses=spec.token_uses,
            numbers=self._numbers.setdefault(name, count()),
        )
        sessions = self._sessions(name, scenario)
        credentials = TenantCredentials(spec.secret, tokens, spec.lock_after)
        service = Service(credentials, sessions, self._conduct(scenario))
        own = clock(scenario.clock)
        seed = f"{self._seed}\0{scenario.id}"
        began = own.now() if since is None or scenario.clock is not None else since
        rules = Rules(scenario.rules, MemoryCounters(), seed, began)
        return Tenant(name, own, credentials, sessions, service, rules, scenario.settings.provenance)

    def _sessions(self, name: str, scenario: Scenario) -> Sessions:
        literal = LiteralSessions(scenario.records, world=scenario.id, tenant=name)
        how = scenario.generate
        if how is None:
            return literal
        generated = generator.history(
            seed=self._seed_of(how),
            world=scenario.id,
            tenant=name,
            locale=how.locale,
            days=how.days,
            per_day=how.per_day,
            mix=how.mix,
            oddities=how.oddities,
            users=how.users,
            memory=self._memory,
        )
        return Merged(literal, generated) if scenario.records else generated

    def _conduct(self, scenario: Scenario) -> Conduct:
        settings = scenario.settings
        return Conduct(
            time_zone=settings.time_zone,
            error_status=settings.error_status or self._defaults.error_status,
            accept_numbers=settings.numbers == "accept",
            refuse_unknown=settings.unknown_fields == "refuse",
            flow_record=scenario.tenant.flow_record,
        )


NO_RULES = Rules((), MemoryCounters(), "", 0)
NO_SESSIONS = LiteralSessions((), world="", tenant="")
