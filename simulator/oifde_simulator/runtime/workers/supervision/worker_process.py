"""One worker as its supervisor sees it: a process, what it says, and how it is."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Callable, Collection
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from oifde_simulator.runtime.workers.messages import LONGEST, Message, decode, encode

log = logging.getLogger("oifde_simulator")

PROGRAM = (
    "import sys; sys.path.append(sys.argv[1]); from oifde_simulator.runtime.workers.entry import main; "
    "sys.exit(main(int(sys.argv[2])))"
)
"""Code of a worker: run this package from its own place, and nothing of the current folder."""
PACKAGE = str(Path(__file__).parents[4])

STARTING, PREPARED, READY, STALLED, STOPPING = "starting", "prepared", "ready", "stalled", "stopping"


class WorkerProcess:
    """A worker of one number; its successor is another object."""

    def __init__(self, number: int, place: int, process: Process, pair: socket.socket) -> None:
        """Wrap a process that has just been started."""
        self.number = number
        self.place = place
        """Place of its figures in the memory that all workers share."""
        self.state = STARTING
        self.failure = ""
        """Reason for which it could not start, in one line."""
        self.ready: Message = {}
        """What it said when it was ready: `urls`, `lines` and `authority`."""
        self.replica = ""
        """Its id among the replicas of the store; empty before it is prepared."""
        self.coverage: Message = {}
        """What it said at its end: `lines` and `code`."""
        self.ceased = False
        """True once it serves nothing any more."""
        self.heard = self.began = asyncio.get_running_loop().time()
        """Times of the event loop at which it last gave a sign of life, and was started."""
        self._process = process
        self._pair = pair
        self._changed = asyncio.Event()
        self._ended: asyncio.Task[None] | None = None

    @classmethod
    async def start(
        cls, number: int, place: int, task: Message, descriptors: Collection[int]
    ) -> WorkerProcess:
        """Start a worker that inherits `descriptors` and does `task`. Raises OSError."""
        ours, theirs = socket.socketpair()
        with theirs, ExitStack() as undo:
            undo.enter_context(ours)  # its end is the end of a worker that is started when we give up
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-c", PROGRAM, PACKAGE, str(theirs.fileno())),
                f"oifde-simulator-worker-{number}",
                stdin=DEVNULL,
                pass_fds=(theirs.fileno(), *descriptors),
                start_new_session=True,  # the signals of a terminal are for the supervisor
            )
            undo.pop_all()
        ours.setblocking(False)
        worker = cls(number, place, process, ours)
        worker.send({**task, "number": number, "place": place, "supervisor": os.getpid()})
        return worker

    def follow(self, changed: Callable[[WorkerProcess], None]) -> None:
        """Read what the worker says; `changed` is called after each change of it, and at its end."""
        self._ended = asyncio.create_task(self._follow(changed))

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Check that the process has not ended."""
        return self._process.returncode is None

    @property
    def how_it_ended(self) -> str:
        """Say how the process ended."""
        code = self._process.returncode
        return f"killed by signal {-code}" if code is not None and code < 0 else f"exit code {code}"

    def send(self, message: Message) -> None:
        """Send a message; one that reads nothing any more is stalled, and replaced."""
        with suppress(OSError):
            self._pair.send(encode(message))

    def kill(self) -> None:
        """End the process by force."""
        if self.is_alive:
            with suppress(ProcessLookupError):
                self._process.kill()

    async def until(self, *states: str) -> bool:
        """Wait until the worker is in one of these states; False where it ends before."""
        while self.is_alive and self.state not in states:
            self._changed.clear()
            await self._changed.wait()
        return self.state in states and self.is_alive

    async def end(self, seconds: float) -> None:
        """Wait for the end of the process; after `seconds` end it by force."""
        assert self._ended is not None
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await asyncio.shield(self._ended)
        self.kill()
        await self._ended

    async def _follow(self, changed: Callable[[WorkerProcess], None]) -> None:
        reader, writer = await asyncio.open_connection(sock=self._pair, limit=LONGEST)
        with suppress(OSError, ValueError):
            while line := await reader.readline():
                self._hear(decode(line), changed)
        await self._process.wait()
        writer.close()
        self._changed.set()
        changed(self)

    def _hear(self, message: Message, changed: Callable[[WorkerProcess], None]) -> None:
        self.heard = asyncio.get_running_loop().time()
        was: Any = self.state, self.ceased
        self._note(message)
        if was != (self.state, self.ceased):
            self._changed.set()
            changed(self)

    def _note(self, message: Message) -> None:
        match message["is"]:
            case "prepared" | "ready" if self.state in (STARTING, PREPARED):
                self.state = message["is"]
                self.ready = message
                self.replica = message.get("replica", self.replica)
            case "alive" if self.state == STALLED:
                self.state = READY
                log.warning("worker %d (process %d) gives signs of life again", self.number, self.pid)
            case "failed":
                self.failure = message["message"]
            case "ceased":
                self.ceased = True
            case "coverage":
                self.coverage = message
