"""Alerts of refused handshakes: the client learns why, as it does from other servers.

The event loops close a connection whose handshake OpenSSL refuses, and never send the alert that it has
written. So the alert is sent here. By TLS 1.3 the client has perhaps sent its request already: what arrives
is read for a moment, since a connection that is closed with unread bytes is reset, and the alert is lost.
"""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from socket import SHUT_WR, socket

SECONDS = 1.0
"""Seconds that a refused client has to read its alert and to leave."""
CHUNK, MOST_CHUNKS = 4096, 64
"""Bytes that are read at once of a refused client, and how often."""


def send_alert(connection: socket, outgoing: ssl.MemoryBIO) -> socket | None:
    """Send the alert that OpenSSL has left in `outgoing`; return what is left of the connection.

    None where there is no alert, or no way to send it. The event loop may close `connection` at once.
    """
    if not (alert := outgoing.read()):
        return None
    try:
        rest = connection.dup()
    except OSError:
        return None
    with suppress(OSError):
        rest.send(alert)
        rest.shutdown(SHUT_WR)
    return rest


async def drain(rest: socket) -> None:
    """Read what a refused client still sends until it leaves, for a bounded time; then close."""
    loop = asyncio.get_running_loop()
    with rest, suppress(OSError):  # so is the end of the time
        async with asyncio.timeout(SECONDS):
            for _ in range(MOST_CHUNKS):
                if not await loop.sock_recv(rest, CHUNK):
                    return
