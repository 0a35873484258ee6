"""Settings of the whole server, in the store."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from oifde_simulator.state.valkey.store import Store


class ValkeySettings:
    """Settings of the whole server."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._key = store.key("settings")

    async def global_delay(self) -> Mapping[str, Any]:
        """Tell the delay of every answer, as it was set; empty for none."""
        found = await self._store.command("HGET", self._key, "delay")
        return dict(json.loads(found)) if found else {}

    async def set_global_delay(self, given: Mapping[str, Any]) -> None:
        """Delay every answer from now on; counting its answers begins anew."""
        await self._store.command("HSET", self._key, "delay", json.dumps(dict(given)), "delayed", 0)

    async def next_delayed(self) -> int:
        """Count one more delayed answer; from 1."""
        return int(await self._store.command("HINCRBY", self._key, "delayed", 1))
