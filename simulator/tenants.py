"""Tenants: each a whole world of credentials, sessions and clock, found by the id that a request names."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.clock import Clock, SystemClock, clock
from simulator.failure.scenario import Scenario
from simulator.oifde.credentials import Credentials, TenantCredentials, UnknownTenant
from simulator.oifde.routing import Call
from simulator.oifde.service import Conduct, Service
from simulator.oifde.tokens import Tokens
from simulator.population.literal import LiteralSessions


class Tenant:
    """One world: its clock, its credentials, its service."""

    def __init__(self, tenant_id: str, clock: Clock, credentials: Credentials, service: Service) -> None:
        """`tenant_id` is empty for the world of those who name no known tenant."""
        self.id = tenant_id
        self.clock = clock
        self.credentials = credentials
        self.service = service


class Tenants:
    """All tenants of one server."""

    def __init__(self, scenarios: Mapping[str, Scenario], *, seed: str, error_status: int) -> None:
        """`scenarios` by the tenant id they are served under; `error_status` where a scenario sets none."""
        self.scenarios = dict(scenarios)
        self._seed = seed
        self._defaults = Conduct(error_status=error_status)
        self._nowhere = SystemClock()
        self._tenants = {name: self._make(name, scenario) for name, scenario in scenarios.items()}

    def of(self, call: Call) -> Tenant:
        """The tenant that `call` names, or a world in which it is unknown."""
        name = call.tenant
        tenant = self._tenants.get(name) if isinstance(name, str) else None
        return tenant or self._unknown(name)

    def _unknown(self, name: object) -> Tenant:
        credentials = UnknownTenant(name)
        return Tenant("", self._nowhere, credentials, Service(credentials, NO_SESSIONS, self._defaults))

    def token(self, name: str) -> str:
        """A token that the tenant `name` accepts now: a fixed one of its scenario, or one freshly issued."""
        tenant = self._tenants[name]
        fixed = self.scenarios[name].tenant.tokens
        return fixed[0] if fixed else tenant.credentials.issue(tenant.clock.now())[0]

    def __len__(self) -> int:
        return len(self._tenants)

    def _make(self, name: str, scenario: Scenario) -> Tenant:
        spec = scenario.tenant
        tokens = Tokens(
            seed=self._seed,
            tenant=name,
            lifetime=spec.token_lifetime,
            fixed=spec.tokens,
            anything=spec.any_token,
        )
        sessions = LiteralSessions(scenario.records, world=scenario.id, tenant=name)
        credentials = TenantCredentials(spec.secret, tokens)
        service = Service(credentials, sessions, self._conduct(scenario))
        return Tenant(name, clock(scenario.clock), credentials, service)

    def _conduct(self, scenario: Scenario) -> Conduct:
        settings = scenario.settings
        return Conduct(
            time_zone=settings.time_zone,
            error_status=settings.error_status or self._defaults.error_status,
            accept_numbers=settings.numbers == "accept",
            refuse_unknown=settings.unknown_fields == "refuse",
            flow_record=scenario.tenant.flow_record,
        )


NO_SESSIONS = LiteralSessions((), world="", tenant="")
