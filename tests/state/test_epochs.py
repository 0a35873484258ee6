"""Changes of a tenant that was ended after it was read: each is refused, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from oifde_simulator.clock import ClockSetting
from oifde_simulator.model.tenant_state import NewRule, TenantSource
from oifde_simulator.state.errors import Stale
from oifde_simulator.state.interface import Read, State

SOURCE = TenantSource("rules: []\n", "yaml", 10)
RULE = NewRule("x", {"respond": {"status": 503}}, "digest", None, False)

CHANGES: dict[str, Callable[[State, Read], Awaitable[object]]] = {
    "replace": lambda state, read: state.tenants.replace("acme", SOURCE, epoch=read.epoch),
    "delete": lambda state, read: state.tenants.delete("acme", in_files=True, epoch=read.epoch),
    "reset": lambda state, read: state.tenants.reset("acme", epoch=read.epoch),
    "clear": lambda state, read: state.tenants.reset("acme", cleared=True, epoch=read.epoch),
    "set clock": lambda state, read: state.tenants.set_clock("acme", ClockSetting(1), read.version),
    "add rules": lambda state, read: state.tenants.add_rules("acme", [RULE], ["a"], read.epoch),
    "remove rules": lambda state, read: state.tenants.remove_rules("acme", ["a"], ["a"], epoch=read.epoch),
    "list rules": lambda state, read: state.tenants.rules("acme", ["a"], epoch=read.epoch),
    "enter": lambda state, read: state.tenants.enter("acme", ("1",), "broken", 0, epoch=read.epoch),
}
ENDS: dict[str, Callable[[State], Awaitable[object]]] = {
    "deleted": lambda state: state.tenants.delete("acme", in_files=True),
    "reset": lambda state: state.tenants.reset("acme"),
    "replaced": lambda state: state.tenants.replace("acme", None),
    "all reset": lambda state: state.tenants.reset_all(),
    "restored": lambda state: state.tenants.restore(),
}


async def read_acme(state: State) -> Read:
    """Read the tenant."""
    now = await state.tenants.get("acme")
    return Read("acme", now.version, now.epoch)


async def is_stale(state: State, change: str, read: Read) -> bool:
    """Attempt a change; True where it was refused."""
    try:
        await CHANGES[change](state, read)
    except Stale:
        return True
    return False


@pytest.mark.parametrize("made", [True, False], ids=["made", "of the files"])
@pytest.mark.parametrize("end", ENDS)
async def test_a_change_to_what_has_ended_is_refused_and_leaves_nothing(
    state: State, end: str, made: bool
) -> None:
    for change in CHANGES:
        await state.tenants.restore()
        if made:
            await state.tenants.make("acme", SOURCE)
        read = await read_acme(state)
        await ENDS[end](state)
        after, touched = await state.tenants.get("acme"), await state.tenants.touched()
        assert await is_stale(state, change, read), change
        assert (await state.tenants.get("acme"), await state.tenants.touched()) == (after, touched), change
        assert await state.tenants.states("acme") == [], change


async def test_a_change_to_a_made_tenant_that_is_gone_is_refused(state: State) -> None:
    for change in CHANGES:
        await state.tenants.make("acme", SOURCE)
        read = await read_acme(state)
        await state.tenants.delete("acme", in_files=False)
        assert await is_stale(state, change, read), change
        assert await state.tenants.touched() == [], change


async def test_a_change_to_what_was_read_is_done(state: State) -> None:
    for change in CHANGES:
        await state.tenants.restore()
        assert not await is_stale(state, change, await read_acme(state)), change


@pytest.mark.parametrize("change", ["reset", "delete", "replace"])
async def test_a_change_that_names_no_epoch_is_done_whatever_was_read(state: State, change: str) -> None:
    read = await read_acme(state)
    await state.tenants.reset("acme")
    await CHANGES[change](state, read._replace(epoch=None))  # type: ignore[arg-type]
    assert (await state.tenants.get("acme")).epoch > read.epoch
