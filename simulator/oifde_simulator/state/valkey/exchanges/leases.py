"""Leases that this replica holds, and their renewal.

Rule: a lease lapses where it was not renewed for ten seconds, so those of a replica that died do not stay.
The open connections bound how many there are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from oifde_simulator.model.turn import Lease, Leases
from oifde_simulator.state.valkey.counts.values import encode_value
from oifde_simulator.state.valkey.names import packed
from oifde_simulator.state.valkey.scripts import script
from oifde_simulator.state.valkey.store import Argument, Store

RENEW = script("common", "counts/tables", "counts/counts", "counts/leases", "exchanges/renew")
SECONDS = 3.0
"""Time between two renewals; a lease lapses after 10 seconds."""
BATCH = 500
"""Leases that one call renews."""


def lease_arguments(leases: Iterable[Lease]) -> list[Argument]:
    """Encode leases: tenant, epoch, rule, value and number of each."""
    words: list[Argument] = []
    for tenant, epoch, rule, value, number in leases:
        words += (packed(tenant), epoch, packed(rule), encode_value(value), number)
    return words


class OpenLeases:
    """Leases that were taken and not given back."""

    def __init__(self, store: Store, store_time: Callable[[], Argument]) -> None:
        """`store_time` gives the first argument of scripts."""
        self._store = store
        self._store_time = store_time
        self._young: set[Lease] = set()
        self._old: set[Lease] = set()
        """Leases that were there at the last renewal; only these are renewed."""
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def add(self, leases: Leases) -> None:
        """Renew leases until they are given back."""
        self._young.update(leases)
        if self._timer is None:
            self._wait()

    def discard(self, leases: Leases) -> None:
        """Renew leases no more."""
        self._young.difference_update(leases)
        self._old.difference_update(leases)

    def renew(self) -> None:
        """Renew the leases that were there at the last call."""
        old = [*self._old]
        for first in range(0, len(old), BATCH):
            self._store.post(RENEW, self._store_time(), *lease_arguments(old[first : first + BATCH]))
        self._old |= self._young
        self._young.clear()

    def close(self) -> None:
        """Renew nothing any more."""
        self._young.clear()
        self._old.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wait(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(SECONDS, self._go_on)

    def _go_on(self) -> None:
        self._timer = None
        self.renew()
        if len(self):
            self._wait()
