"""Condition of a filter on the address of a client, which a network fits too."""

from __future__ import annotations

from typing import Any

from oifde_simulator.model.view import ABSENT
from oifde_simulator.rules.conditions.matching import Condition
from oifde_simulator.rules.conditions.networks import holds, network

CLIENT = "client"
"""Attribute whose texts are addresses and networks."""


class NetworkCondition(Condition):
    """Condition that an address is in a network."""

    def __init__(self, wanted: str) -> None:
        """Read an address or a network. Raises ValueError."""
        accepts = holds([network(wanted)])
        self.wanted = wanted
        self.backtracks = False
        self.accepts = lambda value: value is not ABSENT and accepts(value)

    def __str__(self) -> str:
        return str(self.wanted)


def client_condition(wanted: Any) -> Condition:
    """Make a condition: an address or network, else as on any attribute. Raises ValueError."""
    return NetworkCondition(wanted) if isinstance(wanted, str) else Condition(wanted)
