"""What was counted of the rules of a tenant, as the control plane reads and sets it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from oifde_simulator.model.turn import Value
from oifde_simulator.state.lapses import EnteredState
from oifde_simulator.state.valkey.counts.values import decode_value, encode_value
from oifde_simulator.state.valkey.names import packed, unpacked
from oifde_simulator.state.valkey.scripts import script
from oifde_simulator.state.valkey.store import Argument, Store

CALLS = script("common", "counts/tables", "counts/counts", "counts/tenant_counts")


class TenantCounts:
    """Counts of one epoch of a tenant; those of another are as if there were none."""

    def __init__(self, store: Store, store_time: Callable[[], int] | None) -> None:
        self._store = store
        self._store_time = store_time

    async def fired(self, tenant: str, epoch: int) -> Mapping[str, int]:
        """Tell how often each rule has fired; rules that never did are left out."""
        found = await self._run("fired", packed(tenant), epoch)
        return {unpacked(rule): int(count) for rule, count in zip(found[::2], found[1::2], strict=True)}

    async def entered(self, tenant: str, epoch: int, value: Value) -> EnteredState | None:
        """Tell the state that a value entered last; None where it never left the first one."""
        found = await self._run("entered", packed(tenant), epoch, encode_value(value))
        return EnteredState(unpacked(found[0]), int(found[1])) if found else None

    async def states(self, tenant: str, epoch: int) -> list[Value]:
        """List the values that have left the first state."""
        return [decode_value(each) for each in await self._run("states", packed(tenant), epoch)]

    async def enter(self, tenant: str, epoch: int, value: Value, state: str, at: int) -> bool:
        """Set the state of a value; False where another epoch has begun."""
        words = (packed(tenant), epoch, encode_value(value), packed(state), at)
        return bool(await self._run("enter", *words))

    async def _run(self, call: str, *words: Argument) -> Any:
        now: Argument = "" if self._store_time is None else self._store_time()
        return await self._store.run(CALLS, now, call, *words)
