"""Exchanges in flight of one tenant's rules, each a lease that its end gives back.

Rule: nothing is kept beyond the end of an exchange; so the open connections bound it.
"""

from __future__ import annotations

from itertools import count

from oifde_simulator.model.turn import Lease, Value


class OpenLeases:
    """Leases of one epoch of a tenant that were not given back."""

    def __init__(self, tenant: str = "", epoch: int = 0) -> None:
        self._tenant = tenant
        self._epoch = epoch
        self._numbers = count(1)
        self._open: dict[str, dict[Value, set[int]]] = {}

    def take(self, rule: str, value: Value) -> Lease:
        """Count an exchange of a rule for a value."""
        lease = Lease(self._tenant, self._epoch, rule, value, next(self._numbers))
        self._open.setdefault(rule, {}).setdefault(value, set()).add(lease.number)
        return lease

    def in_flight(self, rule: str, value: Value) -> int:
        """Tell how many exchanges of a rule are in flight for a value."""
        return len(self._open.get(rule, {}).get(value, ()))

    def give_back(self, lease: Lease) -> None:
        """End a lease; one that has ended, or that was forgotten, changes nothing."""
        values = self._open.get(lease.rule, {})
        numbers = values.get(lease.value, set())
        numbers.discard(lease.number)
        if not numbers:
            values.pop(lease.value, None)
        if not values:
            self._open.pop(lease.rule, None)

    def forget(self, rule: str) -> None:
        """End the leases of a rule that is asked no more."""
        self._open.pop(rule, None)

    def __len__(self) -> int:
        return sum(len(numbers) for values in self._open.values() for numbers in values.values())
