"""URLs of the vendor's port as the caller of the control plane reaches it.

Rule: an advertised URL is what everybody is told. Without one it is the host that the caller has asked for,
unless the vendor's port is known to listen elsewhere: what reaches one port of a machine reaches the other.
"""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from oifde_simulator import advertised_urls
from oifde_simulator.urls import WILDCARDS
from oifde_simulator.web.control_plane.access_token import is_loopback_address
from oifde_simulator.web.data_plane.sockets.binding import LOOPBACK
from oifde_simulator.web.data_plane.sockets.port import Port

NAMES_OF_LOOPBACK = (*LOOPBACK, "::1")
"""Hosts at which a port on loopback listens."""


class DataUrls:
    """URLs of one server's port for any caller."""

    def __init__(self, port: Port, host: str, advertise: str | None, recordings: str | None = None) -> None:
        """`host` is where the port listens, `advertise` the URL that everybody is told; None for none.

        `recordings` is what everybody is told of the port that recordings have for themselves.
        """
        self._port = port
        self._host = host.lower()
        self._advertise = advertise
        self._recordings = recordings

    def of(self, request: web.Request) -> CallerUrls:
        """Find the URLs for the caller of a request."""
        host = "" if self._advertise else self._host_of(request)
        return CallerUrls(self._port, self._advertise, self._recordings, host)

    def _host_of(self, request: web.Request) -> str:
        """Return the host that the caller has asked for; empty where the port is elsewhere."""
        if self._host not in WILDCARDS and self._host not in LOOPBACK:
            return ""
        given = request.headers.getall("Host", [])
        host = advertised_urls.host_of_header(given[0]) if len(given) == 1 else ""
        if host.endswith(".localhost"):  # as a server name it may choose a fault of TLS
            return ""
        is_elsewhere = is_loopback_address(host) and host not in NAMES_OF_LOOPBACK
        return "" if is_elsewhere and self._host in LOOPBACK else host


class CallerUrls:
    """URLs of the port for one caller."""

    def __init__(self, port: Port, advertise: str | None, recordings: str | None, host: str) -> None:
        """`host` replaces that of each URL of the port; empty for its own."""
        self._port = port
        self._advertise = advertise
        self._recordings = recordings
        self._host = host

    @property
    def url(self) -> str:
        """URL of the vendor's interface."""
        return advertised_urls.told(advertised_urls.at_host(self._port.url, self._host), self._advertise)

    @property
    def own_recordings_url(self) -> str | None:
        """URL of the port that recordings have for themselves; None without one."""
        own = self._port.own_recordings_url
        return self._beside(own, self._recordings) if own else None

    @property
    def recordings_url(self) -> str:
        """URL at which recordings are downloaded."""
        return self.own_recordings_url or self.url

    @property
    def fault_urls(self) -> Sequence[tuple[str, str]]:
        """Faults of TLS that have a port for themselves, each with its URL."""
        return [(fault, self._beside(own)) for fault, own in self._port.fault_urls]

    def _beside(self, own: str, named: str | None = None) -> str:
        return advertised_urls.beside(advertised_urls.at_host(own, self._host), self._advertise, named)
