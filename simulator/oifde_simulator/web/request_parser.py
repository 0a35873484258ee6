"""aiohttp's parser of requests, from which nothing is lost at bytes that are not HTTP.

aiohttp's own raises an error there. It hands out no more what it has read before within the same piece of
data, and does not tell the reader of a body that the error lies in it.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from typing import Any

from aiohttp import web
from aiohttp.http import HttpProcessingError, RawRequestMessage
from aiohttp.streams import StreamReader

from oifde_simulator.web.refusal import explain_body

Message = tuple[RawRequestMessage, StreamReader]
Found = tuple[Any, bool, bytes]
"""Messages, whether another protocol follows, and its first bytes."""
NOTHING: Found = ((), False, b"")


class RequestParser:
    """Parser of one connection, around aiohttp's."""

    __slots__ = (
        "_ended",
        "_newest",
        "_parser",
        "answer",
        "between",
        "error",
        "feed_eof",
        "message_consumed",
        "pause_reading",
        "set_upgraded",
    )

    def __init__(self, parser: Any) -> None:
        """Parse by `parser`."""
        self._parser = parser
        self._newest: StreamReader | None = None
        """Body of the newest request."""
        self.error: HttpProcessingError | None = None
        """Error that the next call raises, behind the requests before it."""
        self._ended = False
        self.between = True
        """True where nothing of a next request was read: each piece of data so far was one or more requests.

        It is never true again on a connection that has sent a request in pieces.
        """
        self.answer: Callable[[Sequence[Message], bytes], Sequence[Message]] | None = None
        """Answers requests from a piece of data, and returns those that are left to aiohttp."""
        for name in ("feed_eof", "message_consumed", "pause_reading", "set_upgraded"):
            setattr(self, name, getattr(parser, name, None))  # versions of aiohttp differ in what they have

    def feed_data(self, data: bytes) -> Found:
        """Parse bytes. Raises HttpProcessingError once, at bytes that are no request; then reads no more."""
        if self._ended:
            self._raise_error()
            return NOTHING
        try:
            found: Found = self._parser.feed_data(data)
        except HttpProcessingError as error:
            found = self._end(error)
        if found[0]:
            self._newest = found[0][-1][1]
            self.between = self.between and not (found[1] or self._ended) and _are_whole(found[0], data)
            if self.answer is not None and not found[1]:
                found = self._offer(found[0], data), False, found[2]
            return found
        self.between = self.between and not data
        if self._ended:
            self._raise_error()
        return found

    def _offer(self, messages: Sequence[Message], data: bytes) -> Sequence[Message]:
        """Have requests answered; aiohttp's parser counts those that nobody has taken from it."""
        assert self.answer is not None
        left = self.answer(messages, data)
        consumed = getattr(self, "message_consumed", None)
        if consumed is not None:
            for _ in range(len(messages) - len(left)):
                consumed()
        return left

    def _end(self, error: HttpProcessingError) -> Found:
        """Take the requests before an error; where it lies in a body, the reader of that is told."""
        self._ended = True
        messages = _kept(self._parser)
        if messages and _has_no_body_by(messages[-1][0].headers.getall("Transfer-Encoding", ())):
            messages.pop()  # the error is about this request's head
        body = messages[-1][1] if messages else self._newest
        if body is not None and not body.is_eof():
            body.set_exception(web.RequestPayloadError(explain_body(error.message)))
        else:
            error.__traceback__ = None  # its frames know this parser, and so the error
            self.error = error
        return messages, False, b""

    def _raise_error(self) -> None:
        error, self.error = self.error, None
        if error is not None:
            try:
                raise error
            finally:
                del error  # this frame is one of the error's


def _are_whole(messages: Sequence[Message], data: bytes) -> bool:
    """Check that data is these requests and nothing else, where nothing was left of the data before.

    Sizes of bodies are those on the wire, as our servers have aiohttp unpack none (`auto_decompress=False`).
    """
    place = 0
    for _, body in messages:
        if not body.is_eof():
            return False
        place = data.find(b"\r\n\r\n", place) + 4 + body.total_bytes
    return place == len(data)


def _has_no_body_by(codings: Sequence[str]) -> bool:
    """Check that the body of a request has an end that nobody can find (RFC 9112, 6.1)."""
    return bool(codings) and not codings[-1].lower().rstrip().endswith("chunked")


def _kept(parser: Any) -> list[Message]:
    """Take from a parser, which is written in C, the list of messages that it shows to nobody else."""
    lists = (each for each in gc.get_referents(parser) if isinstance(each, list))
    return [each for found in lists for each in found if _is_message(each)]


def _is_message(found: Any) -> bool:
    return isinstance(found, tuple) and isinstance(found[0], RawRequestMessage)
