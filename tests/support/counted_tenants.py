"""Tenants whose counts are in a Valkey server, while all else about them is in this process."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha1
from typing import Any

from oifde_simulator.model.tenant_state import RuleStanding, TenantState
from oifde_simulator.model.turn import START, StateTimes, Value
from oifde_simulator.state.errors import Stale
from oifde_simulator.state.lapses import EnteredState, begun, present
from oifde_simulator.state.memory.journal_store import Bounds
from oifde_simulator.state.memory.state import MemoryState
from oifde_simulator.state.rule_names import standing
from oifde_simulator.state.valkey.exchanges import ValkeyExchanges
from oifde_simulator.state.valkey.names import packed, unpacked
from oifde_simulator.state.valkey.scripts import Script, script
from oifde_simulator.state.valkey.store import Argument, Store
from oifde_simulator.state.valkey.values import decode_value, encode_value

CALLS = """
local tenant, epoch = ARGV[3], tonumber(ARGV[4])
local calls = {
  check = function()
    redis.call('HSET', key('checks'), tenant, ARGV[4])
  end,
  forget = function() counts_forget(tenant) end,
  forget_rule = function() counts_forget_rules(tenant, {ARGV[5]}) end,
  fired = function() return counts_fired(tenant, epoch) end,
  states = function() return counts_states(tenant, epoch) end,
  state = function()
    local counts = counts_find(tenant, epoch)
    if not counts then return {} end
    return {counts_state(counts, ARGV[5])}
  end,
  enter = function() counts_enter(counts_make(tenant, epoch), ARGV[5], ARGV[6], tonumber(ARGV[7])) end,
}
return calls[ARGV[2]]()
"""
_PARTS = script("common", "tables", "counts")
_SOURCE = _PARTS.source + CALLS
CALL = Script("counted_tenants", _SOURCE, sha1(_SOURCE.encode()).hexdigest())


class CountedTenants:
    """Tenants of a state in memory; versions, epochs and counts are in the store."""

    def __init__(self, memory: MemoryState, store: Store) -> None:
        self._memory = memory.tenants
        self._store = store
        self._epochs: dict[str, int] = {}

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._memory, name)

        async def changed(id: str, *arguments: Any, **options: Any) -> Any:
            answer = await call(id, *arguments, **options)
            await self.get(id)
            return answer

        return changed if name in ("set_clock", "add_rules", "delete", "replace", "make") else call

    async def get(self, id: str) -> TenantState:
        found = await self._memory.get(id)
        check = f"{found.version} {found.epoch} 0"
        await self._call("check", id, check)
        if self._epochs.get(id, found.epoch) != found.epoch:
            await self._call("forget", id)
        self._epochs[id] = found.epoch
        return found

    async def reset(self, id: str, **options: Any) -> TenantState:
        await self._memory.reset(id, **options)
        return await self.get(id)

    async def remove_rules(self, id: str, names: Iterable[str], own: Iterable[str], **options: Any) -> None:
        await self._memory.remove_rules(id, names, own, **options)
        for name in names:
            await self._call("forget_rule", id, 0, packed(name))

    async def rules(self, id: str, own: Iterable[str], *, epoch: int | None = None) -> list[RuleStanding]:
        tenant = await self.get(id)
        found = await self._call("fired", id, tenant.epoch)
        fired = {unpacked(rule): int(count) for rule, count in zip(found[::2], found[1::2], strict=True)}
        return [RuleStanding(name, fired.get(name, 0), False, None) for name in standing(tenant, own)]

    async def states(self, id: str) -> list[Value]:
        return [decode_value(each) for each in await self._call("states", id, (await self.get(id)).epoch)]

    async def state(self, id: str, value: Value, now: int = 0, times: StateTimes | None = None) -> str:
        found = await self._call("state", id, (await self.get(id)).epoch, encode_value(value))
        if times is None:
            return unpacked(found[0]) if found else START
        entered = EnteredState(START, times.since)
        if found:
            entered = EnteredState(unpacked(found[0]), found[1])
        return present(begun(entered, times, now), times, now).name

    async def enter(self, id: str, value: Value, state: str, at: int, *, epoch: int | None = None) -> None:
        tenant = await self.get(id)
        if epoch not in (None, tenant.epoch):
            raise Stale
        await self._call("enter", id, tenant.epoch, encode_value(value), packed(state), at)

    async def _call(self, call: str, id: str, *words: Argument) -> Any:
        return await self._store.run(CALL, "", call, packed(id), *words)


class CountedState(MemoryState):
    """A state of which only what requests ask is in the store."""

    def __init__(self, bounds: Bounds, uptime: Any, store: Store) -> None:
        super().__init__(bounds, uptime)
        self.tenants = CountedTenants(self, store)  # type: ignore[assignment]
        self.exchanges = ValkeyExchanges(store, lambda: int(uptime() * 1000))  # type: ignore[assignment]
        self._store = store

    async def close(self) -> None:
        self.exchanges.close()  # type: ignore[attr-defined]
        await self._store.close()
