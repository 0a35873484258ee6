"""Files of the page as responses, with the headers that keep the page to itself."""

from __future__ import annotations

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


def file_response(request: web.Request, file: PageFile) -> web.Response:
    """Send a file, or say that the client's copy is still good."""
    headers = HEADERS | {"ETag": f'"{file.digest}"'}
    if _has_copy(request, file):
        return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    return web.Response(body=file.body, headers=headers | {"Content-Type": file.content_type})


def _has_copy(request: web.Request, file: PageFile) -> bool:
    """Check that the client has the file already, by its entity tag, strong or weak."""
    return any(tag.value in (file.digest, "*") for tag in request.if_none_match or ())
