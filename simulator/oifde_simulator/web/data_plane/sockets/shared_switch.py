"""Sockets that several processes share are opened and closed by one of them at a time, and the newest wins.

The kernel keeps a `shutdown` of a socket that does not listen: once it listens again, every connection is
ended as soon as it is made. So a look at a socket and what follows from it are one step, under a lock; the
kernel takes the lock back from a process that dies.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from socket import SO_ACCEPTCONN, SOL_SOCKET, socket

from oifde_simulator.web.data_plane.sockets.listening_sockets import (
    BACKLOG,
    prepare_listening,
    stop_listening,
)
from oifde_simulator.web.data_plane.sockets.worker_loads import LOADS_BYTES, MEMORY_BYTES

DECIDED, CLOSED = 0, 1
"""Words of the memory: the newest generation, and that of the last time that a socket ceased to listen."""


def listens(shared: socket) -> bool:
    """Check that a socket listens, whichever process has made it so."""
    return bool(shared.getsockopt(SOL_SOCKET, SO_ACCEPTCONN))


class SharedSwitch:
    """What was decided last about the sockets of all processes.

    An announcement with number N closes with generation 2N, and opens with 2N+1. A decision that is older
    than the last one, by whichever process, is not carried out: it comes late.
    """

    def __init__(self, descriptor: int) -> None:
        """Use the memory and the lock of a file descriptor, which stays open."""
        self._descriptor = descriptor
        self._words = memoryview(mmap.mmap(descriptor, MEMORY_BYTES))[LOADS_BYTES:].cast("q")

    @property
    def generation(self) -> int:
        """Generation of the newest decision; that of a connection is read when it is accepted."""
        return self._words[DECIDED]

    @property
    def is_open(self) -> bool:
        """Check that the sockets are to listen."""
        return bool(self.generation % 2)

    @property
    def closed(self) -> int:
        """Generation of the last closing: connections of this one and of earlier ones are to end."""
        return self._words[CLOSED]

    def open(self, bound: Sequence[socket], number: int | None = None) -> None:
        """Have sockets listen, by announcement `number`; None for now. Raises OSError."""
        with self._lock():
            if self._decide(self.generation | 1 if number is None else 2 * number + 1):
                for one in bound:
                    if not listens(one):
                        prepare_listening(one)
                        one.listen(BACKLOG)

    def close(self, bound: Sequence[socket], number: int | None = None) -> None:
        """Have sockets refuse connections, by announcement `number`; None for now."""
        with self._lock():
            if self._decide((self.generation | 1) + 1 if number is None else 2 * number):
                for one in filter(listens, bound):
                    self._words[CLOSED] = self.generation
                    stop_listening(one)

    def _decide(self, generation: int) -> bool:
        """Note a decision; False for one that comes late."""
        if generation < self.generation:
            return False
        self._words[DECIDED] = generation
        return True

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """Wait until no other process changes sockets; a change takes microseconds."""
        import fcntl  # not on Windows

        fcntl.lockf(self._descriptor, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.lockf(self._descriptor, fcntl.LOCK_UN)
