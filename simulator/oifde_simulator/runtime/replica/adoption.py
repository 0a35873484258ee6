"""Adopting a store in which no replica lives: what was left there goes on where files and settings are equal.

Rule: what is noted comes last, so that a replica that dies amid an adoption leaves it to the next one.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping

from oifde_simulator.runtime.replica.description import Description
from oifde_simulator.state.valkey.replicas.replicas import Replicas, ValkeyFiles
from oifde_simulator.tenants import Tenants
from oifde_simulator.tenants.retry import retried

log = logging.getLogger("oifde_simulator")

IGNORED = frozenset({"journal_exchanges", "journal_tenant_bytes", "journal_bytes", "authority"})
"""Settings that may change between two lives of a store without any tenant beginning anew."""


class Adoption:
    """What the first replica does."""

    def __init__(self, replicas: Replicas, files: ValkeyFiles, tenants: Tenants) -> None:
        self._replicas = replicas
        self._files = files
        self._tenants = tenants

    async def adopt(self, mine: Description, digests: Mapping[str, str]) -> None:
        """Begin anew what is not as this replica serves it. Raises StoreGone."""
        before = await self._replicas.deployed()
        changed = _changed(mine.settings, json.loads(before) if before else mine.settings)
        if changed:
            await self._begin_all_anew(changed)
        for id in await self._files.changed(digests):
            await self._begin_anew(id, is_file=id in digests)
        await self._files.note_all(digests)
        await self._replicas.deploy(json.dumps(dict(mine.settings), sort_keys=True))

    async def _begin_all_anew(self, changed: list[str]) -> None:
        """Begin every tenant anew; with another seed no fingerprint of the journal means anything."""
        log.warning(
            "the store was left with other settings (%s): every tenant begins anew", ", ".join(changed)
        )
        await self._tenants.state.tenants.reset_all()
        if "seed" in changed:
            await self._tenants.state.journal.clear(None)

    async def _begin_anew(self, id: str, *, is_file: bool) -> None:
        """Begin a tenant of a file anew; one that was made on demand stays."""

        async def begin_anew() -> bool:
            state = await self._tenants.state.tenants.get(id)
            if state.made:
                return False
            if is_file:
                await self._tenants.state.tenants.replace(id, None, epoch=state.epoch)
            else:
                await self._tenants.drop(id, epoch=state.epoch)
            return True

        if await retried(begin_anew):
            log.warning("tenant %s: its file is not that of the store's last replica; it begins anew", id)


def _changed(mine: Mapping[str, str], before: Mapping[str, str]) -> list[str]:
    return [name for name in mine if name not in IGNORED and mine[name] != before.get(name)]
