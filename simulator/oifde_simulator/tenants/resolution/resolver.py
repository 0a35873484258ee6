"""The tenant of a request: of the id or access key that it names, or a world in which that is unknown."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple

from oifde_simulator.clock import Clock
from oifde_simulator.oifde.credentials.unknown_tenant import NamelessTenant
from oifde_simulator.oifde.policy.service_policy import ServicePolicy
from oifde_simulator.state.errors import StoreGone
from oifde_simulator.state.interface import Read
from oifde_simulator.tenants.errors import NotServed
from oifde_simulator.tenants.resolution.key_holders import KeyHolders
from oifde_simulator.tenants.resolution.unknown import unknown
from oifde_simulator.tenants.served import ServedTenants
from oifde_simulator.tenants.tenant import Tenant
from oifde_simulator.text import shown


class Substitutes(NamedTuple):
    """Tenants that stand in where a request names none that is known; None for nobody."""

    tenantless: str | None = None
    """Has the requests that name no tenant."""
    settings_from: str | None = None
    """Its settings hold where no tenant is known."""
    recordings_tenant: str | None = None
    """Has downloads whose access key is nobody's."""


class TenantResolver:
    """Finds the tenants of requests."""

    def __init__(
        self,
        tenants: ServedTenants,
        substitutes: Substitutes,
        policy: ServicePolicy,
        clock: Clock,
        unserved: Callable[[object], str],
    ) -> None:
        """`policy` holds where no tenant is known and none stands in; `clock` tells the time of day.

        `unserved` says what is wrong with the file of a tenant; empty for any other name.
        """
        self._tenants = tenants
        self._tenantless, self._settings_from, self._recordings_tenant = substitutes
        self._policy = policy
        self._clock = clock
        self._unserved = unserved
        self._holders = KeyHolders(tenants)
        self._nobody: Read | None = None

    async def find(self, name: object, *, by_key: bool = False) -> Tenant:
        """Find the tenant of this id, the tenantless one for none, or a world in which it is unknown.

        With `by_key`, `name` is an access key.
        """
        if by_key and (holder := await self._holder(name)):
            return holder
        if isinstance(name, str) and name:
            try:
                return await self._tenants.named(name)
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
                return await self._tenants.named(self._recordings_tenant)
        return None

    async def tenantless(self, name: object = None) -> Tenant:
        """Find the tenant of requests that name none; `name` is what they have in its place.

        It has the rules, clock and policy of the tenant that was chosen for them, but accepts no credentials;
        a rule ends tokens of that tenant.
        """
        if self._tenantless is None:
            return await self.unknown(name)
        try:
            home = await self._tenants.named(self._tenantless)
        except NotServed:
            return await self.unknown(name, self._tenantless)
        nobody = NamelessTenant(name, home.credentials)
        service = home.service.with_credentials(nobody)
        return replace(home, world=replace(home.world, credentials=nobody, service=service))

    async def unknown(self, name: object = None, substitute: str | None = None) -> Tenant:
        """Make the world of a request that names no tenant, or none that is known.

        `substitute` is the tenant that such requests were given to, and that is not served either.
        """
        if self._nobody is None:
            state = await self._tenants.state.tenants.get("")
            self._nobody = Read("", state.version, state.epoch)
        # Tenants that come and go are no fix for a name, and there may be many.
        policy = await self._policy_for_unknown()
        found = unknown(name, self._tenants.files.near_names, policy, self._nobody, self._clock)
        names = dict.fromkeys(each for each in (name, substitute) if isinstance(each, str))
        found.notes = tuple(
            f"tenant {shown(each)} is not served: {why}" for each in names if (why := self._unserved(each))
        )
        return found

    async def _policy_for_unknown(self) -> ServicePolicy:
        """Find the policy that holds where no tenant is known."""
        if self._settings_from is None:
            return self._policy
        try:
            return (await self._tenants.named(self._settings_from)).service.policy
        except StoreGone:
            raise
        except Exception:  # noqa: BLE001  the tenant has gone, or cannot be made: other tenants are answered
            return self._policy

    def forget(self) -> None:
        """Find tenants anew: the state has another version of one."""
        self._nobody = None
        self._holders.forget()

    def forget_all(self) -> None:
        """Find tenants anew, and learn all access keys: the state has forgotten all."""
        self._nobody = None
        self._holders.forget_all()
