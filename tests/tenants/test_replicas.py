"""Tenants at two replicas of one store: what one has done, the other knows at its next request."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

import valkey_server
from oifde_simulator.clock import ClockSetting
from oifde_simulator.scenario import loader
from oifde_simulator.state.errors import Stale
from oifde_simulator.state.memory.journal_store import Bounds
from oifde_simulator.tenants import Tenants
from oifde_simulator.tenants.admin import TenantAdmin
from state_forms import Uptime, entry, replica

MADE = {"tenant": {"access_keys": {"KEY": "secret"}}}


class Counting:
    """A store that counts what it is asked."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.asked = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def run(self, *words: Any) -> Any:
        self.asked += 1
        return await self._store.run(*words)

    async def command(self, *words: Any) -> Any:
        self.asked += 1
        return await self._store.command(*words)


@pytest.fixture
async def replicas() -> AsyncIterator[list[Tenants]]:
    """The tenants of two replicas that have the same file."""
    prefix = valkey_server.prefix()
    states = [replica(prefix, Bounds(), Uptime()) for _ in range(2)]
    yield [
        Tenants(
            {"acme": loader.loads(b"rules: []\n", "acme.yaml", "acme")},
            seed="0",
            error_status=200,
            state=each,
        )
        for each in states
    ]
    for each in states:
        await each.close()


async def make(tenants: Tenants, id: str, given: Any = MADE) -> None:
    """Make a tenant."""
    admin = TenantAdmin(tenants)
    await admin.make(admin.scenario(given), id)


async def test_a_tenant_that_another_replica_made_is_found_by_id_and_by_key(replicas: list[Tenants]) -> None:
    here, there = replicas
    assert (await there.resolver.find("KEY", by_key=True)).id == ""
    await make(here, "new")
    assert (await there.resolver.find("new")).id == "new"
    assert (await there.resolver.find("KEY", by_key=True)).id == "new"


async def test_a_key_is_found_where_nobody_has_asked_for_its_tenant(replicas: list[Tenants]) -> None:
    here, there = replicas
    await make(here, "new")
    assert (await there.resolver.find("KEY", by_key=True)).id == "new"
    admin = TenantAdmin(here)
    await admin.change("new", admin.scenario({"tenant": {"access_keys": {"OTHER": "secret"}}}))
    assert (await there.resolver.find("KEY", by_key=True)).id == ""
    assert (await there.resolver.find("OTHER", by_key=True)).id == "new"
    await admin.delete("new")
    assert (await there.resolver.find("OTHER", by_key=True)).id == ""


async def test_a_request_with_a_tenant_that_changed_elsewhere_is_stale_and_the_next_is_not(
    replicas: list[Tenants],
) -> None:
    here, there = replicas
    await make(here, "new")
    for name in ("acme", "new"):
        before = await there.named(name)
        await TenantAdmin(here).change_clock(name, lambda *_: ClockSetting(5))
        with pytest.raises(Stale):
            await there.state.exchanges.record(before.read, entry(name), begun=False)
        there.forget(name)
        after = await there.named(name)
        assert after.clock.setting == ClockSetting(5)
        assert after.world is before.world
        await there.state.exchanges.record(after.read, entry(name), begun=False)


async def test_a_key_that_is_known_costs_one_question_until_something_changes(
    replicas: list[Tenants],
) -> None:
    here, there = replicas
    await make(here, "new")
    table: Any = there.state.tenants
    counting = table._table._store = Counting(table._table._store)
    assert (await there.resolver.find("KEY", by_key=True)).id == "new"
    for id in ("acme", "new"):
        counting.asked = 0
        assert (await there.resolver.find("KEY", by_key=True)).id == "new"
        assert counting.asked == 1
        there.forget(id)  # as after a request that was stale
        assert (await there.resolver.find("KEY", by_key=True)).id == "new"
        assert counting.asked > 2


async def test_a_tenant_that_is_known_and_unchanged_is_found_without_a_question(
    replicas: list[Tenants],
) -> None:
    _, there = replicas
    found = await there.named("acme")
    assert there.cached("acme") is found


async def test_a_tenant_is_found_by_key_after_all_was_forgotten_here(replicas: list[Tenants]) -> None:
    here, there = replicas
    await make(here, "new", {"tenant": {"access_keys": {"KEY": "secret", "OTHER": "secret"}}})
    assert (await there.resolver.find("KEY", by_key=True)).id == "new"
    there.forget_all()
    assert (await there.resolver.find("OTHER", by_key=True)).id == "new"
