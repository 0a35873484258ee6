"""Turns of large bodies: one after another, in bounded memory, and given on whatever happens."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from oifde_simulator.web import turns
from oifde_simulator.web.control_plane.bodies import Bodies
from oifde_simulator.web.control_plane.problems import Problem
from oifde_simulator.web.turns import AT_ONCE, LARGE, Turns

SIZE = LARGE + 1


async def test_small_bodies_never_wait() -> None:
    given = Turns()
    with await given.next(SIZE):
        assert await given.next(LARGE) is AT_ONCE


async def test_large_bodies_are_worked_on_one_after_another_with_others_in_between() -> None:
    given, seen = Turns(), []

    async def work(name: str) -> None:
        with await given.next(SIZE):
            seen.append(name)

    async def others() -> None:
        for _ in range(6):
            seen.append("-")
            await asyncio.sleep(0)

    await asyncio.gather(*(work(name) for name in "abc"), others())
    order = "".join(seen).strip("-")
    assert order.replace("-", "") == "abc"
    assert "bc" not in order


async def test_a_turn_goes_on_after_an_error_and_for_a_client_that_left() -> None:
    given = Turns()
    with suppress(ZeroDivisionError), await given.next(SIZE):
        waiting = asyncio.ensure_future(given.next(SIZE))
        await asyncio.sleep(0)
        assert given.waiting == SIZE
        waiting.cancel()
        await asyncio.sleep(0)
        raise ZeroDivisionError
    assert given.waiting == 0
    with await given.next(SIZE):
        pass


async def test_no_more_waits_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    given = Turns(2 * SIZE)
    with await given.next(SIZE):
        waiting = [asyncio.ensure_future(given.next(SIZE)) for _ in range(2)]
        await asyncio.sleep(0)
        assert not given.has_room(SIZE)
        assert await given.next(SIZE) is AT_ONCE
    for each in waiting:
        with await each:
            pass


async def test_the_control_plane_refuses_a_large_body_without_room() -> None:
    bodies = Bodies(60)
    bodies._turns = Turns(SIZE)
    with await bodies.turn(SIZE):
        waiting = asyncio.ensure_future(bodies.turn(SIZE))
        await asyncio.sleep(0)
        with pytest.raises(Problem, match="other large bodies wait") as caught:
            await bodies.turn(SIZE)
        assert caught.value.status == 503
        await bodies.turn(LARGE)
    with await waiting:
        pass


async def test_memory_is_given_back_each_time_that_much_was_worked_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given_back: list[None] = []
    monkeypatch.setattr(turns, "give_back", lambda: given_back.append(None))
    given = Turns(3 * SIZE)
    for _ in range(8):
        with await given.next(SIZE):
            pass
    assert len(given_back) == 2
