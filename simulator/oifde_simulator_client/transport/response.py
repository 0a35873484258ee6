"""An HTTP/1.1 response, read from the pieces in which it arrives (RFC 9112).

Rule: no I/O. A transport feeds what it receives, and an empty piece at the end of the connection.
"""

from __future__ import annotations

import re
from collections.abc import Callable

MOST_HEAD = 64 * 1024
"""Bytes of a head, or of one line of a chunked body, beyond which an answer is refused."""
END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
STATUS_LINE = re.compile(rb"HTTP/1\.([0-9]) ([1-9][0-9]{2})(?: [^\r\n]*)?")
BODILESS = (204, 304)
"""Statuses of answers that never have a body."""


class NotHttp(Exception):
    """Bytes that are no HTTP response, or a response that ends too early."""

    def __init__(self, message: str, *, begun: bool = True) -> None:
        """Take a message, and whether a response has begun."""
        super().__init__(message)
        self.begun = begun


class Response:
    """A response to a GET, PUT, POST or DELETE, as far as it has arrived."""

    def __init__(self) -> None:
        self.status = 0
        """Status of the final answer; 0 until its head is there."""
        self.headers: dict[str, str] = {}
        """Header fields by their names in lower case."""
        self.done = False
        """True as soon as the whole body is there."""
        self.keeps_connection = False
        """True if another request may be sent on the connection afterwards."""
        self._buffer = bytearray()
        self._body: list[bytes] = []
        self._left = 0
        self._ended = False
        self._step: Callable[[], bool] = self._read_head

    def feed(self, octets: bytes) -> None:
        """Take the next piece; empty at the end of the connection. Raises NotHttp."""
        self._buffer += octets
        self._ended = self._ended or not octets
        while not self.done and self._step():
            pass
        if self.done and self._buffer:
            self.keeps_connection = False  # nobody has asked for what follows
        if self._ended and not self.done:
            begun = bool(self.status or self._buffer)
            amid = " amid the answer" if begun else ""
            raise NotHttp(f"the connection ended{amid}", begun=begun)

    def take_body(self) -> bytes:
        """Take the part of the body that has arrived since the last call."""
        body, self._body = b"".join(self._body), []
        return body

    def _read_head(self) -> bool:
        end = END_OF_HEAD.search(self._buffer)
        if end is None:
            self._check_length()
            return False
        line, *fields = re.split(rb"\r?\n", bytes(self._buffer[: end.start()]))
        del self._buffer[: end.end()]
        found = STATUS_LINE.fullmatch(line)
        if found is None:
            raise NotHttp(f"expected an HTTP response, found {line[:60]!r}", begun=False)
        if int(found[2]) >= 200:  # others are interim
            self._begin_body(int(found[2]), _fields(fields), persistent=found[1] != b"0")
        return True

    def _begin_body(self, status: int, headers: dict[str, str], *, persistent: bool) -> None:
        self.status, self.headers = status, headers
        options = headers.get("connection", "").lower()
        self.keeps_connection = "close" not in options and (persistent or "keep-alive" in options)
        length = headers.get("content-length")
        if status in BODILESS:
            self.done = True
        elif "chunked" in headers.get("transfer-encoding", "").lower():
            self._step = self._read_chunk_size
        elif length is None:
            self.keeps_connection, self._step = False, self._read_to_the_end
        else:
            self._left, self._step = _number(length, 10), self._read_fixed
            self.done = not self._left

    def _read_fixed(self) -> bool:
        self._move()
        self.done = not self._left
        return False

    def _read_to_the_end(self) -> bool:
        self._left = len(self._buffer)
        self._move()
        self.done = self._ended
        return False

    def _read_chunk_size(self) -> bool:
        line = self._line()
        if line is None:
            return False
        self._left = _number(line.partition(b";")[0].decode("latin-1"), 16)
        self._step = self._read_chunk if self._left else self._read_trailer
        return True

    def _read_chunk(self) -> bool:
        self._move()
        if self._left:
            return False
        self._step = self._read_chunk_end
        return True

    def _read_chunk_end(self) -> bool:
        line = self._line()
        if line:
            raise NotHttp(f"expected the end of a chunk, found {line[:60]!r}")
        if line is not None:
            self._step = self._read_chunk_size
        return line is not None

    def _read_trailer(self) -> bool:
        line = self._line()
        self.done = line == b""
        return bool(line)

    def _move(self) -> None:
        """Move up to `_left` bytes from the buffer to the body."""
        piece = bytes(self._buffer[: self._left])
        if piece:
            del self._buffer[: len(piece)]
            self._body.append(piece)
            self._left -= len(piece)

    def _line(self) -> bytes | None:
        """Take a line from the buffer, without its end; None if it has not arrived whole."""
        end = self._buffer.find(b"\n")
        if end < 0:
            self._check_length()
            return None
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line.removesuffix(b"\r")

    def _check_length(self) -> None:
        if len(self._buffer) > MOST_HEAD:
            raise NotHttp(f"expected an HTTP response, found a line or head of more than {MOST_HEAD} bytes")


def _fields(lines: list[bytes]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.decode("latin-1").partition(":")
        fields[name.strip().lower()] = value.strip()
    return fields


def _number(text: str, base: int) -> int:
    digits = "[0-9]+" if base == 10 else "[0-9a-fA-F]+"
    if re.fullmatch(digits, text.strip()) is None:
        raise NotHttp(f"expected a length, found {text[:60]!r}")
    return int(text, base)
