"""Hold requests and responses as values; turn a response into bytes.

Rule: standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import formatdate
from http import HTTPStatus
from typing import Literal, NamedTuple

from oifde_simulator.bounded_cache import bounded_cache
from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.wire.octets import Octets
from oifde_simulator.wire.script import Script, Send

Headers = tuple[tuple[str, str], ...]
PortName = Literal["", "recordings"]
"""Name of a port of the data plane; empty for the vendor's."""


class Peer(NamedTuple):
    """Sender of a request, as its connection shows it."""

    address: str = ""
    """IP address, without port and zone; empty where it is not known."""
    connection: int = 0
    """Number of the connection among those of this server, from 1; 0 where it is not known."""
    requests: int = 0
    """Number of the request among those of its connection, from 1; 0 where it is not known."""
    certificate: Mapping[str, str] | None = None
    """Client certificate by `subject`, `issuer` and so on; None without one."""


UNKNOWN_PEER = Peer()
"""Sender of a request that came over no connection, or of which nothing is known."""


@dataclass(slots=True)
class Request:
    """Request as it was read, valid or not."""

    method: str
    target: str
    """Request target as sent, with its query string."""
    headers: Mapping[str, str]
    """Headers by case-insensitive name; the first value of a repeated header."""
    body: bytes = b""
    read_error: str = ""
    """Reason why the body could not be read whole; empty where it was."""
    read_error_status: int | None = None
    """HTTP status for that reason; None for the status of a body that is not JSON."""
    version: tuple[int, int] = (1, 1)
    keep_alive: bool = True
    port: PortName = ""
    """Port by which it came: the vendor's, or that of recordings alone."""
    peer: Peer = UNKNOWN_PEER
    novel: bool = False
    """True where no equal body came lately: what is kept of this one will hardly be found again."""


NO_CONTENT = 204
"""Status whose responses have no Content-Length (RFC 9110, 8.6)."""


@dataclass(slots=True)
class Response:
    """Response before it becomes a script."""

    status: int
    body: Octets
    """Body; a lazy one is made while it is sent."""
    headers: Headers = ()
    """Headers other than Date, Content-Length and Connection, which `script` adds."""

    def script(self, request: Request, now: int) -> Script:
        """Write the bytes of this response to `request`, at `now` (epoch milliseconds)."""
        length = len(self.body)
        opening = _opening((self.status, self.headers, now // 1000))
        if request.keep_alive and request.version >= (1, 1) and self.status != NO_CONTENT:
            head = b"%bContent-Length: %d\r\n\r\n" % (opening, length)
        else:
            counted = b"" if self.status == NO_CONTENT else b"Content-Length: %d\r\n" % length
            head = b"%b%b%b\r\n" % (opening, counted, _connection(request))
        if request.method == "HEAD" or not length:
            return (Send(head, "head"),)
        # `Send(...)` costs twice as much.
        return tuple.__new__(Send, (head, "head")), tuple.__new__(Send, (self.body, "body"))


def _connection(request: Request) -> bytes:
    if not request.keep_alive:
        return b"Connection: close\r\n"
    return b"Connection: keep-alive\r\n" if request.version < (1, 1) else b""


@bounded_cache(512 << 10)
def _opening(answer: tuple[int, Headers, int]) -> bytes:
    status, headers, seconds = answer
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    date = formatdate(min(seconds, LAST_SECOND), usegmt=True)
    return f"HTTP/1.1 {status} {reason(status)}\r\n{lines}Date: {date}\r\n".encode("latin-1")


LAST_SECOND = 253_402_300_799
"""Last epoch second of the year 9999 (UTC): no later date can be written, but a clock may be set later."""


def reason(status: int) -> str:
    """Look up the standard phrase of a status; `Unknown` where there is none."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


# Guess: [response-headers] the vendor documents none; a capture would settle it.
JSON_UTF8: Headers = (("Content-Type", "application/json; charset=UTF-8"), ("Server", "oifde-simulator"))
"""Headers of every JSON answer of the service."""
