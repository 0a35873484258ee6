"""How this replica differs from the members of its store, told in the log once a change."""

from __future__ import annotations

import logging

from oifde_simulator.runtime.replica.description import Description, differences
from oifde_simulator.state.valkey.replicas.replicas import Beat, Replicas

log = logging.getLogger("oifde_simulator")

UNKNOWN = "what they serve is not known yet"


class Others:
    """The other replicas of one store."""

    def __init__(self, replicas: Replicas) -> None:
        self.differences = ""
        """Files and settings that differ, in one line; empty where all serve the same."""
        self._replicas = replicas

    async def compare(self, mine: Description, seen: Beat) -> None:
        """Compare with the members that live. Raises StoreGone."""
        for id, living in sorted(seen.living.items()):
            if living.member and id != self._replicas.id and living.digest != mine.digest:
                text = await self._replicas.description(living.digest)
                found = str(differences(mine, Description.read(text))) if text else UNKNOWN
                self._tell(f"replica {id} serves another state of {found or UNKNOWN}")
                return
        self._tell("")

    def _tell(self, found: str) -> None:
        if found and found != self.differences:
            log.warning("not ready: %s; give all replicas the same files and settings", found)
        if self.differences and not found:
            log.warning("ready: all replicas serve the same files with the same settings")
        self.differences = found
