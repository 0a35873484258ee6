"""One port number of the data plane, with a socket for each address: they listen and cease to together."""

from __future__ import annotations

import errno
import socket
from typing import TYPE_CHECKING

from oifde_simulator.model.http import PortName
from oifde_simulator.web.data_plane.server import DataPlane
from oifde_simulator.web.data_plane.sockets.binding import bind, bind_and_listen, cannot_listen
from oifde_simulator.web.data_plane.sockets.listening_sockets import (
    keep_ports,
    prepare_listening,
    stop_listening,
)
from oifde_simulator.web.data_plane.sockets.site import Site
from oifde_simulator.web.descriptors import ListeningSocket

if TYPE_CHECKING:
    from oifde_simulator.web.tls.served import TlsChoice


class Listener:
    """Listen on one number for a data plane, cease to, and listen again."""

    def __init__(
        self,
        plane: DataPlane,
        host: str,
        number: int,
        tls: TlsChoice | None,
        *,
        handshake_seconds: float,
        option: str,
        name: PortName = "",
    ) -> None:
        """Prepare; `number` may be 0, for any that is free, and `option` is the one that chooses it.

        `name` tells requests that come by it from those by the vendor's port.
        """
        self.number = number
        """Number of the port; 0 before the start where any will do."""
        self._plane = plane
        self._host = host
        self._tls = tls
        self._handshake_seconds = handshake_seconds
        self._option = option
        self._name = name
        self._bound: list[socket.socket] = []
        self._sites: list[Site] = []

    @property
    def is_listening(self) -> bool:
        """Check that connections are accepted."""
        return bool(self._sites)

    async def start(self) -> None:
        """Bind the number and listen. Raises OSError with one line that names the option."""
        await bind_and_listen(self._host, self.number, self._start_on, option=self._option)
        self.number = self._bound[0].getsockname()[1]

    async def listen(self, _: int | None = None) -> None:
        """Listen again. Raises OSError where another program took the number."""
        try:
            await self._listen()
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise cannot_listen(self._host, self.number, error, self._option) from None

    async def cease(self, _: int | None = None) -> None:
        """Refuse connections, and keep the number where the system can."""
        await self.pause()
        stopped = [stop_listening(bound) for bound in self._bound]
        if not all(stopped):
            self.let_go()

    async def pause(self) -> None:
        """Accept nothing more, and leave the sockets as they are."""
        while self._sites:
            await self._sites.pop().stop()

    def let_go(self) -> None:
        """Give the number back."""
        for bound in self._bound:
            bound.close()
        self._bound = []

    async def _start_on(self, bound: list[socket.socket]) -> None:
        self._bound = keep_ports(bound)
        if self._name:  # before anybody can ask
            self._plane.recordings_port = self._bound[0].getsockname()[1]
        try:
            await self._listen()
        except BaseException:
            self.let_go()
            raise

    async def _listen(self) -> None:
        self._plane.accept_connections()  # the first address has clients before the last listens
        if not self._bound:
            self._bound = bind(self._host, self.number, option=self._option)
        try:
            for bound in self._bound:
                await self._listen_on(bound)
        except BaseException:
            await self.cease()
            self._plane.close_connections()
            raise

    async def _listen_on(self, bound: socket.socket) -> None:
        prepare_listening(bound)
        # A site closes the socket that it is given: it gets a second descriptor of ours.
        duplicate = ListeningSocket.of(bound.dup())
        site = Site(
            self._plane,
            duplicate,
            self._tls,
            handshake_seconds=self._handshake_seconds,
            handshakes=self._plane.handshakes,
        )
        try:
            await site.start()
        except BaseException:
            await site.stop()
            duplicate.close()
            raise
        self._sites.append(site)
