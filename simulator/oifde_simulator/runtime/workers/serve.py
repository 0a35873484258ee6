"""`serve` with several workers: until a signal, the end of input, or the end of the store."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any, TextIO

from oifde_simulator import logs
from oifde_simulator.config import Settings
from oifde_simulator.runtime import lifecycle, ready_file
from oifde_simulator.runtime.first_lines import print_first
from oifde_simulator.runtime.workers.server import WorkersServer, prepared
from oifde_simulator.web.data_plane.sockets.worker_loads import make_memory

STORE_LOST = 4
"""Exit code where the store ended, and with it all state."""
LOST = "the store that the workers shared has ended, so all state is lost and the server stops"
STOPPING = ("SIGTERM", "SIGINT")
"""Names of the signals that stop the server; SIGHUP replaces its workers."""


def serve(settings: Settings, out: TextIO) -> int:
    """Serve until SIGTERM or SIGINT and return the exit code. Raises ValueError or OSError."""
    require_linux()
    lock = make_memory()
    logs.start(settings.log_level, settings.log_format, settings.log_file, quiet=settings.quiet, lock=lock)
    return asyncio.run(_serve(settings, out, lock))


def require_linux() -> None:
    """Check that processes of this system can share a port that is closed for all at once."""
    if sys.platform != "linux":
        raise ValueError(
            "--workers: expected Linux, whose processes can share a port that closes for all of them at "
            f"once, found {sys.platform}; leave it out, or start several servers with --state"
        )


async def _serve(settings: Settings, out: TextIO, lock: int) -> int:
    stop = asyncio.Event()
    ready_paths = ready_file.paths(settings, os.environ)
    on_kill: list[Callable[[], None]] = [partial(ready_file.remove_written, ready_paths)]
    on_hangup: list[Callable[[], None]] = []  # nothing, as long as there are no workers to replace
    lifecycle.on_signals(stop.set, lambda: _call_each(on_kill), STOPPING)
    if settings.until_eof:
        lifecycle.on_end_of_input(stop.set)
    _on_hangup(lambda: _call_each(on_hangup), stop.set)
    lost = ""
    async with prepared(settings, lock) as server:
        on_kill.append(server.supervisor.kill)
        on_hangup.append(server.supervisor.roll)
        started, _, lost = await first(server.start(), stop.wait(), server.store_lost())
        if started and not lost:
            with ready_file.ready_files(ready_paths, **server.urls):
                _say_ready(server, settings, out)
                _, lost = await first(stop.wait(), server.store_lost())
    return _end(server, lost, out)


def _say_ready(server: WorkersServer, settings: Settings, out: TextIO) -> None:
    print_first(server.first_lines, settings, server.token, out)
    if settings.open and "console" in server.urls:
        from oifde_simulator.runtime import browser  # needed with --open only

        browser.open_console(f"{server.own_control_url}/", server.token)


def _end(server: WorkersServer, lost: str, out: TextIO) -> int:
    """Say how the server ended, and return the exit code."""
    if lost:
        print(f"oifde-simulator serve: {LOST}: {lost}", file=sys.stderr)
        return STORE_LOST
    return report_coverage(server, out)


def report_coverage(server: WorkersServer, out: TextIO) -> int:
    """Print which rules never fired, if that was asked for, and return the exit code."""
    for line in server.coverage.get("lines", ()):
        print(line, file=out)
    out.flush()
    return int(server.coverage.get("code", 0))


async def first(*awaitables: Awaitable[Any]) -> list[Any]:
    """Wait for the first that is done; what each returned, in their order, True for None, else empty."""
    tasks = [asyncio.ensure_future(each) for each in awaitables]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        done = [task for task in tasks if task.done()]
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    return [task.result() or True if task in done else "" for task in tasks]


def _call_each(functions: list[Callable[[], None]]) -> None:
    for function in functions:
        with suppress(Exception):
            function()


def _on_hangup(roll: Callable[[], None], stop: Callable[[], None]) -> None:
    """Call `roll` at SIGHUP, or `stop` where it says that the terminal is gone in which we were started."""
    had_terminal = _has_terminal() and signal.getsignal(signal.SIGHUP) != signal.SIG_IGN
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGHUP, lambda: stop() if had_terminal and not _has_terminal() else roll())


def _has_terminal() -> bool:
    with suppress(OSError):
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
        return True
    return False
