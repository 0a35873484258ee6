"""One port number of the data plane whose sockets other processes have too."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from oifde_simulator.model.http import PortName
from oifde_simulator.web.data_plane.server import DataPlane
from oifde_simulator.web.data_plane.sockets.shared_sockets import SharedSockets
from oifde_simulator.web.data_plane.sockets.shared_switch import listens
from oifde_simulator.web.data_plane.sockets.site import Site
from oifde_simulator.web.descriptors import ListeningSocket

if TYPE_CHECKING:
    from oifde_simulator.web.tls.served import TlsChoice


class SharedListener:
    """Accept on one number whenever its sockets listen; they do, or cease to, for all processes at once.

    Whoever made the sockets has them listen for the first time.
    """

    def __init__(
        self,
        plane: DataPlane,
        shared: SharedSockets,
        changed: Callable[[], None],
        _: int,
        tls: TlsChoice | None,
        *,
        handshake_seconds: float,
        option: str,
        name: PortName = "",
    ) -> None:
        """Take the sockets of `option`; `changed` is called when they listen, or listen no more.

        `name` tells requests that come by this port from those by the vendor's.
        """
        self._bound = shared.take(option)
        self.number: int = self._bound[0].getsockname()[1]
        """Number of the port."""
        self._plane = plane
        self._changed = changed
        self._tls = tls
        self._handshake_seconds = handshake_seconds
        self._shared = shared
        self._sites: list[Site] = []
        if name:
            plane.recordings_port = self.number

    @property
    def is_listening(self) -> bool:
        """Check that connections are accepted, whichever process has made it so."""
        return bool(self._sites) and listens(self._bound[0])

    async def start(self) -> None:
        """Accept from now on, whenever the sockets listen."""
        for bound in self._bound:
            site = Site(
                self._plane,
                ListeningSocket.of(bound.dup()),
                self._tls,
                handshake_seconds=self._handshake_seconds,
                handshakes=self._plane.handshakes,
            )
            self._sites.append(site)
            await site.start_shared(self._shared, lambda: self._plane.connection_count, self._changed)

    async def listen(self, number: int | None = None) -> None:
        """Listen again, for all processes, by announcement `number`. Raises OSError."""
        self._shared.switch.open(self._bound, number)
        self._look()

    async def cease(self, number: int | None = None) -> None:
        """Refuse connections, for all processes, and keep the number; by announcement `number`."""
        self._shared.switch.close(self._bound, number)
        self._look()

    def let_go(self) -> None:
        """Leave the sockets to the other processes."""
        for bound in self._bound:
            bound.close()
        self._bound = ()

    async def pause(self) -> None:
        """Accept nothing more in this process."""
        while self._sites:
            await self._sites.pop().stop()

    def _look(self) -> None:
        for site in self._sites:
            site.look()
