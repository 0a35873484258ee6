"""From a scenario to a tenant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from itertools import count
from typing import NamedTuple

from oifde_simulator.clock import TenantClock
from oifde_simulator.model.sessions import Sessions
from oifde_simulator.oifde.credential_counts import CredentialCounts
from oifde_simulator.oifde.credentials import CredentialPolicy, TenantCredentials
from oifde_simulator.oifde.operation import ServicePolicy
from oifde_simulator.oifde.service import Service
from oifde_simulator.oifde.tokens import Tokens
from oifde_simulator.population import generator
from oifde_simulator.population.history import Memory
from oifde_simulator.population.literal import LiteralSessions
from oifde_simulator.population.merging import Merged
from oifde_simulator.rules.selection import Rules
from oifde_simulator.scenario.model import GenerateSpec, Scenario, TenantSpec
from oifde_simulator.state.memory.counters import MemoryCounters
from oifde_simulator.tenants.added_rules import AddedRules
from oifde_simulator.tenants.tenant import Tenant


class FreshCredentials(NamedTuple):
    """What a tenant that is made on demand is asked for, beside the tokens of its scenario."""

    secret: str
    token: str
    owner: str
    """Whose tokens are issued: the tenant, and which one of those that had its id, one after another."""


MOST_REMEMBERED = 100_000
"""Ids of which it is remembered how many tenants had them; the oldest is forgotten first."""


def fresh_credentials(seed: str, tenant: str, before: int = 0) -> FreshCredentials:
    """The same for the same server and tenant, and in the shape of those that are issued.

    `before` is how many tenants had the id and are gone: what was theirs is good no more.
    """
    owner = f"{tenant}\0{before}" if before else tenant
    key = blake2b(f"{seed}\0{owner}".encode("utf-8", "surrogatepass"), digest_size=32).digest()
    secret, token = (blake2b(key=key, digest_size=16, person=part) for part in (b"secret", b"token"))
    return FreshCredentials(secret.hexdigest(), token.hexdigest(), owner)


class Maker:
    """Makes the tenants of one server."""

    def __init__(
        self, seed: str, policy: ServicePolicy, memory: Memory, *, any_credentials: bool = False
    ) -> None:
        """`policy` has what a scenario does not set; `any_credentials` takes every secret and token."""
        self.seed = seed
        self._any = any_credentials
        self._policy = policy
        self._memory = memory
        self._numbers: dict[str, Iterator[int]] = {}  # of tokens, which go on when a tenant begins anew
        self._before: dict[str, int] = {}  # how many tenants had an id and are gone

    def make(
        self, name: str, scenario: Scenario, since: int | None, fresh: FreshCredentials | None = None
    ) -> Tenant:
        """The tenant `name`; any thread may ask.

        `since` is when its time of day began to count, epoch milliseconds; None for now.
        """
        sessions = self._sessions(name, scenario)
        credentials = self._credentials(name, scenario.tenant, fresh)
        service = Service(credentials, sessions, self._policy_of(scenario))
        clock = TenantClock(scenario.clock)
        began = clock.now() if since is None or scenario.clock is not None else since
        rules = Rules(scenario.rules, MemoryCounters(), f"{self.seed}\0{scenario.id}", began)
        return Tenant(
            id=name,
            clock=clock,
            credentials=credentials,
            sessions=sessions,
            service=service,
            rules=rules,
            added=AddedRules(rules),
            scenario=scenario.id,
            provenance=scenario.settings.provenance,
        )

    def fresh(self, name: str) -> FreshCredentials:
        """What a tenant `name` made on demand is asked for; another than those of its id before."""
        return fresh_credentials(self.seed, name, self._before.get(name, 0))

    def bury(self, name: str, *, made: bool) -> None:
        """The tenant `name` is gone, one that was `made` for good."""
        if made:
            self._numbers.pop(name, None)
        self._before[name] = self._before.pop(name, 0) + 1
        if len(self._before) > MOST_REMEMBERED:
            del self._before[next(iter(self._before))]

    def restart(self, made: Iterable[str]) -> None:
        """As at the start: nobody was there before, and those that were `made` are gone."""
        for name in made:
            self._numbers.pop(name, None)
        self._before.clear()

    def seed_of(self, how: GenerateSpec) -> str:
        """What generated sessions depend on."""
        return self.seed if how.seed is None else how.seed

    def _credentials(self, name: str, spec: TenantSpec, fresh: FreshCredentials | None) -> TenantCredentials:
        tokens = Tokens(
            seed=self.seed,
            tenant=fresh.owner if fresh else name,
            lifetime=spec.token_lifetime,
            fixed=(*spec.tokens, fresh.token) if fresh else spec.tokens,
            anything=spec.any_token or self._any,
            single=spec.single_token,
            uses=spec.token_uses,
        )
        secret = fresh.secret if fresh else spec.secret
        policy = CredentialPolicy(None if self._any else secret, tokens, spec.lock_after)
        return TenantCredentials(policy, CredentialCounts(self._numbers.setdefault(name, count())))

    def _sessions(self, name: str, scenario: Scenario) -> Sessions:
        literal = LiteralSessions(scenario.records, world=scenario.id, tenant=name)
        how = scenario.generate
        if how is None:
            return literal
        generated = generator.history(
            seed=self.seed_of(how),
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

    def _policy_of(self, scenario: Scenario) -> ServicePolicy:
        settings = scenario.settings
        return ServicePolicy(
            time_zone=settings.time_zone,
            error_status=settings.error_status or self._policy.error_status,
            accept_numbers=settings.numbers == "accept",
            refuse_unknown=settings.unknown_fields == "refuse",
            flow_record=scenario.tenant.flow_record,
        )
