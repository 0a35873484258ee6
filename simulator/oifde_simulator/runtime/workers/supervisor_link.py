"""The way from a worker to its supervisor, whose end is the worker's end.

Rule: import little, since signs of life are given before the server is loaded.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from select import select
from socket import MSG_DONTWAIT, socket

from oifde_simulator.runtime.workers.messages import Message, decode, encode
from oifde_simulator.runtime.workers.periods import BEAT_SECONDS

ORPHANED = 1
"""Exit code of a worker whose supervisor is gone."""
ORPHAN_SECONDS = 1.0
"""Seconds in which a worker whose supervisor is gone ends by itself."""
PIECE = 65536


class SupervisorLink:
    """The pair of sockets to the supervisor: a thread reads it, so that its end is noticed at any time."""

    def __init__(self, pair: socket) -> None:
        """Take over the worker's end."""
        pair.set_inheritable(False)
        self._pair = pair
        self._hear: Callable[[Message], None] | None = None
        self._lock = threading.Lock()
        self._hearing = threading.Lock()
        self._early: list[Message] = []
        """Messages that came before `hear`."""
        self._unread = b""

    def first(self) -> Message:
        """Wait for the first message: what is to be served."""
        with suppress(OSError):
            while b"\n" not in self._unread:
                if not (piece := self._pair.recv(PIECE)):
                    break
                self._unread += piece
        line, found, self._unread = self._unread.partition(b"\n")
        return decode(line) if found else os._exit(ORPHANED)

    def start(self) -> None:
        """Begin to give signs of life; `hear` goes on with that."""
        threading.Thread(target=self._read, name="supervisor", daemon=True).start()

    def hear(self, hear: Callable[[Message], None]) -> None:
        """Call `hear` with each message, on the running event loop, which gives the signs of life now."""
        loop = asyncio.get_running_loop()

        def beat() -> None:
            self.beat()
            loop.call_later(BEAT_SECONDS, beat)

        def call(message: Message) -> None:
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(hear, message)

        with self._hearing:
            self._hear = call
            for message in self._early:
                call(message)
        beat()

    def send(self, **message: object) -> None:
        """Send a message."""
        with suppress(OSError), self._lock:
            self._pair.sendall(encode(message))

    def beat(self) -> None:
        """Give a sign of life, which is lost where the supervisor does not read."""
        with suppress(OSError), self._lock:
            self._pair.send(encode({"is": "alive"}), MSG_DONTWAIT)

    def _read(self) -> None:
        with suppress(OSError):
            while self._wait() and (piece := self._pair.recv(PIECE)):
                *lines, self._unread = (self._unread + piece).split(b"\n")
                for line in lines:
                    self._receive(decode(line))
        self._end()

    def _receive(self, message: Message) -> None:
        """Have a message heard, now or as soon as somebody hears: a worker may be let go while it starts."""
        with self._hearing:
            if self._hear is None:
                self._early.append(message)
            else:
                self._hear(message)

    def _wait(self) -> bool:
        """Wait for a message; while the server is loaded, give signs of life."""
        while not select([self._pair], [], [], BEAT_SECONDS if self._hear is None else None)[0]:
            if self._hear is None:
                self.beat()
        return True

    def _end(self) -> None:
        """Stop now that the supervisor is gone: soon in order, and soon after that at once."""
        if self._hear is not None:
            self._hear({"do": "stop"})
            threading.Event().wait(ORPHAN_SECONDS)
        os._exit(ORPHANED)


def end_with(supervisor: int) -> None:
    """Have the kernel end this process when its supervisor is gone, whatever this one is doing then."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, 9)  # PR_SET_PDEATHSIG, SIGKILL
    if os.getppid() != supervisor:
        os._exit(ORPHANED)
