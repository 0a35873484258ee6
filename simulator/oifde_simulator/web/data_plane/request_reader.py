"""From aiohttp's request to ours: the body read whole, within a size and a deadline, good or bad."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from aiohttp import web

from oifde_simulator.model.http import Request
from oifde_simulator.web.data_plane.content_coding import TooLarge, coding, unpacked

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is read, and for how long."""

    max_body: int
    """Bytes, as sent and again after decompression."""
    body_seconds: float
    """From the head of a request to the end of its body."""


async def read(arriving: web.BaseRequest, limits: Limits) -> Request:
    """The request with its body, or with what kept the body from being read."""
    request = Request(
        arriving.method,
        arriving.raw_path,
        arriving.headers,
        version=arriving.version,
        keep_alive=arriving.keep_alive and not _leaves_http(arriving),
    )
    if arriving.body_exists and arriving.method != "CONNECT":
        try:
            if arriving.content.is_eof():
                _take_body(arriving, request, limits)
            else:
                await _read_body(arriving, request, limits)
            if "Content-Encoding" in arriving.headers and not request.read_error:
                _unpack(arriving, request, limits)
        except (web.RequestPayloadError, ValueError) as error:
            request.body, request.read_error = b"", f"the body could not be read: {error}"
    return request


def _leaves_http(arriving: web.BaseRequest) -> bool:
    # aiohttp's parser takes what follows such a request for another protocol, which nobody here speaks.
    return "Upgrade" in arriving.headers or arriving.method == "CONNECT"


def _take_body(arriving: web.BaseRequest, request: Request, limits: Limits) -> None:
    request.body = arriving.content.read_nowait()
    if len(request.body) > limits.max_body:
        _too_large(request, limits)


# Guess: [compression] gzip and deflate are understood, nothing else; sending gzip would settle it.
def _unpack(arriving: web.BaseRequest, request: Request, limits: Limits) -> None:
    try:
        named = coding(arriving.headers.getall("Content-Encoding"))
        request.body = unpacked(request.body, named, limits.max_body)
    except TooLarge:
        _too_large(request, limits)


async def _read_body(arriving: web.BaseRequest, request: Request, limits: Limits) -> None:
    if (arriving.content_length or 0) > limits.max_body:
        _too_large(request, limits)
    else:
        _invite(arriving)
        try:
            async with asyncio.timeout(limits.body_seconds):
                await _gather(arriving, request, limits)
        except TimeoutError:
            _give_up(request, 408, f"the body was not whole within {limits.body_seconds:g} s")


async def _gather(arriving: web.BaseRequest, request: Request, limits: Limits) -> None:
    body = bytearray()
    while chunk := await arriving.content.readany():
        body += chunk
        if len(body) > limits.max_body:
            _too_large(request, limits)
            return
    request.body = bytes(body)


# Guess: [body-status] 413 and 408; what a real system says to either would settle it.
def _too_large(request: Request, limits: Limits) -> None:
    _give_up(request, 413, f"the body is over {limits.max_body} bytes, the limit of --max-body")


def _give_up(request: Request, status: int, reason: str) -> None:
    request.body = b""
    request.read_error = reason
    request.read_error_status = status
    request.keep_alive = False


def _invite(arriving: web.BaseRequest) -> None:
    # aiohttp's low-level server leaves `Expect` to its handler; without this, curl waits a second.
    if arriving.headers.get("Expect", "").lower() == "100-continue" and arriving.transport is not None:
        arriving.transport.write(CONTINUE)
