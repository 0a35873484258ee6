"""The operating system's side of a server: signals, the end of input, the ready file, the event loop."""

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
    """Write `ready` and the process id to a file in one step, and remove the file at the end of the block."""
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
