"""Tenants as the state has them: what a call has answered is true for the next one."""

from __future__ import annotations

import pytest

from oifde_simulator.clock import ClockSetting
from oifde_simulator.model.tenant_state import NewRule, TenantSource
from oifde_simulator.state.errors import CapacityExceeded, DuplicateName, Stale, UnknownRule
from oifde_simulator.state.interface import State
from state_forms import Uptime

SOURCE = TenantSource("rules: []\n", "yaml", 10)


def rule(name: str | None = None, ttl: float | None = None, *, ends_tokens: bool = False) -> NewRule:
    """A rule to be added."""
    return NewRule(name, {"respond": {"status": 503}}, "digest", ttl, ends_tokens)


async def add(state: State, *rules: NewRule) -> None:
    """Add rules to a tenant whose scenario has two."""
    await state.tenants.add_rules("acme", rules, ["a", "rule-2"], (await state.tenants.get("acme")).epoch)


async def names(state: State) -> list[str]:
    """Names of its rules, in the order in which they are asked."""
    return [each.name for each in await state.tenants.rules("acme", ["a", "rule-2"])]


async def test_a_tenant_that_nobody_touched_is_as_its_file_has_it(state: State) -> None:
    found = await state.tenants.get("acme")
    assert (found.source, found.made, found.gone, found.added, found.clock) == (None, False, False, (), None)
    assert await names(state) == ["a", "rule-2"]
    assert await state.tenants.made() == await state.tenants.touched() == []


async def test_a_made_tenant_is_there_at_once_and_its_id_is_taken(state: State) -> None:
    made = await state.tenants.make("new", SOURCE)
    assert await state.tenants.get("new") == made
    assert (made.source, made.made) == (SOURCE, True)
    assert await state.tenants.made() == ["new"]
    with pytest.raises(DuplicateName):
        await state.tenants.make("new", SOURCE)


async def test_a_tenant_that_has_the_id_of_one_before_is_told_from_it(state: State) -> None:
    await state.tenants.make("new", SOURCE)
    await state.tenants.delete("new", in_files=False)
    assert (await state.tenants.get("new")).source is None
    assert (await state.tenants.make("new", SOURCE)).generation == 1


async def test_a_tenant_of_the_files_that_is_deleted_is_gone_until_everything_is_restored(
    state: State,
) -> None:
    await state.tenants.delete("acme", in_files=True)
    assert (await state.tenants.get("acme")).gone
    assert await state.tenants.gone() == frozenset({"acme"})
    assert await state.tenants.restore() == []
    assert not (await state.tenants.get("acme")).gone


async def test_everything_restored_is_as_at_the_start(state: State) -> None:
    await state.tenants.make("new", SOURCE)
    await add(state, rule("x"))
    before = await state.tenants.get("acme")
    assert await state.tenants.restore() == ["new"]
    after = await state.tenants.get("acme")
    assert (after.added, await state.tenants.made()) == ((), [])
    assert after.version > before.version
    assert after.epoch > before.epoch


async def test_numbers_of_tenants_without_an_id_never_repeat(state: State) -> None:
    assert [await state.tenants.number() for _ in range(3)] == [1, 2, 3]


async def test_every_change_raises_the_version_and_a_beginning_the_epoch(state: State) -> None:
    first = await state.tenants.get("acme")
    await add(state, rule("x"))
    added = await state.tenants.get("acme")
    assert (added.version > first.version, added.epoch) == (True, first.epoch)
    reset = await state.tenants.reset("acme")
    assert (reset.version > added.version, reset.epoch > added.epoch) == (True, True)
    replaced = await state.tenants.replace("acme", SOURCE)
    assert (replaced.epoch > reset.epoch, replaced.made) == (True, False)


async def test_added_rules_come_first_and_are_named_by_their_place(state: State) -> None:
    await add(state, rule("x"), rule())
    assert await names(state) == ["x", "rule-3", "a", "rule-2"]
    await add(state, rule())
    assert await names(state) == ["rule-5", "x", "rule-3", "a", "rule-2"]
    for taken in ("x", "a"):
        with pytest.raises(DuplicateName):
            await add(state, rule(taken))


async def test_a_rule_goes_when_its_time_is_up(state: State, uptime: Uptime) -> None:
    await add(state, rule("short", 5.0), rule("long", 60.0), rule("always"))
    standing = await state.tenants.rules("acme", ["a"])
    assert [(each.name, each.ttl, each.added) for each in standing] == [
        ("short", 5.0, True), ("long", 60.0, True), ("always", None, True), ("a", None, False),
    ]  # fmt: skip
    before = await state.tenants.get("acme")
    uptime.seconds += 5
    assert await names(state) == ["long", "always", "a", "rule-2"]
    after = await state.tenants.get("acme")
    assert (after.version > before.version, after.epoch) == (True, before.epoch)


async def test_rules_are_removed_added_or_not_and_a_name_can_come_again(state: State) -> None:
    await add(state, rule("x"))
    await state.tenants.remove_rules("acme", ["x", "a"], ["a", "rule-2"])
    assert await names(state) == ["rule-2"]
    await add(state, rule("a"))
    assert await names(state) == ["a", "rule-2"]
    with pytest.raises(UnknownRule):
        await state.tenants.remove_rules("acme", ["nobody"], ["a", "rule-2"])
    await state.tenants.reset("acme")
    assert await names(state) == ["a", "rule-2"]


async def test_a_cleared_tenant_has_only_rules_that_are_added_until_its_reset(state: State) -> None:
    await state.tenants.reset("acme", cleared=True)
    await add(state, rule("x"))
    assert await names(state) == ["x"]
    await state.tenants.reset("acme")
    assert await names(state) == ["a", "rule-2"]


async def test_rules_for_a_tenant_that_began_anew_meanwhile_are_refused(state: State) -> None:
    epoch = (await state.tenants.get("acme")).epoch
    await state.tenants.reset("acme")
    with pytest.raises(Stale):
        await state.tenants.add_rules("acme", [rule()], [], epoch)


async def test_a_rule_that_ends_tokens_is_remembered_after_it_went(state: State) -> None:
    await add(state, rule("x", ends_tokens=True))
    await state.tenants.remove_rules("acme", ["x"], ["a"])
    assert (await state.tenants.get("acme")).ends_tokens
    assert not (await state.tenants.reset("acme")).ends_tokens


async def test_too_many_rules_and_too_large_scenarios_are_refused_and_change_nothing(state: State) -> None:
    with pytest.raises(CapacityExceeded, match="at most 1000"):
        await add(state, *[rule() for _ in range(1001)])
    assert await names(state) == ["a", "rule-2"]
    with pytest.raises(CapacityExceeded, match="128 MiB"):
        await state.tenants.make("large", TenantSource("", "yaml", (128 << 20) + 1))
    assert await state.tenants.made() == []


async def test_bytes_of_scenarios_are_given_back_with_their_tenants(state: State) -> None:
    half = TenantSource("", "yaml", 80 << 20)
    for _ in range(3):
        await state.tenants.make("large", half)
        with pytest.raises(CapacityExceeded):
            await state.tenants.make("another", half)
        await state.tenants.delete("large", in_files=False)


async def test_a_clock_is_set_to_what_follows_from_the_version_that_was_read(state: State) -> None:
    before = await state.tenants.get("acme")
    assert (await state.tenants.set_clock("acme", ClockSetting(1), before.version)).clock == ClockSetting(1)
    after = await state.tenants.get("acme")
    assert (after.clock, after.epoch) == (ClockSetting(1), before.epoch)
    with pytest.raises(Stale):
        await state.tenants.set_clock("acme", ClockSetting(2), before.version)
    assert await state.tenants.get("acme") == after
    await state.tenants.reset("acme")
    assert (await state.tenants.get("acme")).clock is None
