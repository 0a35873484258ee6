"""Blocking calls in a coroutine: short ones work, and what would stop the event loop for long is refused."""

from __future__ import annotations

import asyncio
import socket

import pytest

from client_server import USER, ask
from oifde_simulator.client import (
    Control,
    ControlError,
    EventLoopRunning,
    NotCome,
    SimulatedTenant,
    Unreachable,
)

pytest_plugins = ("client_server",)


async def test_short_calls_work(tenant: SimulatedTenant) -> None:
    tenant.use("fail-twice")
    assert await asyncio.to_thread(ask, tenant) == 503
    assert tenant.verify(count=1).passed
    assert tenant.journal.statuses == [503]


async def test_a_wait_for_what_is_on_record_is_answered(tenant: SimulatedTenant) -> None:
    await asyncio.to_thread(ask, tenant)
    assert len(tenant.journal.wait(count=1, timeout="20s", userMobile=USER)) == 1


@pytest.mark.parametrize("of_tenant", [True, False])
async def test_a_wait_that_would_block_says_at_once_what_to_write(
    tenant: SimulatedTenant, of_tenant: bool
) -> None:
    waiting = tenant.journal if of_tenant else tenant.control
    with pytest.raises(EventLoopRunning) as raised:
        waiting.wait(count=1, timeout="10m", userMobile=USER)
    for words in ("wait_async", "AsyncControl", "asyncio.to_thread", "0 of 1 on record"):
        assert words in str(raised.value)
    assert isinstance(raised.value, RuntimeError)
    assert isinstance(raised.value, ControlError)


async def test_the_client_of_the_same_loop_is_waited_for_by_await(tenant: SimulatedTenant) -> None:
    async def job() -> None:
        await asyncio.sleep(0)
        await asyncio.to_thread(ask, tenant)

    job_task = asyncio.create_task(job())
    assert len(await tenant.journal.wait_async(count=1, timeout="20s", userMobile=USER)) == 1
    assert len(await tenant.control.wait_async(tenant=tenant.tenant_id)) == 1
    await job_task
    with pytest.raises(NotCome):
        await tenant.journal.wait_async(count=2, timeout=0.001)


async def test_a_thread_beside_the_loop_may_wait(tenant: SimulatedTenant) -> None:
    waiting = asyncio.create_task(asyncio.to_thread(tenant.journal.wait, 1, "20s", userMobile=USER))
    await asyncio.to_thread(ask, tenant)
    assert len(await waiting) == 1


async def test_following_is_refused(tenant: SimulatedTenant) -> None:
    with pytest.raises(EventLoopRunning, match=r"AsyncControl\.events"):
        tenant.journal.events()


async def test_the_other_form_of_a_tenant_is_the_same_tenant(tenant: SimulatedTenant) -> None:
    async with tenant.control.to_async() as control:
        other = tenant.to_async(control)
        assert (other.tenant_id, other.credentials) == (tenant.tenant_id, tenant.credentials)
        await other.use("outage")
    assert [rule.name for rule in tenant.rules] == ["outage"]


async def test_silence_on_a_running_loop_names_its_likely_cause() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        control = Control(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.01)
        with pytest.raises(Unreachable, match=r"timed out .*if the server runs on it too, use AsyncControl"):
            control.readyz()


def test_silence_without_a_loop_is_silence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        control = Control(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.01)
        with pytest.raises(Unreachable) as raised:
            control.readyz()
    assert "AsyncControl" not in str(raised.value)
