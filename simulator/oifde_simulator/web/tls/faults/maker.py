"""Makes what a port with a fault of TLS serves, and counts who meets it."""

from __future__ import annotations

import sys
from collections import Counter

from oifde_simulator.web.tls.context import FaultSource, TlsError
from oifde_simulator.web.tls.faults.handshakes import BrokenHandshakes
from oifde_simulator.web.tls.served import ServedTls, Spoil


class FaultMaker:
    """TLS with each fault, for one server."""

    def __init__(self, contexts: FaultSource, handshakes: BrokenHandshakes) -> None:
        """Take contexts from `contexts`, and what is no handshake from `handshakes`."""
        self._contexts = contexts
        self._handshakes = handshakes
        self._spoils: dict[str, Spoil] = {
            "refused": handshakes.refuse,
            "cut": handshakes.cut,
            "hanging": handshakes.hang,
        }

    @property
    def counts(self) -> Counter[str]:
        """Connections that met a fault, by its name."""
        return self._contexts.counts

    def make(self, fault: str) -> ServedTls:
        """Make TLS with a fault; it may take some milliseconds. Raises TlsError where this system cannot."""
        if sys.platform == "win32":  # no acceptor of ours
            raise TlsError(f"TLS fault {fault}", "Linux or macOS", "Windows", "ask for a server name instead")
        if fault == "plain-http":
            return ServedTls(None, fault)
        if fault in self._spoils:
            return ServedTls(None, fault, self._spoils[fault])
        return ServedTls(self._contexts.get(fault), fault)

    def note(self, fault: str) -> None:
        """Count a connection that meets a fault."""
        self.counts[fault] += 1

    def end_hanging(self) -> None:
        """End the connections whose handshakes hang."""
        self._handshakes.end()
