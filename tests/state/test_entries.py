"""Exchanges on record: who has an answer finds it, and what had to go is known."""

from __future__ import annotations

from oifde_simulator.model.outcome import UNDER_WAY, Outcome
from oifde_simulator.state.interface import State
from state_forms import entry, read


async def record(state: State, tenant: str = "acme", **given: int) -> int:
    """Put an exchange on record."""
    return (
        await state.exchanges.record(await read(state, tenant), entry(tenant, **given), begun=False)
    ).number


async def test_an_exchange_is_found_as_soon_as_its_number_is_known(state: State) -> None:
    for tenant in ("a", "b", "a"):
        number = await record(state, tenant)
        found = await state.journal.get(number)
        assert found
        assert (found.number, found.tenant) == (number, tenant)
    assert [each.number for each in await state.journal.entries("a", 0)] == [1, 3]
    assert [each.number for each in await state.journal.entries(None, 1)] == [2, 3]
    assert [each.number for each in await state.journal.some("a", {2, 3})] == [3]
    assert await state.journal.last() == 3
    assert await state.journal.sizes() == [("a", 2), ("b", 1)]


async def test_the_oldest_few_are_read_however_far_apart_their_numbers_are(state: State) -> None:
    for number in range(1, 30):
        await record(state, "b" if number in (1, 7, 8, 29) else f"other-{number % 8}")
    await state.journal.clear("other-1")
    for most, expected in ((1, [1]), (2, [1, 7]), (4, [1, 7, 8, 29]), (9, [1, 7, 8, 29]), (0, [])):
        assert [each.number for each in await state.journal.entries("b", 0, most)] == expected
    everything = [each.number for each in await state.journal.entries(None, 5)]
    for most in (1, 5, 100):
        assert [each.number for each in await state.journal.entries(None, 5, most)] == everything[:most]
    assert await state.journal.entries("b", 29, 3) == []


async def test_an_outcome_comes_later_and_once(state: State) -> None:
    number = await record(state)
    found = await state.journal.get(number)
    assert found
    assert found.outcome == UNDER_WAY
    state.exchanges.finish("acme", number, Outcome("complete", 10, 0.5))
    found = await state.journal.get(number)
    assert found
    assert found.outcome == Outcome("complete", 10, 0.5)
    state.exchanges.finish("acme", 99, Outcome("complete"))  # an entry that had to go


async def test_the_oldest_go_and_that_is_known(state: State) -> None:
    for at in range(8):
        await record(state, at=at)
    assert [each.number for each in await state.journal.entries("acme", 0)] == [4, 5, 6, 7, 8]
    assert await state.journal.get(3) is None
    assert await state.journal.truncated("acme", 2, None)
    assert not await state.journal.truncated("acme", 3, None)
    assert not await state.journal.truncated("acme", 0, 3)


async def test_what_is_forgotten_on_purpose_is_no_loss_and_numbers_go_on(state: State) -> None:
    for _ in range(3):
        await record(state)
    assert await state.journal.remove({2}) == 1
    assert [each.number for each in await state.journal.entries("acme", 0)] == [1, 3]
    assert await state.journal.clear("acme") == 2
    assert not await state.journal.truncated("acme", 0, None)
    assert await state.journal.charge() == 0
    assert await record(state) == 4
