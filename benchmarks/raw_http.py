"""HTTP/1.1 over asyncio streams, as bytes: requests made, answers read, with next to no CPU of the client's.

Rule: nothing is validated or interpreted beyond where an answer ends, so that a client may send anything.
"""

from __future__ import annotations

import asyncio
import json
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from measure import unverified

JSON = {"Content-Type": "application/json; charset=UTF-8"}
BODILESS = ("204", "304")
"""Statuses without a body, whatever the head says (RFC 9110, section 6.4.1)."""
ERROR_CODE = re.compile(rb'"errorCode": ?"?(\d+)')


@dataclass(frozen=True, slots=True)
class Address:
    """A port of the server."""

    host: str
    port: int
    tls: bool = False

    @classmethod
    def of(cls, url: str) -> Address:
        """Read it off a URL."""
        parts = urlsplit(url)
        return cls(parts.hostname or "", parts.port or 0, parts.scheme == "https")

    async def connect(self, *, plain: bool = False) -> Connection:
        """Open a connection; `plain` sends no TLS handshake to a port that wants one."""
        context: ssl.SSLContext | None = unverified() if self.tls and not plain else None
        return Connection(*await asyncio.open_connection(self.host, self.port, ssl=context))


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that was read to its end."""

    status: str
    body: bytes
    last: bool
    """Whether the server closes the connection behind it."""

    def kind(self) -> str:
        """Return its status, with the vendor's errorCode unless that is 0."""
        code = ERROR_CODE.search(self.body)
        return f"{self.status} ({code[1].decode()})" if code and code[1] != b"0" else self.status


class Connection:
    """A connection to the server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def send(self, octets: bytes) -> None:
        """Hand bytes to the transport, without waiting: who refuses a request may answer before its end."""
        self.writer.write(octets)

    async def answer(self) -> Answer:
        """Read one answer.

        Raises:
            asyncio.IncompleteReadError: the server closed before its end.
            OSError: the server reset the connection.
        """
        head = await self.reader.readuntil(b"\r\n\r\n")
        status, fields = head[9:12].decode("ascii", "replace"), head.lower()
        body = b"" if status in BODILESS else await self._body(fields)
        return Answer(status, body, b"\r\nconnection: close" in fields)

    async def _body(self, head: bytes) -> bytes:
        length = head.partition(b"\r\ncontent-length:")[2].split(maxsplit=1)
        if length:
            return await self.reader.readexactly(int(length[0]))
        if b"\r\ntransfer-encoding: chunked" in head:
            return await self._chunks()
        return await self.reader.read()

    async def _chunks(self) -> bytes:
        chunks = b""
        while size := int(await self.reader.readuntil(b"\r\n"), 16):
            chunks += (await self.reader.readexactly(size + 2))[:-2]
        await self.reader.readexactly(2)
        return chunks

    async def ask(self, octets: bytes) -> Answer:
        """Send a request and read its answer."""
        self.send(octets)
        return await self.answer()

    def close(self) -> None:
        """Close without waiting."""
        self.writer.close()

    def abort(self) -> None:
        """Leave at once; what was not sent is not sent."""
        self.writer.transport.abort()


def request(method: str, path: str, body: bytes = b"", headers: Mapping[str, str] = JSON) -> bytes:
    """Make a whole request."""
    return head(method, path, len(body), headers) + body


def head(method: str, path: str, length: int, headers: Mapping[str, str] = JSON) -> bytes:
    """Make the head of a request whose body has so many bytes."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {length}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join((*lines, "", "")).encode()


def post(path: str, value: object) -> bytes:
    """Make a request with a JSON body."""
    return request("POST", path, json.dumps(value, separators=(",", ":")).encode())
