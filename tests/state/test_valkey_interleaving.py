"""Several replicas on one server: exactly as many turns as the limits say."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

import valkey_server
from oifde_simulator.model.credential_step import SecretStep, TokenStep
from oifde_simulator.model.turn import Candidate, Limits
from oifde_simulator.state.interface import Read
from oifde_simulator.state.valkey.exchanges.exchanges import ValkeyExchanges
from valkey_stores import read_untouched, store

REPLICAS, TASKS = 4, 64


async def replicas(stack: AsyncExitStack) -> tuple[list[ValkeyExchanges], Read]:
    """Connect replicas to one prefix; closed with the stack."""
    prefix = valkey_server.prefix()
    stores = [await stack.enter_async_context(store(prefix)) for _ in range(REPLICAS)]
    found = [ValkeyExchanges(each) for each in stores]
    for each in found:
        stack.callback(each.close)
    return found, await read_untouched(stores[0])


async def fire(rounds: int, limits: Limits) -> list[int]:
    """How many of the tasks had their turn, in each round."""
    async with AsyncExitStack() as stack:
        asked, read = await replicas(stack)
        counts: list[int] = []
        for number in range(rounds):
            candidate = Candidate("once", (str(number),), limits, None, "")
            turns = await asyncio.gather(
                *(
                    asked[task % REPLICAS].turn(read, 0, [candidate], begun=task % 2 == 0)
                    for task in range(TASKS)
                )
            )
            counts.append([each.place for each in turns].count(0))
            assert sorted(each.matches for each in turns if each.place == 0) == [*range(1, counts[-1] + 1)]
    return counts


@pytest.mark.parametrize("times", [1, 7])
async def test_a_rule_fires_exactly_so_often_at_all_replicas_together(times: int) -> None:
    assert await fire(20, Limits(times=times)) == [times] * 20


@pytest.mark.slow
async def test_a_rule_that_fires_once_does_so_in_each_of_a_thousand_rounds() -> None:
    assert await fire(1000, Limits(times=1)) == [1] * 1000


async def test_a_token_is_used_exactly_so_often_at_all_replicas_together() -> None:
    step = TokenStep("t", "good", None, False, 5)
    async with AsyncExitStack() as stack:
        asked, read = await replicas(stack)
        found = await asyncio.gather(*(asked[task % REPLICAS].admit(read, step) for task in range(TASKS)))
    assert [each.token for each in found].count("good") == 5


async def test_no_two_replicas_issue_the_same_number() -> None:
    step = SecretStep(True, None, True)
    async with AsyncExitStack() as stack:
        asked, read = await replicas(stack)
        found = await asyncio.gather(*(asked[task % REPLICAS].admit(read, step) for task in range(TASKS)))
    assert sorted(each.number for each in found) == [*range(TASKS)]
