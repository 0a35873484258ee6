"""A server inside another program: in a thread of it, or as a process of its own.

Rule: import the standard library only until a server is started.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import field
from typing import TYPE_CHECKING

from oifde_simulator.config import Settings
from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.runtime.real_time_loop import RealTimeLoop
from oifde_simulator.runtime.server_process import read_ready_file, start_process, stop_process
from oifde_simulator.runtime.temporary_folder import temporary_folder

if TYPE_CHECKING:
    from oifde_simulator.runtime.server import Simulator


BEYOND_LOOPBACK = ("--control-host", "--advertise-control")
"""Options by which the control plane may be reached from other machines."""


@contextmanager
def running(settings: Settings) -> Iterator[Simulator]:
    """Run a server in a thread of its own until the end of the block.

    Its `data_url`, `control_url`, `token` and `ca_pem` are the way to reach it; with `advertise`, the URLs
    of this machine are in `listening`.
    Raises ValueError or OSError for settings that cannot be used.
    """
    from oifde_simulator.runtime import ready_file, serve

    ready_files = [settings.ready_file] if settings.ready_file else []
    ready_file.remove_old(ready_files)
    simulator, watcher = serve.create(settings)
    listening: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def serve_until_stopped() -> None:
        async with serve.listening(simulator, watcher, ready_files):
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
    data: str | None = None
    """URL of the vendor's interface as clients reach it; None for what the server says."""

    def as_dict(self) -> dict[str, str | None]:
        """Write the fields by their names, the token too."""
        return {"control": self.control, "token": self.token, "log": self.log, "data": self.data}


@contextmanager
def spawned(*options: str) -> Iterator[Addresses]:
    """Run a server as a process until the end of the block, or of this process, however this one ends.

    `options` are those of `serve`; the ports are free ones. A token is passed in the environment, since all
    users of a machine see the arguments of a process; with a --control-host, or an --advertise-control, a
    token is made. Raises ValueError or RuntimeError if the server does not start.
    """
    token, others = _split_token(options)
    others = [option for option in others if option != "--quiet"]  # its first line says that it listens
    owner = os.getpid()
    with temporary_folder() as folder, open(folder / "log", "w+b") as log:
        ready = folder / "ready.json"
        child = start_process(("--ready-file", str(ready), *others), log, token)
        try:
            urls = read_ready_file(child, ready, log)
            yield Addresses(urls.get("listening", urls)["control"], token, log.name)
        finally:
            if os.getpid() == owner:  # not in a forked child, which ends on its own way
                stop_process(child)


def _split_token(options: Sequence[str]) -> tuple[str | None, Sequence[str]]:
    """Split the control plane's token, None for none, from the other options; make one if it is needed."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    parser.add_argument("--control-token")
    for option in BEYOND_LOOPBACK:
        parser.add_argument(option)
    try:
        given, others = parser.parse_known_args(options)
    except argparse.ArgumentError as error:
        raise ValueError(str(error)) from None
    named = vars(given)
    token = named.pop("control_token")
    beyond = [f"--{name.replace('_', '-')}={value}" for name, value in named.items() if value is not None]
    # What is beyond loopback has serve make a token and print it.
    return (token or secrets.token_urlsafe(24), [*others, *beyond]) if beyond else (token, others)
