"""Request bodies, read whole within a size and a deadline. Rule: a body that cannot be read is no exception.

aiohttp's request becomes a `Request`, whose `read_error` says what kept its body from being read.
"""

from __future__ import annotations

from aiohttp import web
from aiohttp.http import HttpVersion11

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.model.http import UNKNOWN_PEER, Peer, Request
from oifde_simulator.text import shown
from oifde_simulator.web.body_receiver import BodyEvicted, BodyOverflow, BodyReceiver
from oifde_simulator.web.data_plane.content_coding import BodyTooLarge, content_coding, decompress

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of reading one request."""

    max_body: int
    """Size of a body in bytes, as sent and again after decompression."""
    body_seconds: float
    """Seconds from the head of a request to the end of its body."""


async def read_request(
    incoming: web.BaseRequest, limits: Limits, bodies: BodyReceiver, peer: Peer = UNKNOWN_PEER
) -> Request:
    """Read a request with its body, or with the reason why the body could not be read."""
    request = Request(
        incoming.method,
        incoming.raw_path,
        incoming.headers,
        version=incoming.version,
        keep_alive=incoming.keep_alive and not _leaves_http(incoming),
        peer=peer,
    )
    if incoming.body_exists and incoming.method != "CONNECT":
        try:
            _check_transfer_coding(incoming)
            if incoming.content.is_eof():
                _take_body(incoming, request, limits)
            else:
                await _receive_body(incoming, request, limits, bodies)
            if "Content-Encoding" in incoming.headers and not request.read_error:
                _decompress(incoming, request, limits)
        except (web.RequestPayloadError, ValueError) as error:
            request.body, request.read_error = b"", f"the body could not be read: {error}"
    return request


def incomplete_request(incoming: web.BaseRequest) -> Request:
    """Make the request of a client that left before its body was whole."""
    return unread_request(incoming, "the client left before the body was whole")


def unread_request(incoming: web.BaseRequest, reason: str = "") -> Request:
    """Make a request without its body, after which the connection ends; `reason` says what hid the body."""
    return Request(incoming.method, incoming.raw_path, incoming.headers, read_error=reason, keep_alive=False)


def _leaves_http(incoming: web.BaseRequest) -> bool:
    # aiohttp's parser takes the bytes after such a request for another protocol, which is not spoken here.
    return "Upgrade" in incoming.headers or incoming.method == "CONNECT"


def _take_body(incoming: web.BaseRequest, request: Request, limits: Limits) -> None:
    request.body = incoming.content.read_nowait()
    if len(request.body) > limits.max_body:
        _refuse_size(request, limits)


def _check_transfer_coding(incoming: web.BaseRequest) -> None:
    """Raise ValueError where chunks hold anything but the body itself, which aiohttp does not tell."""
    codings = ", ".join(incoming.headers.getall("Transfer-Encoding", ()))
    if codings.strip().lower() not in ("", "chunked"):
        raise ValueError(
            f"Transfer-Encoding is {shown(codings)}; expected chunked alone; compress by Content-Encoding"
        )


# Guess: [compression] gzip and deflate are understood, nothing else; sending gzip would settle it.
def _decompress(incoming: web.BaseRequest, request: Request, limits: Limits) -> None:
    try:
        coding = content_coding(incoming.headers.getall("Content-Encoding"))
        request.body = decompress(request.body, coding, limits.max_body)
    except BodyTooLarge:
        _refuse_size(request, limits)


async def _receive_body(
    incoming: web.BaseRequest, request: Request, limits: Limits, bodies: BodyReceiver
) -> None:
    if (incoming.content_length or 0) > limits.max_body:
        _refuse_size(request, limits)
        return
    _send_continue(incoming)
    try:
        request.body = await bodies.receive(incoming.content, limits.max_body, limits.body_seconds)
    except BodyOverflow:
        _refuse_size(request, limits)
    except BodyEvicted as evicted:
        _refuse(request, 408, str(evicted))
    except TimeoutError:
        _refuse(request, 408, f"the body was not whole within {limits.body_seconds:g} s")


# Guess: [body-status] 413 and 408; the answers of a real system to either would settle it.
def _refuse_size(request: Request, limits: Limits) -> None:
    _refuse(request, 413, f"the body is over {limits.max_body} bytes, the limit of --max-body")


def _refuse(request: Request, status: int, reason: str) -> None:
    request.body = b""
    request.read_error = reason
    request.read_error_status = status
    request.keep_alive = False


def _send_continue(incoming: web.BaseRequest) -> None:
    # aiohttp's low-level server leaves `Expect` to its handler; without this, curl waits a second.
    # RFC 9110, 10.1.1: a client of HTTP/1.0 cannot know what a 100 is.
    expected = incoming.version >= HttpVersion11 and incoming.headers.get("Expect", "").lower()
    if expected == "100-continue" and incoming.transport is not None:
        incoming.transport.write(CONTINUE)
