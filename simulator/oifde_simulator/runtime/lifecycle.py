"""The operating system's side of a server: signals, the end of input, the ready file, the event loop."""

from __future__ import annotations

import asyncio
import atexit
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

SIGNALS = (signal.SIGTERM, signal.SIGINT)
"""Signals that stop a server."""
BY_SIGNAL = 128
"""Exit code of a process that a signal ended, as shells have it, less the signal's number."""


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


def on_signals(stop: Callable[[], None], ready: Path | None = None) -> None:
    """Call `stop` on the running event loop at the first SIGTERM or SIGINT; end the process at the second.

    The second one removes the file `ready`, and waits for nothing else.
    """
    loop = asyncio.get_running_loop()

    def stop_once() -> None:
        for number in SIGNALS:
            loop.remove_signal_handler(number)
            signal.signal(number, end_now)
        stop()

    def end_now(number: int, _: FrameType | None) -> None:
        with suppress(OSError):
            if ready:
                ready.unlink(missing_ok=True)
        os._exit(BY_SIGNAL + number)

    for number in SIGNALS:
        with suppress(NotImplementedError):  # Windows: Ctrl-C raises KeyboardInterrupt instead
            loop.add_signal_handler(number, stop_once)


def end_process(code: int) -> NoReturn:
    """End the process with an exit code, without taking apart what it holds, which the system does faster.

    What is registered to be done at exit is done, and standard output is flushed.
    """
    atexit._run_exitfuncs()
    with suppress(OSError, ValueError):
        sys.stdout.flush()
    os._exit(code)


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
