"""Binding of a host to one port number at each of its addresses: a client may choose either family.

Rule: an address that this machine lacks is left out, so a machine without IPv6 has a server all the same.
"""

from __future__ import annotations

import errno
import logging
import os
import socket
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from typing import Any, NamedTuple, TypeVar

Result = TypeVar("Result")

LOOPBACK = ("127.0.0.1", "localhost")
"""Hosts that stand for this machine: who calls it may be told `localhost`, and take ::1."""
ATTEMPTS = 20
"""Numbers to try, where any will do, until one is free at all addresses."""

log = logging.getLogger("oifde_simulator")


class Address(NamedTuple):
    """Address of a host, without a port number."""

    family: int
    parts: tuple[Any, ...]
    """What `socket` wants before and after the number: the host first."""

    def bind(self, port: int) -> socket.socket:
        """Bind a TCP socket to the address. Raises OSError."""
        host, *more = self.parts
        return bind_socket(socket.socket(self.family, socket.SOCK_STREAM), (host, port, *more))


LOOPBACK_ADDRESSES = [Address(socket.AF_INET, ("127.0.0.1",)), Address(socket.AF_INET6, ("::1", 0, 0))]


def bind(host: str, port: int, *, option: str = "--port") -> list[socket.socket]:
    """Bind a TCP socket to each address of `host`, all to one number; port 0 is any free one.

    `option` is the one that chooses the port, for messages; its number follows after a space, or after `=`.
    Raises OSError with one line that says where, why and the likely fix.
    """
    try:
        addresses = _addresses(host)
        for _ in range(ATTEMPTS - 1):
            try:
                return _bind_all(addresses, port)
            except OSError as error:
                if port or error.errno != errno.EADDRINUSE:
                    raise
        return _bind_all(addresses, port)
    except OSError as error:
        raise cannot_listen(host, port, error, option) from None


async def bind_and_listen(
    host: str, port: int, listen: Callable[[list[socket.socket]], Awaitable[Result]], *, option: str
) -> Result:
    """Bind `host` and have `listen` listen on the sockets, which are its own; returns what that does.

    Another program may listen in between: the system lets two bind a number, and refuses the second that
    listens. Port 0 is another number at each attempt. Raises OSError with one line that names `option`.
    """
    for attempt in range(ATTEMPTS):
        try:
            return await listen(bind(host, port, option=option))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            if port or attempt == ATTEMPTS - 1:
                raise cannot_listen(host, port, error, option) from None
    raise AssertionError("the last attempt returns or raises")


def cannot_listen(host: str, port: int, error: OSError, option: str) -> OSError:
    """Make the error that says in one line where, why and the likely fix."""
    return OSError(f"cannot listen on {host}:{port}: {_explain(error, option)}")


def bind_socket(unbound: socket.socket, address: tuple[Any, ...]) -> socket.socket:
    """Bind a socket, beside connections that an earlier one accepted. Closes it and raises OSError."""
    try:
        if os.name == "posix":
            unbound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        unbound.bind(address)
    except BaseException:
        unbound.close()
        raise
    return unbound


def _addresses(host: str) -> list[Address]:
    if host.lower() in LOOPBACK:
        return LOOPBACK_ADDRESSES
    found = socket.getaddrinfo(host or None, 0, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    addresses = dict.fromkeys(Address(family, (address[0], *address[2:])) for family, *_, address in found)
    return list(addresses) if host else list(addresses)[:1]


def _bind_all(addresses: list[Address], port: int) -> list[socket.socket]:
    bound: list[socket.socket] = []
    missing: list[OSError] = []
    with ExitStack() as undo:
        for address in addresses:
            try:
                one = address.bind(bound[0].getsockname()[1] if bound else port)
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    _allow_taken(address, port if bound else 0, error)
                missing.append(error)
            else:
                bound.append(undo.enter_context(one))
        if not bound:
            raise missing[0]
        undo.pop_all()
    return bound


def _allow_taken(address: Address, port: int, error: OSError) -> None:
    """Warn that a further address is left to another program; raises `error` where `port` is 0."""
    if not port:
        raise error
    host = address.parts[0]
    where = f"[{host}]:{port}" if address.family == socket.AF_INET6 else f"{host}:{port}"
    log.warning(
        "not listening on %s: another program is, and clients may meet it; choose another port", where
    )


def _explain(error: OSError, option: str) -> str:
    given, any_free = (f"{option}PORT", f"{option}0") if option.endswith("=") else (option, f"{option} 0")
    if error.errno == errno.EADDRINUSE:
        return f"the port is in use; choose another with {given}, or {any_free} for any free one"
    if error.errno == errno.EACCES:
        return f"this user may not open that port; choose one from 1024 upward with {given}"
    address = "--control-host" if option == "--control-port" else "--host"
    return f"{error.strerror or error}; choose an address of this machine with {address}"
