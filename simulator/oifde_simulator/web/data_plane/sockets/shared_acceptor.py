"""Acceptor of connections at a listening socket that several processes share.

The kernel has one socket for all of them: one that stops listening does so for all, and the others see their
sockets at an end. So whether the port is open is asked of the socket, and never remembered.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from functools import partial
from typing import Any

from oifde_simulator.web.data_plane.sockets.shared_sockets import SharedSockets
from oifde_simulator.web.data_plane.sockets.shared_switch import listens
from oifde_simulator.web.data_plane.sockets.worker_loads import ABSENT
from oifde_simulator.web.tls.acceptor import TlsAcceptor

PERIOD = 0.02
"""Seconds between two looks at a socket that does not listen."""
PATIENCE = 0.002
"""Seconds that a worker with many connections leaves to others before it accepts one more."""


class SharedAcceptor(TlsAcceptor):
    """Server that accepts one connection at a time, so that others have their share.

    Where the choice of TLS has no context, connections are plain.
    """

    def __init__(
        self,
        *args: Any,
        shared: SharedSockets,
        count: Callable[[], int],
        changed: Callable[[], None],
        **options: Any,
    ) -> None:
        """Accept at one of the `shared` sockets; `count` tells how many connections this process has.

        `changed` is called where the socket listens at first, where that has changed, and where the port was
        closed and opened meanwhile.
        """
        super().__init__(*args, **options)
        self._loads = shared.loads
        self._switch = shared.switch
        self._count = count
        self._changed = changed
        self._noticed = (False, 0)
        self._reads = False

    def start(self, _: int) -> None:
        """Accept from now on, whenever the socket listens; whoever owns it makes it listen."""
        self._listening.setblocking(False)
        self._look()

    def close(self) -> None:
        """Accept nothing more; handshakes under way go on."""
        self._loads.note(ABSENT)
        self._reads = False
        super().close()

    def look(self) -> None:
        """Notice at once that the socket listens, or does not."""
        if self._pause is not None:
            self._pause.cancel()
        self._look()

    def _look(self) -> None:
        self._pause = None
        listening = listens(self._listening)
        if listening:
            self._resume()
        else:
            self._cease_reading()
            self._loads.note(ABSENT)
            self._pause = self._loop.call_later(PERIOD, self._look)
        if (noticed := (listening, self._switch.closed)) != self._noticed:
            self._noticed = noticed
            self._changed()

    def _resume(self) -> None:
        self._reads = True
        super()._resume()

    def _cease_reading(self) -> None:
        if self._reads:
            self._reads = False
            self._loop.remove_reader(self._listening)

    def _accept(self) -> None:
        self._loads.note(self._count())
        if self._loads.is_busier_than_another():
            self._cease_reading()
            self._pause = self._loop.call_later(PATIENCE, self._accept_late)
        else:
            self._accept_one()

    def _accept_late(self) -> None:
        """Accept what nobody else has accepted meanwhile."""
        self._pause = None
        try:
            self._accept_one()
        finally:
            if self._pause is None:
                self._look()

    def _accept_one(self) -> None:
        try:
            connection, address = self._listening.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return
        except OSError as error:
            self._look() if error.errno == errno.EINVAL else self._rest(error)  # closed by another process
            return
        self._loads.note(self._count() + 1)
        connection.setblocking(False)
        task = self._loop.create_task(
            self._shake_hands(connection, address, partial(self._factory, self._switch.generation))
        )
        self._handshakes.add(task)
        task.add_done_callback(self._handshakes.discard)
