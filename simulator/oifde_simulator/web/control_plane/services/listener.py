"""The vendor's port and its TLS, closed and broken, opened and mended at all replicas together."""

from __future__ import annotations

from oifde_simulator.state.interface.replicas import Announcement, Announcements
from oifde_simulator.web.data_plane.sockets.port import Port

LISTENER, TLS = "listener", "tls"
"""Topics of the announcements."""


class ListenerService:
    """Close and open the port of every replica, and choose the TLS of its new connections."""

    def __init__(self, port: Port, announcements: Announcements) -> None:
        self._port = port
        self._announce = announcements.announce
        announcements.hear(LISTENER, self._act_on_listener)
        announcements.hear(TLS, self._act_on_tls)

    async def open(self) -> None:
        """Listen, if the port is closed. Raises OSError where another program took a number."""
        await self._announce(LISTENER, None)

    async def close(self, seconds: float | None) -> None:
        """Refuse connections for `seconds` (None: until `open`)."""
        await self._announce(LISTENER, {"seconds": seconds})

    async def spoil(self, fault: str, seconds: float | None) -> None:
        """Have new connections meet a fault for `seconds` (None: until `mend`).

        Raises TlsError where this system cannot, and NotCarriedOut where another replica's cannot.
        """
        await self._announce(TLS, {"fault": fault, "seconds": seconds})

    async def mend(self) -> None:
        """Have new connections meet good TLS."""
        await self._announce(TLS, None)

    async def _act_on_listener(self, announced: Announcement) -> None:
        closed, left = announced.value is not None, _left(announced)
        if closed and (left is None or left > 0):
            await self._port.close(left, announced.number)
        else:
            await self._port.open(announced.number)

    async def _act_on_tls(self, announced: Announcement) -> None:
        tls, left = self._port.tls, _left(announced)
        if tls is None:
            return
        if announced.value is not None and (left is None or left > 0):
            await tls.spoil(announced.value["fault"], left)
        else:
            tls.mend()


def _left(announced: Announcement) -> float | None:
    """Compute the seconds that an announcement still holds; None for until the next one."""
    seconds = (announced.value or {}).get("seconds")
    return None if seconds is None else seconds - announced.age
