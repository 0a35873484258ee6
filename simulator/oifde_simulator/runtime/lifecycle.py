"""A server as its operating system sees it: signals, the end of its input, the file that says it is up."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any


@contextmanager
def ready_file(path: Path | None, **ready: Any) -> Iterator[None]:
    """Have a file with `ready` and the process's number, whole from its first moment; it goes at the end."""
    if path is None:
        yield
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(json.dumps({**ready, "pid": os.getpid()}) + "\n")
    draft.replace(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def on_signals(stop: Callable[[], None]) -> None:
    """Call `stop` on the running event loop at SIGTERM and SIGINT."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):  # Windows: Ctrl-C raises KeyboardInterrupt instead
            loop.add_signal_handler(number, stop)


def on_end_of_input(stop: Callable[[], None]) -> None:
    """Call `stop` on the running event loop when standard input ends: whoever started this is gone."""
    loop = asyncio.get_running_loop()

    def read_on() -> None:
        with suppress(OSError):  # there is none
            while os.read(0, 4096):
                pass
        with suppress(RuntimeError):  # the loop has ended first
            loop.call_soon_threadsafe(stop)

    # Not sys.stdin, whose lock a thread that is never joined would hold at the interpreter's end.
    threading.Thread(target=read_on, name="end of input", daemon=True).start()


def loop_factory() -> Callable[[], Any] | None:
    """What makes the event loop; None for asyncio's own."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
