"""Leases of exchanges in flight, given back when the exchange ends, whichever way it does."""

from __future__ import annotations

from oifde_simulator.model.outcome import UNDER_WAY, Outcome
from oifde_simulator.model.turn import Leases
from oifde_simulator.state.interface.exchanges import Exchanges


class LeaseHolder:
    """Report of an exchange's end that gives its leases back, once."""

    def __init__(self, state: Exchanges, leases: Leases) -> None:
        self._state = state
        self._leases = leases

    def __call__(self, tenant: str, number: int, outcome: Outcome) -> None:
        """Report the end of an exchange with its leases."""
        leases, self._leases = self._leases, ()
        self._state.finish(tenant, number, outcome, leases)

    def __del__(self) -> None:
        """Give the leases back where nobody reports the end."""
        # aiohttp drops the answer of a client that has left meanwhile.
        if self._leases:
            give_back(self._state, self._leases)


def give_back(state: Exchanges, leases: Leases) -> None:
    """Give back the leases of an exchange that is on no record."""
    if leases:
        state.finish("", 0, UNDER_WAY, leases)
