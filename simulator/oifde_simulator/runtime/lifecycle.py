"""The operating system's side of a server: signals, the end of input, the event loop."""

from __future__ import annotations

import asyncio
import atexit
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import FrameType
from typing import Any, NoReturn

SIGNALS = ("SIGTERM", "SIGINT", "SIGHUP", "SIGBREAK")
"""Names of the signals that stop a server; `nohup` has SIGHUP ignored. SIGBREAK is Windows' Ctrl-Break."""
BY_SIGNAL = 128
"""Exit code of a process that a signal ended, as shells have it, less the signal's number."""


def on_signals(
    stop: Callable[[], None], clean_up: Callable[[], None], names: Sequence[str] = SIGNALS
) -> None:
    """Call `stop` on the running event loop at the first signal; at the second, `clean_up` and end."""
    loop = asyncio.get_running_loop()
    found = [getattr(signal, name) for name in names if hasattr(signal, name)]
    numbers = [each for each in found if not _is_ignored_hangup(each)]

    def stop_once() -> None:
        for number in numbers:
            with suppress(NotImplementedError):
                loop.remove_signal_handler(number)
            signal.signal(number, end_now)
        stop()

    def end_now(number: int, _: FrameType | None) -> None:
        with suppress(Exception):
            clean_up()
        os._exit(BY_SIGNAL + number)

    for number in numbers:
        try:
            loop.add_signal_handler(number, stop_once)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop_once))


def _is_ignored_hangup(number: int) -> bool:
    return signal.Signals(number).name == "SIGHUP" and signal.getsignal(number) == signal.SIG_IGN


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
