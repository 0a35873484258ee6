"""Settings of the whole server."""

from __future__ import annotations

from oifde_simulator.state.interface import State


async def test_a_delay_is_kept_as_it_was_set_and_its_answers_are_counted_from_then(state: State) -> None:
    given = {"fixedDelay": 5}
    await state.settings.set_global_delay(given)
    given["fixedDelay"] = 6
    assert await state.settings.global_delay() == {"fixedDelay": 5}
    assert [await state.settings.next_delayed() for _ in range(2)] == [1, 2]
    await state.settings.set_global_delay({})
    assert await state.settings.next_delayed() == 1
