"""TCP sockets: bound with a clear error, kept while nobody listens, asked about bytes in flight."""

from __future__ import annotations

import errno
import os
import socket
import struct
import sys
from typing import Any

if sys.platform != "win32":
    from fcntl import ioctl
    from termios import TIOCOUTQ


def bind(host: str, port: int, *, option: str = "--port") -> socket.socket:
    """Bind a TCP socket to `host` and `port`, 0 for any free one; `option` chooses the port.

    Raises OSError with one line that says where, why and the likely fix.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return _bind(socket.socket(family, kind, protocol), address)
    except OSError as error:
        raise OSError(f"cannot listen on {host}:{port}: {_explain(error, option)}") from None


def _bind(unbound: socket.socket, address: tuple[Any, ...]) -> socket.socket:
    try:
        if os.name == "posix":
            unbound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        unbound.bind(address)
    except BaseException:
        unbound.close()
        raise
    return unbound


def keep_port(bound: socket.socket) -> socket.socket:
    """Replace `bound` by a socket whose port number stays taken while nobody listens.

    Linux takes back a number that it chose itself as soon as nobody listens; a requested number stays.
    """
    if os.name != "posix":
        return bound
    with bound:
        return _bind(socket.socket(bound.family, bound.type, bound.proto), bound.getsockname())


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


def _explain(error: OSError, option: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"the port is in use; choose another with {option}, or {option} 0 for any free one"
    if error.errno == errno.EACCES:
        return f"this user may not open that port; choose one from 1024 upward with {option}"
    address = option.replace("port", "host")
    return f"{error.strerror or error}; choose an address of this machine with {address}"
