"""Which tenants are served: each made when it is first asked for, and anew when the state has changed it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from oifde_simulator.clock import TIME_OF_DAY, Clock
from oifde_simulator.immediate import aside
from oifde_simulator.model.credential_step import SecretStep
from oifde_simulator.model.sessions import CallSession, Criteria
from oifde_simulator.model.tenant_state import TenantState
from oifde_simulator.oifde.credentials.unknown_tenant import NamelessTenant
from oifde_simulator.oifde.policy.service_policy import ServicePolicy
from oifde_simulator.scenario.catalog import ScenarioCatalog
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.state.errors import StoreGone
from oifde_simulator.state.interface import Read, State
from oifde_simulator.state.memory.state import MemoryState
from oifde_simulator.tenants.broken_files import BrokenFile, BrokenFiles
from oifde_simulator.tenants.digests import scenario_digest
from oifde_simulator.tenants.errors import NotServed
from oifde_simulator.tenants.factory import FreshCredentials, TenantFactory
from oifde_simulator.tenants.key_holders import KeyHolders
from oifde_simulator.tenants.retry import retried
from oifde_simulator.tenants.tenant import Tenant, World
from oifde_simulator.tenants.unknown import unknown
from oifde_simulator.tenants.worlds import Worlds
from oifde_simulator.text import did_you_mean, normal, shown


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
        settings_from: str | None = None,
        recordings_tenant: str | None = None,
        broken_files: Iterable[BrokenFile] = (),
        state: State | None = None,
        clock: Clock = TIME_OF_DAY,
    ) -> None:
        """`scenarios` by the tenant id they are served under; `error_status` where a scenario sets none.

        With `any_credentials` every secret and every token that is not empty is accepted. `tenantless` is the
        tenant that has the requests that name none; the settings of `settings_from` hold where no tenant is
        known; `recordings_tenant` has downloads whose access key is nobody's. `state` is a fresh one in this
        process when left out; `clock` tells the time of day. Raises ValueError where one of these tenants is
        not served, unless it is that of one of the `broken_files`, which may be mended.
        """
        self.broken_files = broken_files
        known = (*scenarios, *self.broken_files.tenants)
        self._tenantless = _served("--tenantless", tenantless, known)
        self._settings_from = _served("--settings-from", settings_from, known)
        self._recordings_tenant = _served("--recordings-tenant", recordings_tenant, known)
        self.state: State = MemoryState(clock=clock) if state is None else state
        self._factory = TenantFactory(
            seed, ServicePolicy(error_status=error_status), any_credentials=any_credentials, clock=clock
        )
        self.clock = clock
        """Time of day, by which clocks of tenants are set."""
        catalog = scenarios if isinstance(scenarios, ScenarioCatalog) else ScenarioCatalog(scenarios)
        self.worlds = Worlds(self._factory, catalog)
        """What depends on the scenarios of tenants alone."""
        self._tenants: dict[str, Tenant] = {}
        self._news: set[str] = set()
        """Tenants whose file has changed, and that have not begun anew yet."""
        self._nobody: Read | None = None
        self._holders = KeyHolders(self.state, self.worlds, self.named, self.served)

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

    @property
    def files(self) -> ScenarioCatalog:
        """Scenarios that the server was given, whatever became of their tenants."""
        return self.worlds.files

    @property
    def seed(self) -> str:
        """Seed of the server."""
        return self._factory.seed

    def cached(self, name: object) -> Tenant | None:
        """Find a tenant that was made before; it may have changed, which the state tells. Never suspends."""
        return self._tenants.get(name) if isinstance(name, str) else None

    async def find(self, name: object, *, by_key: bool = False) -> Tenant:
        """Find the tenant of this id, the tenantless one for none, or a world in which it is unknown.

        With `by_key`, `name` is an access key.
        """
        if by_key and (holder := await self._holder(name)):
            return holder
        if isinstance(name, str) and name:
            try:
                return await self.named(name)
            except NotServed:
                return await self.unknown(name, self._recordings_tenant if by_key else None)
        if by_key and self._recordings_tenant is not None and self._tenantless is None:
            return await self.unknown(name, self._recordings_tenant)
        return await self.tenantless(name)

    async def _holder(self, key: object) -> Tenant | None:
        """Find the tenant of an access key: of that id, or with that key, or the one for all other keys."""
        if isinstance(key, str) and key and (found := await self._holders.find(key)):
            return found
        if self._recordings_tenant is not None:
            with suppress(NotServed):
                return await self.named(self._recordings_tenant)
        return None

    async def tenantless(self, name: object = None) -> Tenant:
        """Find the tenant of requests that name none; `name` is what they have in its place.

        It has the rules, clock and policy of the tenant that was chosen for them, but accepts no credentials;
        a rule ends tokens of that tenant.
        """
        if self._tenantless is None:
            return await self.unknown(name)
        try:
            home = await self.named(self._tenantless)
        except NotServed:
            return await self.unknown(name, self._tenantless)
        nobody = NamelessTenant(name, home.credentials)
        service = home.service.with_credentials(nobody)
        return replace(home, world=replace(home.world, credentials=nobody, service=service))

    async def named(self, name: str) -> Tenant:
        """Find the tenant of this id as it is now. Raises NotServed where there is none."""
        while True:
            state = await self.served(name)
            tenant = self._tenants.get(name)
            if tenant is not None and tenant.read.version == state.version:
                return tenant
            if world := self.worlds.find(name, state):
                tenant = self._tenants[name] = self._factory.tenant(name, world, state)
                return tenant
            self.worlds.keep(name, await aside(self.worlds.make, name, state))
            # The tenant may have gone meanwhile, and what is kept of it would never be given back.

    async def unknown(self, name: object = None, substitute: str | None = None) -> Tenant:
        """Make the world of a request that names no tenant, or none that is known.

        `substitute` is the tenant that such requests were given to, and that is not served either.
        """
        if self._nobody is None:
            state = await self.state.tenants.get("")
            self._nobody = Read("", state.version, state.epoch)
        # Tenants that come and go are no fix for a name, and there may be many.
        policy = await self._policy_for_unknown()
        found = unknown(name, self.files, policy, self._nobody, self.clock)
        names = dict.fromkeys(each for each in (name, substitute) if isinstance(each, str))
        found.notes = tuple(
            f"tenant {shown(each)} is not served: {why}" for each in names if (why := self.unserved(each))
        )
        return found

    async def _policy_for_unknown(self) -> ServicePolicy:
        """Find the policy that holds where no tenant is known."""
        if self._settings_from is None:
            return self._factory.policy
        try:
            return (await self.named(self._settings_from)).service.policy
        except StoreGone:
            raise
        except Exception:  # noqa: BLE001  the tenant has gone, or cannot be made: other tenants are answered
            return self._factory.policy

    def forget(self, name: str) -> None:
        """Read a tenant anew when it is next asked for: the state has another version of it."""
        self._nobody = None
        self._tenants.pop(name, None)
        self._holders.forget()

    def forget_all(self) -> None:
        """Read every tenant anew: the state has forgotten all; what was made of sources is given back."""
        self._nobody = None
        self._tenants.clear()
        self._holders.forget_all()
        for name in self.worlds.of_sources():
            self.worlds.release(name)

    async def release_gone(self) -> list[str]:
        """Give back what was made for tenants that went at another replica; their ids."""
        made = frozenset(await self.state.tenants.made())
        gone = [
            name for name in {*self._tenants, *self.worlds} if name not in made and name not in self.files
        ]
        for name in gone:
            self.release(name)
        return gone

    def release(self, name: str) -> None:
        """Give back what was made for a tenant that is gone."""
        self.worlds.release(name)
        self._tenants.pop(name, None)

    async def ids(self) -> list[str]:
        """List the ids of all tenants that are served: those of the files, then those that were made."""
        gone = await self.state.tenants.gone()
        made = await self.state.tenants.made()
        return list(dict.fromkeys((*(name for name in self.files if name not in gone), *made)))

    async def has(self, name: str) -> bool:
        """Check that a tenant of this id is served."""
        return self._has(name, await self.state.tenants.get(name))

    def _has(self, name: str, state: TenantState) -> bool:
        return not state.gone and (state.source is not None or name in self.files)

    async def served(self, name: str) -> TenantState:
        """Tell how a tenant is now. Raises NotServed where there is none."""
        state = await self.state.tenants.get(name)
        if not self._has(name, state):
            self.release(name)
            raise NotServed(name)
        return state

    async def scenario(self, name: str, state: TenantState | None = None) -> Scenario:
        """Find the scenario of a tenant, served as `state` says. Raises NotServed where there is none."""
        return await self.worlds.scenario(name, state or await self.served(name))

    async def put(self, name: str, scenario: Scenario, world: World) -> bool:
        """Serve a file's `scenario` from now on, from its beginning, in the world prepared of it.

        False where a tenant of its id was made on demand, which stays until everything is restored. Tokens
        that were issued stay good, since nobody stores them; what was counted is forgotten.
        """
        self.worlds.files = self.files | {name: scenario}

        async def replace_file() -> bool:
            state = await self.state.tenants.get(name)
            if not state.made:
                if is_news:
                    await self.state.tenants.replace(name, None, epoch=state.epoch)
                self.worlds.keep(name, world)
                self._tenants.pop(name, None)
            return not state.made

        is_news = await self._note_file(name, lambda _: scenario_digest(scenario))
        is_served = await retried(replace_file)
        self._news.discard(name)
        return is_served

    async def remove(self, name: str) -> bool:
        """Have the tenant unknown, whose file is gone. False where one of its id was made, which stays."""
        self.worlds.files = self.files.without(name)
        is_news = await self._note_file(name, lambda _: "")

        async def drop_file() -> bool:
            state = await self.state.tenants.get(name)
            if not state.made and is_news:
                await self.drop(name, epoch=state.epoch)
            elif not state.made:
                self.release(name)
            return not state.made

        is_gone = await retried(drop_file)
        self._news.discard(name)
        return is_gone

    async def _note_file(self, name: str, digest: Callable[[str], str]) -> bool:
        """Note the file of a tenant; True where this process is the one to act on it.

        It stays so until that is done, should the state's store be lost in between.
        """
        try:
            news = await self.state.files.note([name], digest)
        except StoreGone:
            self._news.add(name)
            raise
        self._news.update(news)
        return name in self._news

    async def drop(self, name: str, *, epoch: int | None = None) -> None:
        """Have the tenant unknown from now on. Raises Stale where it is no longer that of `epoch`."""
        await self.state.tenants.delete(name, in_files=name in self.files, epoch=epoch)
        self.release(name)

    async def restore(self) -> list[str]:
        """Serve what the files have, each tenant from its beginning; the ids of made ones that are gone."""
        gone = await self.state.tenants.restore()
        for name in self.worlds.of_sources():
            self.release(name)
        return gone

    async def fresh(self, name: str) -> FreshCredentials | None:
        """Compute the credentials that a tenant was made with; None where it was not made on demand."""
        state = await self.state.tenants.get(name)
        return self.worlds.fresh(name, state) if state.made else None

    async def token(self, name: str) -> str:
        """Find a token that a tenant accepts now: a fixed one, or one freshly issued. Raises NotServed."""
        return await retried(lambda: self._token(name))

    async def _token(self, name: str) -> str:
        tenant = await self.named(name)
        if fresh := await self.fresh(name):
            return fresh.token
        assert tenant.world.scenario
        if fixed := tenant.world.scenario.tenant.tokens:
            return fixed[0]
        step = SecretStep(right=True, lock_after=None, issues=True)
        number = (await self.state.exchanges.admit(tenant.read, step)).number
        return tenant.credentials.issue(tenant.clock.now(), number)[0]

    async def select(self, name: str, criteria: Criteria) -> Sequence[CallSession]:
        """Find the sessions of a tenant that fit, as they are now on its clock."""
        tenant = await self.named(name)
        return tenant.world.sessions.select(criteria, tenant.clock.now())


def _served(option: str, name: str | None, known: Collection[str]) -> str | None:
    """Check that the tenant of an option is a `known` one; None for an option that is not given."""
    name = name and normal(name)
    if name is not None and name not in known:
        raise ValueError(f"{option} {name}: there is no tenant {name}{did_you_mean(name, known)}")
    return name
