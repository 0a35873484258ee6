"""Tells in the log that no file descriptor is left, at most once a second, whatever the event loop.

Rule: nothing is retried here. asyncio pauses its listener for a second by itself; uvloop accepts and closes
what it cannot keep, without a word.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import socket
import sys
from typing import Any

log = logging.getLogger("oifde_simulator")

EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
"""Reasons of the system for which a connection cannot be accepted now."""
INTERVAL = 1.0
"""Seconds between two looks, and at least between two lines."""
SUFFERERS = "new connections wait, or are closed without an answer"


class ListeningSocket(socket.socket):
    """A listening socket that fails once, and then has no connection, where no descriptor is left.

    asyncio accepts as often as the backlog is long, and logs each failure, before it pauses.
    """

    _failed = False

    @classmethod
    def of(cls, bound: socket.socket) -> ListeningSocket:
        """Take over the descriptor of a bound socket."""
        return cls(bound.family, bound.type, bound.proto, fileno=bound.detach())

    def accept(self) -> tuple[socket.socket, Any]:
        """Accept a connection."""
        if self._failed:
            self._failed = False
            raise BlockingIOError(errno.EAGAIN, "no connection is accepted for now")
        try:
            return super().accept()
        except OSError as error:
            self._failed = error.errno in EXHAUSTED
            raise


class DescriptorWatch:
    """Notice that no descriptor is left: by a failure of asyncio, by the last number, by a look a second."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Watch until `close`."""
        self._loop = loop
        self._outer = loop.get_exception_handler()
        self._last_number = descriptor_limit() - 1
        self._logged = -INTERVAL
        loop.set_exception_handler(self._handle)
        self._timer = loop.call_later(INTERVAL, self._look)

    def close(self) -> None:
        """Stop watching."""
        self._timer.cancel()
        if self._loop.get_exception_handler() == self._handle:
            self._loop.set_exception_handler(self._outer)

    def accepted(self, transport: asyncio.BaseTransport) -> None:
        """Notice a connection that has taken the last number; the system gives the lowest that is free."""
        accepted = transport.get_extra_info("socket")
        if accepted is not None and accepted.fileno() >= self._last_number:
            self.report(errno.EMFILE)

    def report(self, reason: int) -> None:
        """Log one line that names the limit, unless there was one within the last second."""
        now = self._loop.time()
        if now - self._logged >= INTERVAL:
            self._logged = now
            log.error("%s: %s", _explain(reason), SUFFERERS)

    def _handle(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if "socket" in context and isinstance(error, OSError) and error.errno in EXHAUSTED:
            self.report(error.errno or 0)
        elif self._outer is not None:
            self._outer(loop, context)
        else:
            loop.default_exception_handler(context)

    def _look(self) -> None:
        self._timer = self._loop.call_later(INTERVAL, self._look)
        try:
            socket.socket().close()
        except OSError as error:
            self.report(error.errno or 0)


def descriptor_limit() -> int:
    """Read how many descriptors this process may have."""
    if sys.platform == "win32":
        return sys.maxsize
    import resource

    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sys.maxsize if limit == resource.RLIM_INFINITY else limit


def _explain(reason: int) -> str:
    if reason == errno.EMFILE:
        limit = descriptor_limit()
        return f"no file descriptor is left of the {limit} that this process may have; raise `ulimit -n`"
    if reason == errno.ENFILE:
        return "no file descriptor is left on this machine; raise the system's fs.file-max"
    return f"the system can accept no connection ({os.strerror(reason)})"
