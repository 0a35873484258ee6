"""TLS connections whose client may end its half, by close_notify, and still read its answer (RFC 8446, 6.1).

The event loops close a connection at close_notify. So OpenSSL's end of data is not shown to them: it looks
like data that has not come, and the connection is told.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import Any


def keep_half_open(context: ssl.SSLContext) -> None:
    """Have the connections of `context` live on after close_notify, beside what its class does already."""
    base: Any = context.sslobject_class
    if not issubclass(base, _HalfOpen):
        context.sslobject_class = type(base.__name__, (_HalfOpen, base), {})


class _HalfOpen(ssl.SSLObject):
    _told: Callable[[], None] | None = None
    has_ended = False
    """True once the client has ended its half."""

    def at_close_notify(self, tell: Callable[[], None]) -> None:
        """Call `tell` once the client has ended its half, and the data before it was handed on."""
        self._told = tell
        if self.has_ended:
            asyncio.get_running_loop().call_soon(tell)

    def read(self, len: int = 1024, buffer: Any = None) -> Any:
        """Read data; at close_notify, tell of it and pretend that more may come."""
        found = super().read(len, buffer)
        if found or not len:
            return found
        if not self.has_ended:
            self.has_ended = True
            if self._told is not None:
                asyncio.get_running_loop().call_soon(self._told)
        raise ssl.SSLWantReadError
