"""TCP sockets: kept while nobody listens, asked about bytes in flight, ended."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
import sys
from asyncio.trsock import TransportSocket
from contextlib import ExitStack, suppress

from oifde_simulator.web.data_plane.binding import bind_socket

if sys.platform != "win32":
    from fcntl import ioctl
    from termios import TIOCOUTQ


BACKLOG = 4096
"""Connections that may wait to be accepted; the kernel may allow fewer."""


def keep_port(bound: socket.socket) -> socket.socket:
    """Replace `bound` by a socket whose port number stays taken while nobody listens.

    Linux takes back a number that it chose itself as soon as nobody listens; a requested number stays.
    """
    if os.name != "posix":
        return bound
    with bound:
        return bind_socket(socket.socket(bound.family, bound.type, bound.proto), bound.getsockname())


def keep_ports(bound: list[socket.socket]) -> list[socket.socket]:
    """Replace sockets as `keep_port` does, all or none. Closes all and raises OSError where one cannot be."""
    with ExitStack() as undo:
        for one in bound:
            undo.enter_context(one)
        kept = [undo.enter_context(keep_port(one)) for one in bound]
        undo.pop_all()
    return kept


def stop_listening(bound: socket.socket) -> bool:
    """Have a listening socket refuse connections and keep its port number; False where the system cannot."""
    try:
        bound.shutdown(socket.SHUT_RDWR)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)  # or others might listen there meanwhile
    except OSError:
        return False
    return True


def prepare_listening(bound: socket.socket) -> None:
    """Prepare a socket to listen again beside connections that it accepted before."""
    if os.name == "posix":
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)


def unacknowledged_bytes(connection: socket.socket) -> int:
    """Count the bytes that were sent and not acknowledged; a reset would throw them away.

    The answer is 0 where the system does not say.
    """
    if sys.platform == "win32":
        return 0
    try:
        return int(struct.unpack("i", ioctl(connection.fileno(), TIOCOUTQ, bytes(4)))[0])
    except OSError:  # closed, or a system that does not say
        return 0


def end_output(transport: asyncio.Transport, connection: object) -> None:
    """Send the end (FIN) of a connection that was closed and waits for its client's alert of the end."""
    if isinstance(connection, TransportSocket):
        with suppress(OSError):  # closed meanwhile
            connection.shutdown(socket.SHUT_WR)
    transport.abort()  # uvloop's way; a second close has asyncio's forget its connection
