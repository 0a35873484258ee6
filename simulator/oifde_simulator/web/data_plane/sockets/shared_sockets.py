"""Listening sockets that several processes of one machine share: bound once, and inherited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from socket import socket

from oifde_simulator.web.data_plane.sockets.shared_switch import SharedSwitch
from oifde_simulator.web.data_plane.sockets.worker_loads import WorkerLoads

Bound = Sequence[socket]
"""Sockets of one port number, one for each address."""


class SharedSockets:
    """Sockets of every port number of a server, by the option that chooses it."""

    def __init__(
        self, by_option: Mapping[str, Sequence[Bound]], loads: WorkerLoads, switch: SharedSwitch
    ) -> None:
        """Keep sockets; an option that is given more than once has several numbers, in their order."""
        self.loads = loads
        """How many connections each process has."""
        self.switch = switch
        """What was decided last about the sockets."""
        self._left = {option: list(numbers) for option, numbers in by_option.items()}

    def take(self, option: str) -> Bound:
        """Take the sockets of the next number of an option."""
        return self._left[option].pop(0)
