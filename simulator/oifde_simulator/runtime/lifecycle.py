"""The operating system's side of a server: signals, the end of input, the event loop."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any


def on_signals(stop: Callable[[], None]) -> None:
    """Call `stop` on the running event loop at SIGTERM, SIGINT and SIGHUP, which `nohup` ignores."""
    loop = asyncio.get_running_loop()
    for name in ("SIGTERM", "SIGINT", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is None or (name == "SIGHUP" and signal.getsignal(number) == signal.SIG_IGN):
            continue
        with suppress(NotImplementedError):  # Windows: Ctrl-C raises KeyboardInterrupt instead
            loop.add_signal_handler(number, stop)


def on_end_of_input(stop: Callable[[], None]) -> None:
    """Call `stop` on the running event loop when standard input ends, as it does when our parent is gone."""
    loop = asyncio.get_running_loop()

    def read_to_end() -> None:
        with suppress(OSError):  # there is no input
            while os.read(0, 4096):
                pass
        with suppress(RuntimeError):  # the loop has ended already
            loop.call_soon_threadsafe(stop)

    # Not sys.stdin: this thread is never joined and would hold its lock at the interpreter's end.
    threading.Thread(target=read_to_end, name="end of input", daemon=True).start()


def loop_factory() -> Callable[[], Any] | None:
    """Choose the factory of event loops: uvloop's if installed, else None for asyncio's own."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
