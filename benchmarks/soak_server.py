"""The server of `soak.py`: scenarios of its own, its memory with the peak since a moment, its log, its end.

Rule: its standard error is a pipe that a thread empties, except while an attack has stopped the reading.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from measure import ROOT, SERVER_CORE, Server, pinned, simulator, wait_for
from raw_http import Address, request

END_WITHIN = 30.0
"""Seconds from SIGTERM on; then it is killed."""
BUSY, LOOK = 0.5, 0.3
"""Share of a core above which it is busy, and seconds over which that is looked at."""
JOURNAL_BYTES = 16 * 2**20
"""Small, so that a journal that fills, as it should, is not taken for a leak."""


class Log:
    """What the server writes to standard error."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._reading = threading.Event()
        self._reading.set()
        self.octets = 0
        self.last = b""
        threading.Thread(target=self._empty, daemon=True).start()

    def stop_reading(self) -> None:
        """Leave what comes from now on in the pipe, but for one read that is under way."""
        self._reading.clear()

    def go_on(self) -> None:
        """Read again."""
        self._reading.set()

    def _empty(self) -> None:
        while self._reading.wait() and (octets := os.read(self._pipe.fileno(), 65536)):
            self.octets += len(octets)
            self.last = (self.last + octets)[-4096:]


class SoakedServer:
    """A server that runs."""

    def __init__(self, started: subprocess.Popen[bytes], log: Log, urls: dict[str, str]) -> None:
        self._started = started
        self.log = log
        self.url = urls["data"]
        self.data = Address.of(urls["data"])
        self.control = Address.of(urls["control"])

    def resident(self) -> float:
        """Return the memory that it holds now, MiB."""
        return self._status("VmRSS")

    def peak(self) -> float:
        """Return the most that it held since `forget_peak`, MiB."""
        return self._status("VmHWM")

    async def calm(self, within: float) -> bool:
        """Wait until it answers and is not busy any more; return whether that came in time."""
        with suppress(OSError, EOFError):  # a TimeoutError is an OSError
            async with asyncio.timeout(within):
                await self._answers()
                while await self._busy() > BUSY:
                    pass
                return True
        return False

    async def _answers(self) -> None:
        for port in (self.data, self.control):
            connection = await port.connect()
            await connection.ask(request("GET", "/livez"))
            connection.close()

    async def _busy(self) -> float:
        """Return the share of a core that it uses, over a short time."""
        server = Server(self.url, self._started.pid)
        before = server.cpu()
        await asyncio.sleep(LOOK)
        return (server.cpu() - before) / LOOK

    def forget_peak(self) -> None:
        """Begin a new peak; where that is forbidden, it stays that since the start."""
        with suppress(OSError):  # proc(5), clear_refs: 5 resets VmHWM
            Path(f"/proc/{self._started.pid}/clear_refs").write_text("5")

    def _status(self, name: str) -> float:
        with suppress(OSError):
            found = Path(f"/proc/{self._started.pid}/status").read_text().partition(f"{name}:")[2]
            return int(found.split()[0]) / 1024 if found else float("nan")
        return float("nan")

    def stop(self) -> tuple[int | None, float]:
        """Send SIGTERM; return the exit status, None if it did not end by itself, and the seconds it took."""
        begun = time.perf_counter()
        self._started.terminate()
        try:
            status = self._started.wait(END_WITHIN)
        except subprocess.TimeoutExpired:
            status = None
        return status, time.perf_counter() - begun


@contextmanager
def soaked(scenarios: dict[str, object], options: tuple[str, ...]) -> Iterator[SoakedServer]:
    """Run a server with these scenarios, by tenant, until it is stopped or no longer needed."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        for tenant, scenario in scenarios.items():
            (folder / f"{tenant}.yaml").write_text(json.dumps(scenario))
        ready = folder / "ready.json"
        started = _start(_command(folder, ready, options))
        assert started.stderr
        log = Log(started.stderr)
        try:
            wait_for(ready, started)
            yield SoakedServer(started, log, json.loads(ready.read_text()))
        finally:
            started.kill()
            started.wait()


def _command(folder: Path, ready: Path, options: tuple[str, ...]) -> list[str]:
    command = simulator("--port", "0", "--no-bundled", "--scenarios", str(folder), *options)
    return [*command, "--journal-bytes", str(JOURNAL_BYTES), "--ready-file", str(ready)]


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        pinned(SERVER_CORE, command), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
