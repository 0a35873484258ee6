"""Requests and responses as values; a response says how it looks on the wire. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus

from oifde_simulator.wire.script import Script, Send

Headers = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Request:
    """One request as it was read: good or bad, its body is bytes."""

    method: str
    target: str
    """The request target as sent, with its query string."""
    headers: Mapping[str, str]
    """Case-insensitive; the first value of a repeated header."""
    body: bytes = b""
    read_error: str = ""
    """Why the body could not be read whole; empty when it was."""
    read_error_status: int | None = None
    """The HTTP status that says so; None for the one of a body that is not JSON."""
    version: tuple[int, int] = (1, 1)
    keep_alive: bool = True


NO_CONTENT = 204
"""The status whose answers have no length, RFC 9110 8.6."""


@dataclass(slots=True)
class Response:
    """One response before it becomes a script."""

    status: int
    body: bytes
    headers: Headers = ()
    """Beside Date, Content-Length and Connection, which `script` adds."""

    def script(self, request: Request, now: int) -> Script:
        """The bytes of this response to `request`, at `now` (epoch milliseconds)."""
        length = len(self.body)
        head = b"%bDate: %b\r\n%b%b\r\n" % (
            _opening(self.status, self.headers),
            _date(now // 1000),
            b"" if self.status == NO_CONTENT else b"Content-Length: %d\r\n" % length,
            _connection(request),
        )
        if request.method == "HEAD" or not length:
            return (Send(head, "head"),)
        return (Send(head, "head"), Send(self.body, "body"))


def _connection(request: Request) -> bytes:
    if not request.keep_alive:
        return b"Connection: close\r\n"
    return b"Connection: keep-alive\r\n" if request.version < (1, 1) else b""


@lru_cache(maxsize=256)
def _opening(status: int, headers: Headers) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"HTTP/1.1 {status} {reason(status)}\r\n{lines}".encode("latin-1")


LAST_SECOND = 253_402_300_799
"""The end of the year 9999, UTC: no date can be written after it, and an offset may lead there."""


@lru_cache(maxsize=16)
def _date(seconds: int) -> bytes:
    return formatdate(min(seconds, LAST_SECOND), usegmt=True).encode("ascii")


ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104  an address to translate
"""Addresses that mean every interface, and the one to call them by."""


def url(scheme: str, host: str, port: int) -> str:
    """The URL by which a listener on `host` is called from this machine."""
    host = ANYWHERE.get(host, host)
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def reason(status: int) -> str:
    """The standard phrase of a status, `Unknown` for one that has none."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


# Guess: [response-headers] the vendor documents none; a capture would settle it.
JSON_UTF8: Headers = (("Content-Type", "application/json; charset=UTF-8"), ("Server", "oifde-simulator"))
"""Headers of every answer of the vendor's."""
