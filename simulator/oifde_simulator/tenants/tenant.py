"""One tenant as a request meets it: its scenario, compiled, and how the state says it is now."""

from __future__ import annotations

from dataclasses import field
from functools import cached_property

from oifde_simulator.clock import ClockSetting, TenantClock
from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.model.decision import RecordedDecision
from oifde_simulator.model.sessions import Sessions
from oifde_simulator.model.tenant_state import TenantSource
from oifde_simulator.oifde.credentials.interface import Credentials
from oifde_simulator.oifde.service import Service
from oifde_simulator.rules.selection import Rules
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.state.interface import Read

MOST_DECISIONS = 64
"""Decisions of one tenant that its exchanges share."""

WorldKey = tuple[TenantSource, bool, int]
"""Source of a tenant, whether it was made on demand, and how many had its id before."""


@dataclass(frozen=True, eq=False)
class World:
    """What depends on a scenario alone, and outlives resets: sessions that were computed stay computed."""

    scenario: Scenario | None
    """None for requests that belong to no tenant."""
    credentials: Credentials
    sessions: Sessions
    service: Service
    key: WorldKey | None = None
    """What it was made of; None for what the files have under the tenant's id."""

    @cached_property
    def rule_names(self) -> tuple[str, ...]:
        """Names of the rules of the scenario, in order."""
        return tuple(rule.name for rule in self.scenario.rules) if self.scenario else ()

    def clock(self, since: int) -> ClockSetting:
        """Begin the clock of the scenario at load or reset; `since` is the time of day then."""
        return self.scenario.clock.begun(since) if self.scenario else ClockSetting()


@dataclass(eq=False, slots=True)
class Tenant:
    """One tenant, until something of it changes."""

    id: str
    """Empty for the tenant of requests that belong to none."""
    read: Read
    """Version and epoch by which the state sees whether this is still true."""
    world: World
    clock: TenantClock
    rules: Rules
    counted: bool = False
    """Whether the worth of a token depends on what was counted."""
    covered: bool = False
    """Whether coverage has been told of the rules."""
    defect: Exception | None = None
    """Failure of ours that kept the tenant from being found; None where nothing did."""
    notes: tuple[str, ...] = ()
    """What each exchange notes where no rule is asked, such as why the tenant is unknown."""
    decisions: dict[int, RecordedDecision] = field(default_factory=dict)
    """Decisions to send honest answers, by the bytes of their heads; exchanges share them."""

    def unspoiled_decision(self, head: int) -> RecordedDecision:
        """Describe the decision to send an honest answer whose head has so many bytes."""
        decision = RecordedDecision(self.read.epoch, head)
        if len(self.decisions) < MOST_DECISIONS:
            self.decisions[head] = decision
        return decision

    @property
    def service(self) -> Service:
        """The honest service of the tenant."""
        return self.world.service

    @property
    def credentials(self) -> Credentials:
        """The judge of its credentials."""
        return self.world.credentials

    @property
    def provenance(self) -> bool:
        """Whether a spoiled answer says which rule spoiled it."""
        return self.world.scenario.settings.provenance if self.world.scenario else True

    @property
    def scenario(self) -> str:
        """Id of the scenario that it was made from; empty for none."""
        return self.world.scenario.id if self.world.scenario else ""
