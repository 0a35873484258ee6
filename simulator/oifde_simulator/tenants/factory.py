"""From a scenario, and what the state says of a tenant, to the tenant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from hashlib import blake2b
from typing import NamedTuple

import orjson

from oifde_simulator.bounded_cache import BoundedCache
from oifde_simulator.clock import TIME_OF_DAY, Clock, TenantClock
from oifde_simulator.model.sessions import Sessions
from oifde_simulator.model.tenant_state import AddedRule, TenantState
from oifde_simulator.oifde.credentials.tenant import TenantCredentials
from oifde_simulator.oifde.credentials.tokens import Tokens
from oifde_simulator.oifde.header_service import service_of
from oifde_simulator.oifde.policy.service_policy import ServicePolicy
from oifde_simulator.population import generator
from oifde_simulator.population.cached_records import SessionCache
from oifde_simulator.population.literal import LiteralSessions
from oifde_simulator.population.merging import MergedSessions
from oifde_simulator.rules.rule import Rule
from oifde_simulator.rules.selection import Rules
from oifde_simulator.scenario import loader
from oifde_simulator.scenario.model import GenerateSpec, Scenario, TenantSpec
from oifde_simulator.state.interface import Read
from oifde_simulator.tenants.settings import arranged, policy_of
from oifde_simulator.tenants.tenant import Tenant, World, WorldKey

COMPILED_KEPT = 64 << 20
"""Bytes of added rules that are remembered as compiled; those not used for long go first."""
RULE_BYTES = 4 << 10
"""Memory of a compiled rule beside its definition."""
VALUE_BYTES = 230
"""Memory that one value of a scenario takes: as a rule or a record, and in the indexes of sessions."""
COPIES = 2
"""Times that texts of a scenario are kept: in its source, and as values."""
NAMELESS = "inline"
"""Id of a scenario that comes along and names none: its world, and how the ids of its tenants begin."""


class FreshCredentials(NamedTuple):
    """Credentials of a tenant that was made on demand, beside the tokens of its scenario."""

    secret: str
    token: str
    owner: str
    """Whose tokens are issued: the tenant, and which one of those that had its id, one after another."""


def fresh_credentials(seed: str, tenant: str, before: int = 0) -> FreshCredentials:
    """Compute credentials: the same for the same server and tenant, in the shape of those that are issued.

    `before` is how many tenants had the id and are gone: their credentials are good no more.
    """
    owner = f"{tenant}\0{before}" if before else tenant
    key = blake2b(f"{seed}\0{owner}".encode("utf-8", "surrogatepass"), digest_size=32).digest()
    secret, token = (blake2b(key=key, digest_size=16, person=part) for part in (b"secret", b"token"))
    return FreshCredentials(secret.hexdigest(), token.hexdigest(), owner)


class TenantFactory:
    """Makes the tenants of one server. Any thread may ask for a world."""

    def __init__(
        self, seed: str, policy: ServicePolicy, *, any_credentials: bool = False, clock: Clock = TIME_OF_DAY
    ) -> None:
        """`policy` has what a scenario does not set; `any_credentials` takes every secret and token.

        `clock` tells the time of day.
        """
        self._clock = clock
        self.seed = seed
        self.policy = policy
        self._any = any_credentials
        self._memory = SessionCache()
        self._compiled: BoundedCache[Rule] = BoundedCache(COMPILED_KEPT, share=2)

    def world(
        self, name: str, scenario: Scenario, key: WorldKey | None, fresh: FreshCredentials | None = None
    ) -> World:
        """Make what depends on the scenario alone."""
        sessions = self._sessions(name, scenario)
        credentials = self._credentials(name, scenario.tenant, fresh)
        policy = policy_of(scenario, self.policy)
        service = service_of(credentials, arranged(sessions, scenario), policy)
        return World(scenario, credentials, sessions, service, key)

    def tenant(self, name: str, world: World, state: TenantState) -> Tenant:
        """Make the tenant as the state says it is."""
        assert world.scenario
        initial = world.clock(state.since)
        clock = TenantClock(state.clock or initial, self._clock)
        # Time since load is that of the tenant's clock as its scenario has it.
        since = initial.at(state.since)
        rules = Rules(self._rules(world.scenario, state, since), f"{self.seed}\0{world.scenario.id}", since)
        counted = (
            world.credentials.counted
            or state.ends_tokens
            or any(rule.ends_tokens for rule in world.scenario.rules)
        )
        return Tenant(name, Read(name, state.version, state.epoch), world, clock, rules, counted)

    def fresh(self, name: str, generation: int) -> FreshCredentials:
        """Compute the credentials of a tenant that is made on demand."""
        return fresh_credentials(self.seed, name, generation)

    def seed_of(self, how: GenerateSpec) -> str:
        """Find the seed of generated sessions."""
        return self.seed if how.seed is None else how.seed

    def _rules(self, scenario: Scenario, state: TenantState, since: int) -> tuple[Rule, ...]:
        own = () if state.cleared else scenario.rules
        kept = own if not state.removed else (rule for rule in own if rule.name not in state.removed)
        if not state.added:
            return tuple(kept)
        zone = scenario.settings.time_zone_name
        return (*(_begun(self._added(added, zone), added.at, since) for added in state.added), *kept)

    def _added(self, added: AddedRule, zone: str) -> Rule:
        return self._compiled.find((added.name, added.digest, zone)) or self._compile(added, zone)

    def _compile(self, added: AddedRule, zone: str) -> Rule:
        rule = {**added.definition, "name": added.name}
        read = loader.from_json({"settings": {"time_zone": zone}, "rules": [rule]}, "rules", NAMELESS)
        text = len(orjson.dumps(added.definition))
        return self._compiled.keep(
            (added.name, added.digest, zone),
            replace(read.rules[0], name=added.name),
            RULE_BYTES + COPIES * text + VALUE_BYTES * read.values,
        )

    def _credentials(self, name: str, spec: TenantSpec, fresh: FreshCredentials | None) -> TenantCredentials:
        tokens = Tokens(
            seed=self.seed,
            tenant=fresh.owner if fresh else name,
            lifetime=spec.token_lifetime,
            fixed=(*spec.tokens, fresh.token) if fresh else spec.tokens,
            anything=spec.any_token or self._any,
        )
        secret = fresh.secret if fresh else spec.secret
        return TenantCredentials(
            None if self._any else secret,
            tokens,
            lock_after=spec.lock_after,
            single=spec.single_token,
            uses=spec.token_uses,
            access_keys=None if self._any else _access_keys(name, spec, fresh),
        )

    def _sessions(self, name: str, scenario: Scenario) -> Sessions:
        literal = LiteralSessions(scenario.records, world=scenario.id, tenant=name, derive=scenario.derive)
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
            per_quarter=how.per_quarter,
            time_zone=how.time_zone,
            mix=how.mix,
            oddities=how.oddities,
            users=how.users,
            memory=self._memory,
        )
        return MergedSessions(literal, generated) if scenario.records else generated


def _access_keys(name: str, spec: TenantSpec, fresh: FreshCredentials | None) -> Mapping[str, str] | None:
    """Find the secret of each access key; None where no signature is judged.

    A tenant that was made on demand has credentials of its own too: its id, and its secret.
    """
    if not spec.access_keys:
        return None
    return {**spec.access_keys, name: fresh.secret} if fresh else spec.access_keys


def _begun(rule: Rule, at: int | None, since: int) -> Rule:
    """Copy an added rule with the time at which it was added (`at`), counted from load or reset (`since`)."""
    return rule if at is None else replace(rule, added=at - since)
