"""Runs a command, such as a test suite in any language, beside a server of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from types import FrameType
from typing import TYPE_CHECKING

from oifde_simulator import logs
from oifde_simulator.config import Settings
from oifde_simulator.runtime.child.environment import child_environment
from oifde_simulator.runtime.embedding import running
from oifde_simulator.runtime.guarding import guarded

if TYPE_CHECKING:
    from oifde_simulator.runtime.server import Simulator
    from oifde_simulator.runtime.workers.server import WorkersServer

    Finish = Callable[[Simulator | WorkersServer], None]

NOT_EXECUTABLE, NOT_FOUND, BY_SIGNAL = 126, 127, 128
"""Exit codes of shells; the last one plus the signal's number."""
UNUSED_RULES = 3
"""Exit code of a report of rules that never fired."""

FORWARDED = ("SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT", "SIGUSR1", "SIGUSR2")
"""Names of the signals that are forwarded to the command."""
FROM_TERMINAL = ("SIGINT", "SIGQUIT")
"""Names of the signals that a terminal sends to the command itself."""


def run(
    settings: Settings,
    program: Sequence[str],
    *,
    coverage: bool = False,
    trust: bool = False,
    finish: Finish = lambda _: None,
) -> int:
    """Run `program` with the server's addresses in its environment and return its exit code.

    `coverage` prints afterwards which rules never fired. `settings.fail_on_unused` does so too, and makes it
    the exit code of a successful command. `trust` has the command trust the server's authority. `finish` is
    called with the server once the command has ended, before the server stops.
    Raises ValueError or OSError for settings that cannot be used.
    """
    if settings.workers > 1:
        return _run_beside_workers(settings, program, coverage=coverage, trust=trust, finish=finish)
    from oifde_simulator.runtime.serve import report_coverage  # slow to import

    level = settings.log_level or ("error" if settings.quiet else "warning")
    logs.start(level, settings.log_format, settings.log_file)
    with (
        _forward_signals() as forwarder,
        running(settings) as server,
        child_environment(server, os.environ, trust=trust) as environment,
        _guarded(os.path.dirname(environment["OIFDE_CA_FILE"])) as guard,
    ):
        code = _run_child(program, environment, forwarder, guard)
        finish(server)
    if not (coverage or settings.fail_on_unused):
        return code
    unused = report_coverage(server.coverage, sys.stdout)
    return code or (unused if settings.fail_on_unused else code)


def _run_beside_workers(
    settings: Settings, program: Sequence[str], *, coverage: bool, trust: bool, finish: Finish
) -> int:
    """Do as `run` does, with a server of several workers."""
    from oifde_simulator.runtime.workers import embedding
    from oifde_simulator.runtime.workers.serve import report_coverage
    from oifde_simulator.web.data_plane.sockets.worker_loads import make_memory

    lock, level = make_memory(), settings.log_level or ("error" if settings.quiet else "warning")
    logs.start(level, settings.log_format, settings.log_file, lock=lock)
    chosen = replace(settings, log_level=level, fail_on_unused=coverage or settings.fail_on_unused)
    with (
        _forward_signals() as forwarder,
        embedding.running(chosen, lock) as server,
        child_environment(server, os.environ, trust=trust) as environment,
        _guarded(os.path.dirname(environment["OIFDE_CA_FILE"])) as guard,
    ):
        code = _run_child(program, environment, forwarder, guard)
        finish(server)
    found = report_coverage(server, sys.stdout)
    return code or (0 if found == UNUSED_RULES and not settings.fail_on_unused else found)


class SignalForwarder:
    """A signal handler that forwards to the command, or exits before the command has started."""

    def __init__(self) -> None:
        self.child: subprocess.Popen[bytes] | None = None
        """Process of the command, once it has started."""

    def __call__(self, number: int, _: FrameType | None) -> None:
        """Handle a signal."""
        if self.child is None:
            raise SystemExit(BY_SIGNAL + number)
        if not (signal.Signals(number).name in FROM_TERMINAL and sys.stdin and sys.stdin.isatty()):
            self.child.send_signal(number)


@contextmanager
def _forward_signals() -> Iterator[SignalForwarder]:
    forwarder = SignalForwarder()
    numbers = [getattr(signal, name) for name in FORWARDED if hasattr(signal, name)]
    before = {number: signal.signal(number, forwarder) for number in numbers}
    try:
        yield forwarder
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _guarded(folder: str) -> Iterator[Callable[[int], None]]:
    """Have a process of its own clean up if this one is killed; it is told the command's process id."""
    if os.name != "posix":
        yield lambda _: None
        return
    with guarded(folder) as started:
        yield started


def _run_child(
    program: Sequence[str],
    environment: Mapping[str, str],
    forwarder: SignalForwarder,
    started: Callable[[int], None],
) -> int:
    try:
        child = subprocess.Popen(program, env=environment)  # noqa: S603  the user's own command
    except OSError as error:
        print(f"oifde-simulator run: {program[0]}: {error.strerror}", file=sys.stderr)
        return NOT_FOUND if isinstance(error, FileNotFoundError) else NOT_EXECUTABLE
    forwarder.child = child
    started(child.pid)
    code = child.wait()
    return code if code >= 0 else BY_SIGNAL - code
