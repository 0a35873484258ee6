"""URLs of a server: those that clients are told, and those by which this machine calls it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from oifde_simulator import advertised_urls
from oifde_simulator.config import Settings
from oifde_simulator.web.data_plane.sockets.port import Port


class ServerUrls:
    """URLs of one server; all are empty before the start."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.data_url = ""
        """URL of the vendor's interface that clients are told."""
        self.recordings_url = ""
        """URL for downloads of recordings: their own port's, or that of the vendor's interface."""
        self.tls_faults: Sequence[tuple[str, str]] = ()
        """Faults of TLS that have a port for themselves, each with its URL."""
        self.control_url = ""
        """URL of the control plane that others are told."""
        self.listening: Mapping[str, str] = {}
        """URLs by which this machine calls `data`, `control`, and `recordings` if they have a port."""

    @property
    def own_control_url(self) -> str:
        """URL by which this machine calls the control plane."""
        return self.listening["control"]

    @property
    def console_url(self) -> str:
        """URL of the console's page; empty where the console is off, too."""
        return f"{self.control_url}/" if self.control_url and self._settings.console == "on" else ""

    @property
    def own_console_url(self) -> str:
        """URL of the console's page on this machine; empty where `console_url` is."""
        return f"{self.listening['control']}/" if self.console_url else ""

    @property
    def opens_console(self) -> bool:
        """True where a browser is to open the console."""
        return self._settings.open and bool(self.console_url)

    def _note_port(self, port: Port) -> None:
        """Note the URLs of the vendor's port, which listens."""
        wanted, own = self._settings.advertise, port.own_recordings_url
        named = self._settings.advertise_recordings
        self.data_url = advertised_urls.told(port.url, wanted)
        self.recordings_url = advertised_urls.beside(own, wanted, named) if own else self.data_url
        self.tls_faults = [(fault, advertised_urls.beside(own, wanted)) for fault, own in port.fault_urls]

    def _note_control_plane(self, own: str, port: Port) -> None:
        """Note the URL of the control plane, which listens beside the vendor's port."""
        recordings = port.own_recordings_url
        self.listening = {
            "data": port.url,
            **({"recordings": recordings} if recordings else {}),
            "control": own,
        }
        self.control_url = advertised_urls.told(own, self._settings.advertise_control)
