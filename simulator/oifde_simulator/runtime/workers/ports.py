"""Sockets of all ports of a server: bound by the supervisor, inherited by the workers."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Mapping, Sequence
from socket import socket

from oifde_simulator.config import Settings
from oifde_simulator.web.data_plane.sockets.binding import ATTEMPTS, bind, cannot_listen
from oifde_simulator.web.data_plane.sockets.listening_sockets import (
    BACKLOG,
    keep_ports,
    prepare_listening,
    stop_listening,
)
from oifde_simulator.web.data_plane.sockets.shared_sockets import Bound, SharedSockets
from oifde_simulator.web.data_plane.sockets.shared_switch import SharedSwitch
from oifde_simulator.web.data_plane.sockets.worker_loads import WorkerLoads, make_memory

CONTROL = "--control-port"

Numbers = Mapping[str, Sequence[Sequence[int]]]
"""File descriptors of the sockets, as `Ports.descriptors` has them."""


class Ports:
    """Sockets that are bound, and listen once `listen` is called. A number is kept from others meanwhile."""

    def __init__(self, settings: Settings) -> None:
        """Bind every port. Raises OSError with one line that names the option."""
        self._memory = make_memory()
        self.loads = WorkerLoads(self._memory, 0).clear()
        """How many connections each worker has."""
        self._switch = SharedSwitch(self._memory)
        self._bound: dict[str, list[list[socket]]] = {}
        try:
            for host, number, option in _wanted(settings):
                self._bound.setdefault(option, []).append(_reserve(host, number, option))
        except BaseException:
            self.close()
            raise

    def listen(self) -> None:
        """Have all sockets listen; those that a worker has closed meanwhile stay so."""
        for option, numbers in self._bound.items():
            for bound in numbers:
                self._listen(option, bound)

    def close(self) -> None:
        """Give the numbers back, as far as this process has them, and the memory."""
        for one in self._all():
            one.close()
        if self._memory >= 0:
            os.close(self._memory)
            self._memory = -1

    @property
    def descriptors(self) -> dict[str, list[list[int]]]:
        """File descriptors by option: a list for each number, with one for each address."""
        return {
            option: [[one.fileno() for one in bound] for bound in numbers]
            for option, numbers in self._bound.items()
        }

    @property
    def memory(self) -> int:
        """File descriptor of the memory behind `loads`."""
        return self._memory

    @property
    def inherited(self) -> list[int]:
        """File descriptors that a worker needs."""
        return [self._memory, *(one.fileno() for one in self._all())]

    def _listen(self, option: str, bound: list[socket]) -> None:
        if option != CONTROL:
            self._switch.open(bound, 0)
            return
        for one in bound:
            prepare_listening(one)
            one.listen(BACKLOG)

    def _all(self) -> Iterator[socket]:
        for numbers in self._bound.values():
            for bound in numbers:
                yield from bound


def adopt(descriptors: Numbers, memory: int, place: int) -> SharedSockets:
    """Make the sockets of a worker from the file descriptors that it has inherited."""
    by_option: dict[str, list[Bound]] = {
        option: [[socket(fileno=number) for number in bound] for bound in numbers]
        for option, numbers in descriptors.items()
    }
    return SharedSockets(by_option, WorkerLoads(memory, place), SharedSwitch(memory))


def _wanted(settings: Settings) -> Iterator[tuple[str, int, str]]:
    yield settings.host, settings.port, "--port"
    if settings.recordings_port is not None:
        yield settings.host, settings.recordings_port, "--recordings-port"
    for fault, number in settings.tls_fault if settings.tls != "off" else ():
        yield settings.host, number, f"--tls-fault {fault}="
    yield settings.control_host, settings.control_port, CONTROL


def _reserve(host: str, number: int, option: str) -> list[socket]:
    """Bind a number, and make sure that nobody else can listen there. Raises OSError."""
    for attempt in range(ATTEMPTS):
        kept = keep_ports(bind(host, number, option=option))
        try:
            for one in kept:
                one.listen(1)
                stop_listening(one)
            return kept
        except OSError as error:
            for one in kept:
                one.close()
            if error.errno != errno.EADDRINUSE or number or attempt == ATTEMPTS - 1:
                raise cannot_listen(host, number, error, option) from None
    raise AssertionError("the last attempt returns or raises")
