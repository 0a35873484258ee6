"""Files of the page as responses, with the headers that keep the page to itself."""

from __future__ import annotations

import re
from http import HTTPStatus

from aiohttp import web

from oifde_simulator.web.console.files import PageFile

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
"""What the page may load, and from where: its own files and its own control plane, and nothing inline."""
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "DENY",  # for browsers that do not know frame-ancestors
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",  # a browser asks each time, and is mostly told that nothing has changed
}
"""Headers of every file."""

GZIP = re.compile(r"(?:x-)?gzip(?:;q=(?:1(?:\.0*)?|0\.0*[1-9][0-9]*))?")
"""A coding of Accept-Encoding that means gzip."""


def file_response(request: web.Request, file: PageFile) -> web.Response:
    """Send a file, in gzip where the client takes it, or say that the client's copy is still good."""
    zipped = _takes_gzip(request)
    tag = f"{file.digest}-gzip" if zipped else file.digest
    headers = HEADERS | {"ETag": f'"{tag}"', "Vary": "Accept-Encoding"}
    if _has_copy(request, tag):
        return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    headers |= {"Content-Type": file.content_type} | ({"Content-Encoding": "gzip"} if zipped else {})
    return web.Response(body=file.compressed if zipped else file.body, headers=headers)


def _takes_gzip(request: web.Request) -> bool:
    """Check that the client names gzip among what it takes, with another weight than 0."""
    codings = ",".join(request.headers.getall("Accept-Encoding", ())).lower().replace(" ", "").split(",")
    return any(GZIP.fullmatch(coding) for coding in codings)


def _has_copy(request: web.Request, tag: str) -> bool:
    """Check that the client has the file already, by its entity tag, strong or weak."""
    return any(each.value in (tag, "*") for each in request.if_none_match or ())
