"""The other end of a TCP connection: is it still there to read?

TCP shows a client that only ended its requests and one that is gone in the same way: by FIN. A client of this
machine is told apart by its own socket, which the kernel knows; another by its RST, once it is sent bytes or
a probe. Its system answers probes as long as it knows the socket: for ever where a program has it, and else
for a minute or two (tcp_fin_timeout of Linux: 60 s).
Rule: never guess that a client has left.
"""

from __future__ import annotations

import asyncio
import ipaddress
import select
import socket
import struct
import sys
from contextlib import suppress
from typing import Any

from oifde_simulator.rules.conditions.networks import plain_address

# linux/include/net/tcp_states.h
TCP_CLOSE, TCP_CLOSE_WAIT = 7, 8

# linux/include/uapi/linux/netlink.h, sock_diag.h and inet_diag.h
NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST = 4, 20, 1
HEADER = struct.Struct("=IHHII")
"""struct nlmsghdr: length, type, flags, sequence, port."""
QUESTION = struct.Struct("=BBBxI4s16s16sIQ")
"""struct inet_diag_req_v2: family, protocol, extensions, states, ports, addresses, interface, cookie."""
ANSWER_INODE = HEADER.size + 68
"""Offset of idiag_inode in struct inet_diag_msg behind its header; 0 is a socket that no program has."""
PROBE_SECONDS, MOST_PROBES = 5, 60
"""Seconds between probes of a client, and how many in a row may have no answer."""
ANY, NO_COOKIE = 0xFFFFFFFF, (1 << 64) - 1


def address_of(transport: asyncio.BaseTransport) -> str:
    """Tell the IP address at the other end, without port and zone; "" where there is none."""
    name = transport.get_extra_info("peername")
    return plain_address(name[0]) if isinstance(name, tuple) else ""


def has_left(connection: socket.socket) -> bool:
    """Check that nobody can read what is sent on `connection`; False where the system does not say."""
    try:
        return is_reset(connection) or _is_orphan(connection.getpeername(), connection.getsockname())
    except (OSError, ValueError):
        return False


def is_reset(connection: socket.socket) -> bool:
    """Check that a connection was broken off, also where the event loop ceased to read."""
    try:
        if sys.platform == "linux":
            return _state(connection) == TCP_CLOSE
        return bool(connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))
    except OSError:
        return True


def has_ended(connection: socket.socket) -> bool:
    """Check that the client sends nothing more, before the event loop tells; False where no system says."""
    try:
        return sys.platform == "linux" and _state(connection) in (TCP_CLOSE, TCP_CLOSE_WAIT)
    except OSError:
        return True


class EndWatch:
    """Tells that a client sends nothing more, as `has_ended` does, in less time where it is asked often.

    It does not hold the connection open, and tells nothing once that has closed.
    """

    __slots__ = ("_poll",)

    def __init__(self, connection: socket.socket) -> None:
        self._poll: select.poll | None = None
        if sys.platform == "linux":
            self._poll = select.poll()
            self._poll.register(connection.fileno(), select.POLLRDHUP)

    def has_ended(self) -> bool:
        """Check it now; False where no system says."""
        return self._poll is not None and bool(self._poll.poll(0))


def probe(connection: socket.socket) -> None:
    """Have the kernel ask the other end whether it knows the connection, and break it off if not."""
    options = {
        "TCP_KEEPIDLE": PROBE_SECONDS,
        "TCP_KEEPALIVE": PROBE_SECONDS,  # what macOS calls the first
        "TCP_KEEPINTVL": PROBE_SECONDS,
        "TCP_KEEPCNT": MOST_PROBES,
    }
    with suppress(OSError):
        for name, value in options.items():
            if (option := getattr(socket, name, None)) is not None:
                connection.setsockopt(socket.IPPROTO_TCP, option, value)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)


def reset_on_close(connection: socket.socket) -> None:
    """Have the closing of a connection send RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # linger 0 seconds


def _state(connection: socket.socket) -> int:
    return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]


def _is_orphan(peer: tuple[Any, ...], own: tuple[Any, ...]) -> bool:
    """Ask the kernel for the peer's socket: an end that was closed stays for its FIN, without a program."""
    if sys.platform != "linux":
        return False
    with socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, NETLINK_SOCK_DIAG) as kernel:
        kernel.setblocking(False)
        kernel.send(_question(peer, own))
        answer = kernel.recv(4096)
    found = HEADER.unpack_from(answer)[1] == SOCK_DIAG_BY_FAMILY
    return found and not int.from_bytes(answer[ANSWER_INODE : ANSWER_INODE + 4], sys.byteorder)


def _question(peer: tuple[Any, ...], own: tuple[Any, ...]) -> bytes:
    source, target = _address(peer[0]), _address(own[0])
    family = socket.AF_INET if len(source) == 4 else socket.AF_INET6
    ports = struct.pack("!HH", peer[1], own[1])
    asked = QUESTION.pack(family, socket.IPPROTO_TCP, 0, ANY, ports, source, target, 0, NO_COOKIE)
    return HEADER.pack(HEADER.size + len(asked), SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST, 1, 0) + asked


def _address(text: str) -> bytes:
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped.packed
    return address.packed
