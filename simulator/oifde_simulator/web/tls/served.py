"""What a new connection of a port meets: TLS as it should be, TLS with a fault, or no TLS at all."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable
from socket import socket

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.web.tls.handshakes.log import Handshake

Spoil = Callable[[socket, Handshake], Awaitable[None]]
"""Function that has a connection to itself, and closes it."""


@dataclass(frozen=True, slots=True)
class ServedTls:
    """TLS of new connections."""

    context: ssl.SSLContext | None
    """Context of their handshakes; None for none."""
    fault: str = ""
    """Name of what is wrong on purpose; empty where nothing is."""
    spoil: Spoil | None = None
    """Function in the place of the handshake; None for a handshake, or plain HTTP without a context."""


TlsChoice = Callable[[], ServedTls]
"""Function that is asked once for each new connection."""
