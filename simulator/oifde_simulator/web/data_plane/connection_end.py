"""The end of a connection: whether every byte has arrived, and an end in order, over TLS too."""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
from asyncio.trsock import TransportSocket
from contextlib import suppress
from time import monotonic

from oifde_simulator.web.peer import is_reset

if sys.platform != "win32":
    from fcntl import ioctl
    from termios import TIOCOUTQ

ALERT_SECONDS = 0.1
"""Seconds from TLS's alert of the end (close_notify) to the end of the connection."""
POLL_SECONDS = 0.001
"""Seconds between two looks at the bytes that are still on their way."""


async def have_arrived(transport: asyncio.Transport, seconds: float) -> bool:
    """Wait until every byte has arrived; False where the client has left, or reads nothing for so long."""
    deadline = monotonic() + seconds
    while not transport.is_closing() and _bytes_in_flight(transport) and monotonic() < deadline:
        if is_reset(transport.get_extra_info("socket")):
            break
        await asyncio.sleep(POLL_SECONDS)
    return not transport.is_closing() and not _bytes_in_flight(transport)


def close_tls(transport: asyncio.Transport) -> None:
    """End a connection with TLS in order, whether or not the client answers the alert of the end.

    The event loops wait half a minute for that answer; Java's client, for example, gives none before FIN.
    """
    connection = transport.get_extra_info("socket")
    transport.close()
    asyncio.get_running_loop().call_later(ALERT_SECONDS, _end_output, transport, connection)


def _bytes_in_flight(transport: asyncio.Transport) -> int:
    connection = transport.get_extra_info("socket")
    return _unacknowledged_bytes(connection) if connection is not None else 0


def _unacknowledged_bytes(connection: socket.socket) -> int:
    """Count the bytes that were sent and not acknowledged; a reset would throw them away.

    The answer is 0 where the system does not say.
    """
    if sys.platform == "win32":
        return 0
    try:
        return int(struct.unpack("i", ioctl(connection.fileno(), TIOCOUTQ, bytes(4)))[0])
    except OSError:  # closed, or a system that does not say
        return 0


def _end_output(transport: asyncio.Transport, connection: object) -> None:
    """Send the end (FIN) of a connection that was closed and waits for its client's alert of the end."""
    if isinstance(connection, TransportSocket):
        with suppress(OSError):  # closed meanwhile
            connection.shutdown(socket.SHUT_WR)
    transport.abort()  # uvloop's way; a second close has asyncio's forget its connection
