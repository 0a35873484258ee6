"""Sockets that listen: their port stays theirs while they refuse connections."""

from __future__ import annotations

import os
import socket
from contextlib import ExitStack

from oifde_simulator.web.data_plane.sockets.binding import bind_socket

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
