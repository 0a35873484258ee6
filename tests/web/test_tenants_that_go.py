"""Tenants that are deleted, or change, while the control plane answers about them: no answer is a defect.

The state suspends before and after each call, as one that is a network round trip away. Each route is asked
once for each of these moments, and at that moment something happens to the tenant.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any, cast

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient

from control_operations import REFUSED, Operation, operations
from interrupted_control import Server
from oifde_simulator.state.errors import DuplicateName

Deed = Callable[[Server], Awaitable[object]]


async def make_again(server: Server) -> None:
    """Delete the victim, and make another tenant of its id."""
    await server.tenants.drop(server.victim)
    await server.admin.make(server.admin.scenario("other"), server.victim)


async def remove_rules(server: Server) -> None:
    """Remove the rules that were added to the victim, as time does."""
    added = [rule.name for rule in (await server.inner.tenants.get(server.victim)).added]
    await server.inner.tenants.remove_rules(server.victim, added, ["breaks", "down"])


async def advance(server: Server) -> None:
    """Move the clock of the victim on."""
    await server.admin.change_clock(server.victim, lambda clock, now: clock.advanced(1000, now))


DEEDS: dict[str, Deed] = {
    "deleted": lambda server: server.tenants.drop(server.victim),
    "made again": make_again,
    "reset": lambda server: server.inner.tenants.reset(server.victim),
    "all restored": lambda server: server.tenants.restore(),
    "rules removed": remove_rules,
}


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client() -> AsyncIterator[TestClient[Any, Any]]:
    """Make a client of one control plane; each question is about a tenant that was served anew."""
    async with TestClient(Server()) as made:
        yield made


async def ask(client: TestClient[Any, Any], operation: Operation, deed: Deed | None, moment: int) -> int:
    """Ask, have `deed` done at a moment; the status."""
    server = cast(Server, client.server)
    server.moments.left = moment
    server.moments.happens = None if deed is None else lambda: deed(server)
    return await operation.about(server.victim, server.number).status(client)


@pytest.mark.slow(seconds=0.1)
@pytest.mark.parametrize("operation", operations(), ids=lambda operation: operation.id)
async def test_no_answer_is_a_defect_whatever_happens_to_its_tenant_meanwhile(
    client: TestClient[Any, Any], operation: Operation
) -> None:
    server = cast(Server, client.server)
    for made in (True, False):
        await server.begin(made=made)
        status = await ask(client, operation, None, 0)
        moments = -server.moments.left
        assert status == REFUSED.get(operation.id, status if status in (200, 201, 204, 422) else 200)
        for name, deed in DEEDS.items() if made else list(DEEDS.items())[:1]:
            # What is done in this process between two calls matters only to what is kept of a tenant.
            for moment in range(1, moments + 1, 1 if name == "deleted" else 2):
                await server.begin(made=made)
                status = await ask(client, operation, deed, moment)
                assert status < 500 or status == 504, f"{name} at {moment} of {moments}"
                if name == "deleted" and server.moments.left <= 0 and operation.id != "resetAll":
                    await check_gone(server)


async def check_gone(server: Server) -> None:
    """Check that the deleted victim has not come again, and that nothing is kept of one that was made."""
    assert not await server.tenants.has(server.victim)
    assert server.tenants.cached(server.victim) is None
    assert "guest" not in await server.inner.tenants.touched()


@pytest.mark.parametrize("given", [{"tenantId": "fresh"}, {}], ids=["of a name", "of none"])
async def test_a_tenant_that_somebody_makes_or_deletes_while_it_is_made_is_no_defect(
    client: TestClient[Any, Any], given: dict[str, str]
) -> None:
    server = cast(Server, client.server)
    operation = Operation("makeTenant", "POST", "/tenants", {"scenario": "victim"} | given)

    async def make(server: Server) -> None:
        number = await server.inner.tenants.number()
        with suppress(DuplicateName):  # it is there already
            await server.admin.make(
                server.admin.scenario("other"), given.get("tenantId", f"victim-{number + 1}")
            )

    async def delete(server: Server) -> None:
        for id in await server.inner.tenants.made():
            await server.tenants.drop(id)

    await server.begin(made=False)
    assert await ask(client, operation, None, 0) == 201
    moments = -server.moments.left
    for deed, allowed in ((make, {201, 409} if given else {201}), (delete, {201})):
        for moment in range(1, moments + 1):
            await server.begin(made=False)
            assert await ask(client, operation, deed, moment) in allowed
            made = await server.inner.tenants.made()
            assert all(server.tenants.cached(id) is None for id in ("fresh", *made) if id not in made)


async def test_each_of_two_who_move_a_clock_on_moves_it(client: TestClient[Any, Any]) -> None:
    server = cast(Server, client.server)
    operation = Operation("setClock", "PUT", "/tenants/victim/clock", {"advance": "1s"})
    await server.begin(made=False)
    assert await ask(client, operation, None, 0) == 200
    moments = -server.moments.left
    for moment in range(1, moments + 1):
        await server.begin(made=False)
        assert await ask(client, operation, advance, moment) == 200
        setting = (await server.tenants.named(server.victim)).clock.setting
        assert setting.offset == 2000
