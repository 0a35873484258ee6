"""A bound socket, or one line that says why not."""

from __future__ import annotations

import errno
import os
import socket


def listener(host: str, port: int) -> socket.socket:
    """A TCP socket bound to `host` and `port`, 0 for any free one; OSError says where and the likely fix."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return _bound(socket.socket(family, kind, protocol), address)
    except OSError as error:
        raise OSError(f"cannot listen on {host}:{port}: {_why(error)}") from None


def _bound(fresh: socket.socket, address: object) -> socket.socket:
    try:
        if os.name == "posix":
            fresh.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        fresh.bind(address)  # type: ignore[arg-type]
    except BaseException:
        fresh.close()
        raise
    return fresh


def pinned(fresh: socket.socket) -> socket.socket:
    """A socket with the same address, which keeps its number also when it ceases to listen.

    Linux takes a number that it chose itself back as soon as nobody listens; one that was asked for stays.
    """
    if os.name != "posix":
        return fresh
    with fresh:
        return _bound(socket.socket(fresh.family, fresh.type, fresh.proto), fresh.getsockname())


def cease(bound: socket.socket) -> bool:
    """Have `bound`, which listens, refuse connections and keep its number; False where no call does."""
    try:
        bound.shutdown(socket.SHUT_RDWR)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)  # or others might listen there meanwhile
    except OSError:
        return False
    return True


def resume(bound: socket.socket) -> None:
    """Have `bound` ready to listen again beside connections that it accepted before."""
    if os.name == "posix":
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)


def _why(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "the port is in use; choose another, or 0 for any free one"
    if error.errno == errno.EACCES:
        return "this user may not open that port; choose one from 1024 upward"
    return f"{error.strerror or error}; choose an address of this machine"
