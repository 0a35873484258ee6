"""Tenants: found and described."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from oifde_simulator.clock import iso
from oifde_simulator.model.entry import Entry
from oifde_simulator.model.sessions import CallSession, Criteria
from oifde_simulator.rules.selection import Rules
from oifde_simulator.tenants import Tenant, Tenants
from oifde_simulator.web.control_plane.services.errors import no_tenant, tenant_hint


@dataclass(frozen=True, slots=True)
class TenantSummary:
    """A tenant in a list, without secrets. Fields are the members of its JSON."""

    id: str
    description: str
    records: int
    """Number of literal records."""
    generator: Mapping[str, Any] | None
    """Facts that generated sessions depend on; None without such sessions."""
    made: bool
    """True where the tenant was made on demand."""


@dataclass(frozen=True, slots=True)
class ClockReading:
    """Time of a tenant. Fields are the members of its JSON."""

    now: str
    """Instant in ISO 8601."""
    frozen: bool


class TenantService:
    """Read the tenants of one server. Methods raise a Problem for an id that is not served."""

    def __init__(self, tenants: Tenants) -> None:
        self._tenants = tenants

    @property
    def seed(self) -> str:
        """Seed of the server, on which fingerprints of credentials depend."""
        return self._tenants.seed

    async def ids(self) -> list[str]:
        """List the ids of all tenants that are served."""
        return list(self._tenants.scenarios)

    async def count(self) -> int:
        """Count the tenants that are served."""
        return len(self._tenants)

    async def exists(self, id: str) -> bool:
        """Check that a tenant is served."""
        return id in self._tenants.scenarios

    async def require(self, id: str, purpose: str = "") -> None:
        """Raise a Problem where a tenant is not served; `purpose` goes into its message."""
        if id not in self._tenants.scenarios:
            # Tenants that were made on demand are not suggested: they are somebody else's business.
            raise no_tenant(id, self._tenants.files, purpose)

    async def hint(self, id: str, *others: str) -> str:
        """Suggest a tenant, or one of the `others`, whose id is like one that is not served."""
        return tenant_hint(id, (*self._tenants.scenarios, *others))

    async def summaries(self) -> list[TenantSummary]:
        """Summarize every tenant."""
        return [self._summary(id) for id in self._tenants.scenarios]

    async def summary(self, id: str) -> TenantSummary:
        """Summarize one tenant."""
        await self.require(id)
        return self._summary(id)

    def _summary(self, id: str) -> TenantSummary:
        scenario = self._tenants.scenarios[id]
        return TenantSummary(
            id,
            scenario.description,
            len(scenario.records),
            self._tenants.generator(id),
            id in self._tenants.made,
        )

    async def scenario_id(self, id: str) -> str:
        """Tell the id of the scenario that a tenant was made from."""
        await self.require(id)
        return self._tenants.scenarios[id].id

    async def scenario_ids(self) -> dict[str, str]:
        """Map each tenant to the id of its scenario, or to itself where its file was not read yet."""
        read = self._tenants.scenarios.read()
        return {id: read[id].id if id in read else id for id in self._tenants.scenarios}

    async def clock(self, id: str) -> ClockReading:
        """Read the clock of a tenant."""
        clock = (await self._tenant(id)).clock
        return ClockReading(iso(clock.now()), clock.frozen)

    async def sessions(self, id: str, criteria: Criteria) -> Sequence[CallSession]:
        """Find the call sessions of a tenant as they are now on its clock, the newest first."""
        await self.require(id)
        return self._tenants.select(id, criteria)

    async def rule_sets(self) -> dict[str, Rules]:
        """Map each tenant to its rules."""
        return {id: self._tenants.named(id).rules for id in self._tenants.scenarios}

    async def rules_about(self, entry: Entry) -> Rules | None:
        """Find the rules of the tenant that an entry of the journal names; None without such a tenant."""
        served = entry.tenant in self._tenants.scenarios
        return self._tenants.named(entry.tenant).rules if served else None

    async def made_tokens(self, ids: Iterable[str]) -> dict[str, str]:
        """Map the tenants among `ids` that were made on demand to the tokens that they were made with."""
        fresh = {id: self._tenants.fresh(id) for id in ids}
        return {id: credentials.token for id, credentials in fresh.items() if credentials}

    async def _tenant(self, id: str) -> Tenant:
        await self.require(id)
        return self._tenants.named(id)
