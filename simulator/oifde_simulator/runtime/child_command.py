"""Runs a command, any language's test suite, beside a server that is there for it alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import TYPE_CHECKING

from oifde_simulator import logs
from oifde_simulator.config import Settings
from oifde_simulator.runtime.embedding import running

if TYPE_CHECKING:
    from oifde_simulator.runtime.server import Simulator

NOT_EXECUTABLE, NOT_FOUND, BY_SIGNAL = 126, 127, 128
"""Exit codes as shells have them; the last plus the signal's number."""

FORWARDED = ("SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT", "SIGUSR1", "SIGUSR2")
FROM_TERMINAL = ("SIGINT", "SIGQUIT")
"""A terminal sends these to all that it shows, so the command has them already."""


def run(settings: Settings, program: Sequence[str], *, coverage: bool = False) -> int:
    """Run `program` with the server's addresses in its environment; returns its exit code.

    With `coverage` it is said afterwards which rules never fired; with `settings.fail_on_unused` that is
    the exit code of a command that went well.
    Raises ValueError or OSError where the settings cannot be followed.
    """
    from oifde_simulator.runtime.server import covered  # slow to import

    logs.to_stderr(settings.log_level or "warning")
    with (
        _forwarding() as forwarding,
        running(settings) as server,
        TemporaryDirectory(prefix="oifde-simulator-") as folder,
    ):
        code = _run(program, {**os.environ, **environment(server, Path(folder))}, forwarding)
    if not (coverage or settings.fail_on_unused):
        return code
    unused = covered(server.coverage, sys.stdout)
    return code or (unused if settings.fail_on_unused else code)


def environment(server: Simulator, folder: Path) -> Mapping[str, str]:
    """Variables that say how to reach `server`, empty for what there is not; the authority is in `folder`."""
    authority = ""
    if server.ca_pem:
        path = folder / "ca.pem"
        path.write_bytes(server.ca_pem)
        authority = str(path)
    return {
        "OIFDE_URL": server.data_url,
        "OIFDE_CONTROL": server.control_url,
        "OIFDE_CONTROL_TOKEN": server.token or "",
        "OIFDE_CA_FILE": authority,
    }


class Forwarding:
    """Signals that come are for the command: we end when it has, and before there is one, at once."""

    def __init__(self) -> None:
        self.child: subprocess.Popen[bytes] | None = None

    def __call__(self, number: int, _: FrameType | None) -> None:
        """What a signal does."""
        if self.child is None:
            raise SystemExit(BY_SIGNAL + number)
        if not (signal.Signals(number).name in FROM_TERMINAL and sys.stdin and sys.stdin.isatty()):
            self.child.send_signal(number)


@contextmanager
def _forwarding() -> Iterator[Forwarding]:
    forwarding = Forwarding()
    numbers = [getattr(signal, name) for name in FORWARDED if hasattr(signal, name)]
    before = {number: signal.signal(number, forwarding) for number in numbers}
    try:
        yield forwarding
    finally:
        for number, was in before.items():
            signal.signal(number, was)


def _run(program: Sequence[str], environment: Mapping[str, str], forwarding: Forwarding) -> int:
    try:
        child = subprocess.Popen(program, env=environment)  # noqa: S603  the user's own command
    except OSError as error:
        found = not isinstance(error, FileNotFoundError)
        print(f"oifde-simulator run: {program[0]}: {error.strerror}", file=sys.stderr)
        return NOT_EXECUTABLE if found else NOT_FOUND
    forwarding.child = child
    code = child.wait()
    return code if code >= 0 else BY_SIGNAL - code
