"""A server beside a program that has other things to do: in a thread of it, or as a process of its own.

Rule: standard library only until a server is started.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING, Any

from oifde_simulator.config import ENVIRONMENT_PREFIX, Settings

if TYPE_CHECKING:
    from oifde_simulator.runtime.server import Simulator

PATIENCE = 10.0
"""Seconds that a process has to end by itself."""

START = "import sys; sys.path.append(sys.argv.pop(1)); from oifde_simulator.cli import main; sys.exit(main())"
"""What a process of ours runs: this very package, wherever it is, and nothing of the current folder."""


@contextmanager
def running(settings: Settings) -> Iterator[Simulator]:
    """A server in a thread of its own, up until the end of the block.

    `data_url`, `control_url`, `token` and `ca_pem` of what is given say how to reach it.
    Raises ValueError or OSError where the settings cannot be followed.
    """
    from oifde_simulator.runtime import lifecycle, server

    simulator, watcher = server.made(settings)
    listening: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def until_told() -> None:
        async with server.up(simulator, settings, watcher):
            stop = asyncio.Event()
            listening.set_result((asyncio.get_running_loop(), stop))
            await stop.wait()

    def serve() -> None:
        try:
            with asyncio.Runner(loop_factory=lifecycle.loop_factory()) as loop:
                loop.run(until_told())
        except BaseException as error:
            if listening.done():
                raise
            listening.set_exception(error)

    def end(_: object) -> None:
        if listening.exception() is None:
            loop, stop = listening.result()
            loop.call_soon_threadsafe(stop.set)

    with ThreadPoolExecutor(1, thread_name_prefix="simulator") as threads:
        ended = threads.submit(serve)
        try:
            listening.result()
            yield simulator
        finally:
            listening.add_done_callback(end)  # also where an interrupt came before it listens
            ended.result()


@dataclass(frozen=True, slots=True)
class Addresses:
    """How to reach a server."""

    control: str
    token: str | None = field(default=None, repr=False)
    """What the control plane wants as a bearer token; None for nothing."""


@contextmanager
def spawned(*options: str) -> Iterator[Addresses]:
    """A server as a process of its own, up until the end of the block or of this process, however that ends.

    `options` are those of `serve`; ports are free ones. A token goes by the environment, since everybody may
    list the arguments of a process; with a --control-host one is made. Raises ValueError or RuntimeError
    where it does not start.
    """
    token, others = _token(options)
    with TemporaryDirectory(prefix="oifde-simulator-") as folder, open(Path(folder, "log"), "w+b") as log:
        ready = Path(folder, "ready.json")
        child = _process(("--ready-file", str(ready), *others), log, token)
        try:
            yield Addresses(_address(child, ready, log)["control"], token)
        finally:
            _end(child)


def _token(options: Sequence[str]) -> tuple[str | None, Sequence[str]]:
    """The token that the control plane is to want, None for nothing; and the other options."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    parser.add_argument("--control-token")
    parser.add_argument("--control-host")
    try:
        given, others = parser.parse_known_args(options)
    except argparse.ArgumentError as error:
        raise ValueError(str(error)) from None
    if given.control_host is None:
        return given.control_token, others
    # Perhaps beyond loopback, where serve would make a token and print it.
    return given.control_token or secrets.token_urlsafe(24), [*others, f"--control-host={given.control_host}"]


def _process(options: Sequence[str], log: IO[bytes], token: str | None) -> subprocess.Popen[bytes]:
    package = str(Path(__file__).parents[1])
    own = {name: text for name, text in os.environ.items() if not name.startswith(ENVIRONMENT_PREFIX)}
    serve = ("serve", "--port", "0", "--control-port", "0", "--until-eof", *options)
    return subprocess.Popen(  # noqa: S603  our own program
        [sys.executable, "-P", "-c", START, package, *serve],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        env=own if token is None else {**own, f"{ENVIRONMENT_PREFIX}CONTROL_TOKEN": token},
        # Ctrl-C is for those who use it; they end it when they are done.
        start_new_session=os.name == "posix",
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )


def _address(child: subprocess.Popen[bytes], ready: Path, log: IO[bytes]) -> dict[str, Any]:
    assert child.stdout is not None
    if child.stdout.readline() and ready.exists():  # it prints once it is up
        address: dict[str, Any] = json.loads(ready.read_text())
        return address
    child.wait(PATIENCE)
    log.seek(0)
    raise RuntimeError(f"the simulator did not start: {log.read().decode('utf-8', 'replace').strip()}")


def _end(child: subprocess.Popen[bytes]) -> None:
    assert child.stdin is not None
    with child:  # closes what is left of its pipes
        child.stdin.close()
        try:
            child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
