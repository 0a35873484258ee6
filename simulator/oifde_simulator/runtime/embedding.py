"""A server inside another program: in a thread of it, or as a process of its own.

Rule: import the standard library only until a server is started.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING, Any
from weakref import WeakSet

from oifde_simulator.config import ENVIRONMENT_PREFIX, Settings

if TYPE_CHECKING:
    from oifde_simulator.runtime.server import Simulator

STOP_TIMEOUT = 10.0
"""Seconds in which a process must end by itself."""

PROGRAM = (
    "import sys; sys.path.append(sys.argv.pop(1)); from oifde_simulator.cli import main; sys.exit(main())"
)
"""Code of a server process: run this package from its own place, and nothing of the current folder."""


@contextmanager
def running(settings: Settings) -> Iterator[Simulator]:
    """Run a server in a thread of its own until the end of the block.

    Its `data_url`, `control_url`, `token` and `ca_pem` are the way to reach it.
    Raises ValueError or OSError for settings that cannot be used.
    """
    from oifde_simulator.runtime import serve

    simulator, watcher = serve.create(settings)
    listening: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def serve_until_stopped() -> None:
        async with serve.listening(simulator, settings, watcher):
            stop = asyncio.Event()
            listening.set_result((asyncio.get_running_loop(), stop))
            await stop.wait()

    def run_loop() -> None:
        try:
            with asyncio.Runner(loop_factory=_loop_factory()) as loop:
                loop.run(serve_until_stopped())
        except BaseException as error:
            if listening.done():
                raise
            listening.set_exception(error)

    def stop_loop(_: object) -> None:
        if listening.exception() is None:
            loop, stop = listening.result()
            loop.call_soon_threadsafe(stop.set)

    with ThreadPoolExecutor(1, thread_name_prefix="simulator") as threads:
        ended = threads.submit(run_loop)
        try:
            listening.result()
            yield simulator
        finally:
            listening.add_done_callback(stop_loop)  # even after an interrupt during the start
            ended.result()


# freezegun replaces time.monotonic in every module, and knows no clock_gettime.
CLOCK: Callable[[], float] = (
    functools.partial(time.clock_gettime, time.CLOCK_MONOTONIC)
    if hasattr(time, "clock_gettime")
    else time.monotonic
)
"""Clock of the timers of a server in a thread: seconds since some moment, while time is frozen too."""


class RealTimeLoop(asyncio.SelectorEventLoop):
    """An event loop of asyncio whose timers go on while freezegun has stopped the time of this process."""

    def time(self) -> float:
        """Return the seconds of the monotonic clock."""
        return CLOCK()


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    """Choose the factory of event loops: uvloop's if installed, whose timers are its own."""
    from oifde_simulator.runtime import lifecycle

    return lifecycle.loop_factory() or RealTimeLoop


@dataclass(frozen=True, slots=True)
class Addresses:
    """The way to reach a server's control plane."""

    control: str
    """URL of the control plane."""
    token: str | None = field(default=None, repr=False)
    """Bearer token that the control plane requires; None for none."""
    log: str | None = None
    """File with the log of the server's process; None where there is none to read."""

    def as_dict(self) -> dict[str, str | None]:
        """Write the fields by their names, the token too."""
        return {"control": self.control, "token": self.token, "log": self.log}


@contextmanager
def spawned(*options: str) -> Iterator[Addresses]:
    """Run a server as a process until the end of the block, or of this process, however this one ends.

    `options` are those of `serve`; the ports are free ones. A token is passed in the environment, since all
    users of a machine see the arguments of a process; with a --control-host a token is made. Raises
    ValueError or RuntimeError if the server does not start.
    """
    token, others = _split_token(options)
    owner = os.getpid()
    with TemporaryDirectory(prefix="oifde-simulator-") as folder, open(Path(folder, "log"), "w+b") as log:
        ready = Path(folder, "ready.json")
        child = _start_process(("--ready-file", str(ready), *others), log, token)
        try:
            yield Addresses(_read_ready_file(child, ready, log)["control"], token, log.name)
        finally:
            if os.getpid() == owner:  # not in a forked child, which ends on its own way
                _stop_process(child)


def _split_token(options: Sequence[str]) -> tuple[str | None, Sequence[str]]:
    """Split the control plane's token, None for none, from the other options; make one if it is needed."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    parser.add_argument("--control-token")
    parser.add_argument("--control-host")
    try:
        given, others = parser.parse_known_args(options)
    except argparse.ArgumentError as error:
        raise ValueError(str(error)) from None
    if given.control_host is None:
        return given.control_token, others
    # The host may be beyond loopback, for which serve makes a token and prints it.
    return given.control_token or secrets.token_urlsafe(24), [*others, f"--control-host={given.control_host}"]


def _start_process(options: Sequence[str], log: IO[bytes], token: str | None) -> subprocess.Popen[bytes]:
    package = str(Path(__file__).parents[1])
    inherited = {name: text for name, text in os.environ.items() if not name.startswith(ENVIRONMENT_PREFIX)}
    serve = ("serve", "--port", "0", "--control-port", "0", "--until-eof", *options)
    child = subprocess.Popen(  # noqa: S603  our own program
        [sys.executable, "-P", "-c", PROGRAM, package, *serve],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        env=inherited if token is None else {**inherited, f"{ENVIRONMENT_PREFIX}CONTROL_TOKEN": token},
        # Ctrl-C is for this process, which stops the server when it ends.
        start_new_session=os.name == "posix",
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )
    assert child.stdin is not None
    _INPUTS.add(child.stdin)
    return child


_INPUTS: WeakSet[IO[bytes]] = WeakSet()
"""Pipes whose end is the end of a server."""


def _close_inputs() -> None:
    """Close the pipes in a forked child, which would keep servers alive after this process."""
    for pipe in list(_INPUTS):
        pipe.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_close_inputs)


def _read_ready_file(child: subprocess.Popen[bytes], ready: Path, log: IO[bytes]) -> dict[str, Any]:
    assert child.stdout is not None
    if child.stdout.readline() and ready.exists():  # it prints once both ports listen
        address: dict[str, Any] = json.loads(ready.read_text())
        return address
    child.wait(STOP_TIMEOUT)
    log.seek(0)
    raise RuntimeError(f"the simulator did not start: {log.read().decode('utf-8', 'replace').strip()}")


def _stop_process(child: subprocess.Popen[bytes]) -> None:
    assert child.stdin is not None
    with child:  # closes its other pipes
        child.stdin.close()
        if os.name == "posix":  # a child that was forked by other means may hold the pipe open
            child.terminate()
        try:
            child.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            child.kill()
