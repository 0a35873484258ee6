"""Tenants: found and described."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.instants import iso
from oifde_simulator.model.entry import Entry
from oifde_simulator.model.sessions import CallSession, Criteria
from oifde_simulator.model.tenant_state import TenantState
from oifde_simulator.oifde.operations import BY_PORT
from oifde_simulator.oifde.operations.base import ServiceRequest
from oifde_simulator.oifde.reading import Reading
from oifde_simulator.rules.selection import Rules
from oifde_simulator.tenants import Tenants
from oifde_simulator.tenants.broken_files import BrokenFile
from oifde_simulator.tenants.errors import NotServed
from oifde_simulator.web.control_plane.evaluations import Evaluations
from oifde_simulator.web.control_plane.problems import Problem
from oifde_simulator.web.control_plane.services.errors import (
    named_tenant,
    needs_tenant,
    no_tenant,
    tenant_hint,
)
from oifde_simulator.wire.octets import Octets

if TYPE_CHECKING:
    from oifde_simulator.wiremock.admin.scenarios import WireMockScenario


DOWNLOAD = BY_PORT["recordings"]
RECORDING_HINT = "GET /tenants/{id}/sessions lists the sessions of a number, each with its recordFileName"


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
    zone: str
    """Time zone of its service, as its scenario writes it: a name or an offset."""


@dataclass(frozen=True, slots=True)
class ClockReading:
    """Time of a tenant. Fields are the members of its JSON."""

    now: str
    """Instant in ISO 8601."""
    frozen: bool
    speed: float
    """How fast it runs, or will where it is frozen; 1 for as fast as real time."""


class TenantService:
    """Read the tenants of one server. Methods raise a Problem for an id that is not served."""

    def __init__(self, tenants: Tenants, evaluations: Evaluations) -> None:
        self._tenants = tenants
        self._evaluations = evaluations

    @property
    def seed(self) -> str:
        """Seed of the server, on which fingerprints of credentials depend."""
        return self._tenants.seed

    def time_of_day(self) -> str:
        """Read the server's own clock, as an instant in ISO 8601."""
        return iso(self._tenants.clock.now())

    async def ids(self) -> list[str]:
        """List the ids of all tenants that are served."""
        return await self._tenants.ids()

    async def count(self) -> int:
        """Count the tenants that are served."""
        return len(await self._tenants.ids())

    @property
    def files(self) -> Container[str]:
        """Names of the scenarios that the server was given."""
        return self._tenants.files

    @property
    def broken_files(self) -> Sequence[BrokenFile]:
        """List the watched files that are wrong now."""
        return self._tenants.broken_files

    def broken_file(self, id: str) -> BrokenFile | None:
        """Find the file of a tenant that is wrong now; None where it is good."""
        return self._tenants.broken_files.of(id)

    async def exists(self, id: str) -> bool:
        """Check that a tenant is served."""
        return await self._tenants.has(id)

    async def require(self, id: str, purpose: str = "") -> None:
        """Raise a Problem where a tenant is not served; `purpose` goes into its message."""
        if not await self._tenants.has(id):
            raise no_tenant(self._tenants, id, purpose)

    async def hint(self, id: str, *others: str) -> str:
        """Suggest a tenant, or one of the `others`, whose id is like one that is not served."""
        from oifde_simulator.web.control_plane.services.suggestions import suggested  # seldom wanted

        known = (*await self._tenants.ids(), *others)
        return tenant_hint(self._tenants, id, await suggested(self._evaluations, id, known))

    async def summaries(self) -> list[TenantSummary]:
        """Summarize every tenant."""
        found = []
        for id in await self._tenants.ids():
            with suppress(NotServed):  # one that has gone meanwhile is left out
                found.append(await self._summary(id))
        return found

    async def summary(self, id: str) -> TenantSummary:
        """Summarize one tenant."""
        with needs_tenant(self._tenants, id):
            return await self._summary(id)

    async def _summary(self, id: str) -> TenantSummary:
        state = await self._tenants.served(id)
        scenario = await self._tenants.scenario(id, state)
        return TenantSummary(
            id,
            scenario.description,
            len(scenario.records),
            self._tenants.worlds.generator(scenario),
            state.made,
            scenario.settings.time_zone_name,
        )

    async def scenario_id(self, id: str) -> str:
        """Tell the id of the scenario that a tenant was made from."""
        with needs_tenant(self._tenants, id):
            return (await self._tenants.scenario(id)).id

    async def served_scenario_id(self, id: str) -> str | None:
        """Tell the id of the scenario that a tenant was made from; None where it is not served."""
        try:
            return (await self._tenants.scenario(id)).id
        except NotServed:
            return None

    async def scenario_ids(self) -> dict[str, str]:
        """Map each tenant to the id of its scenario. No file is read, and each replica tells the same."""
        touched = frozenset(await self._tenants.state.tenants.touched())
        found = {}
        for id in await self._tenants.ids():
            with suppress(NotServed):  # one that has gone meanwhile is left out
                state = await self._tenants.served(id) if id in touched else None
                found[id] = await self._scenario_id(id, state)
        return found

    async def _scenario_id(self, id: str, state: TenantState | None) -> str:
        """Find the id of a tenant's scenario by the state alone, for its world here may be that of before."""
        if state is None or state.source is None:
            return self._tenants.files.scenario_id(id)
        return (await self._tenants.scenario(id, state)).id

    async def clock(self, id: str) -> ClockReading:
        """Read the clock of a tenant."""
        clock = (await named_tenant(self._tenants, id)).clock
        return ClockReading(iso(clock.now()), clock.frozen, clock.setting.speed)

    async def sessions(self, id: str, criteria: Criteria) -> Sequence[CallSession]:
        """Find the call sessions of a tenant as they are now on its clock, the newest first."""
        with needs_tenant(self._tenants, id):
            return await self._tenants.select(id, criteria)

    async def recording(self, id: str, file_name: str) -> Octets:
        """Find the sound of a recording as it is now. Raises Problem where a download has none."""
        tenant = await named_tenant(self._tenants, id)
        request = ServiceRequest(Reading({"fileName": file_name}), tenant.clock.now())
        answer = DOWNLOAD.answer(request, tenant.world.sessions, tenant.service.policy)
        if answer.problems:
            detail = f"{answer.problems[0].message}; {RECORDING_HINT}"
            raise Problem(HTTPStatus.NOT_FOUND, "no-recording", detail)
        return answer.response.body

    async def wiremock_scenarios(self) -> list[WireMockScenario]:
        """List the states of rules of all tenants, as WireMock's scenarios."""
        from oifde_simulator.wiremock.admin import scenarios  # only wanted by WireMock's clients

        found: list[WireMockScenario] = []
        for id in await self._tenants.ids():
            with suppress(NotServed):  # one that has gone meanwhile is left out
                state = await self._tenants.served(id)
                scenario = await self._tenants.scenario(id, state)
                if state.added or any(map(scenarios.is_stateful, scenario.rules)):
                    tenant = await self._tenants.named(id)
                    found += await scenarios.tenant_scenarios(tenant, self._tenants.state.tenants)
        return found

    async def enter_state(self, scenario: WireMockScenario, state: str) -> None:
        """Put one of WireMock's scenarios into a state, in our words. Raises Stale where it has ended."""
        enter = self._tenants.state.tenants.enter
        await enter(scenario.tenant, scenario.value, state, scenario.now, epoch=scenario.epoch)

    async def rules_about(self, entry: Entry) -> Rules | None:
        """Find the rules of the tenant that an entry of the journal names; None without such a tenant."""
        if not entry.tenant:
            return None
        try:
            return (await self._tenants.named(entry.tenant)).rules
        except NotServed:
            return None

    async def initial_tokens(self) -> dict[str, str]:
        """Map the tenants that were made on demand to the tokens that they were made with."""
        ids = await self._tenants.state.tenants.made()
        fresh = {id: await self._tenants.fresh(id) for id in ids}
        return {id: credentials.token for id, credentials in fresh.items() if credentials}
