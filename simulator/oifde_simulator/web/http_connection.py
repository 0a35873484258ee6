"""An aiohttp connection whose server answers bytes that are not HTTP by itself.

aiohttp answers them before any handler is called, in plain text, and logs them whatever they are.
"""

from __future__ import annotations

from aiohttp import web
from aiohttp.http import HttpProcessingError

LONGEST_REASON = 200
"""Characters of aiohttp's reason why bytes cannot be read; it quotes them."""


class HttpConnection(web.RequestHandler):
    """Base of the connections of both planes."""

    __slots__ = ()

    def refuse(self, reason: str) -> web.StreamResponse:
        """Answer bytes that are not HTTP; `reason` is aiohttp's, in one line."""
        raise NotImplementedError

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer bytes that are not HTTP, or an exception of ours; aiohttp calls this."""
        if isinstance(exc, HttpProcessingError):
            return self.refuse(shortened_reason(exc.message))
        return super().handle_error(request, status, exc, message)


def shortened_reason(text: str) -> str:
    """Shorten aiohttp's reason to one line of at most LONGEST_REASON characters."""
    return " ".join(text.split())[:LONGEST_REASON]
