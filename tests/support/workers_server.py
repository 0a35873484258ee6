"""A server of several workers as a process, for tests that end, stop and replace its processes.

Rule: nothing sleeps here. Every wait is for a line of the log, an answer, or the end of a process.
"""

from __future__ import annotations

import json
import os
import queue
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from serving import FREE_PORTS, PATIENCE, Answer, Peer, environment, fetch

LONG = 2 * PATIENCE
DRIVER = """
import sys
from oifde_simulator.runtime.workers import periods
for name, value in {periods!r}.items():
    setattr(periods, name, value)
from oifde_simulator.cli import main
sys.exit(main())
"""


@dataclass
class WorkersProcess:
    """A server of several workers."""

    process: subprocess.Popen[str]
    ready_file: Path
    lines: queue.Queue[str] = field(default_factory=queue.Queue)
    """Lines of standard error that no test has read."""
    log: list[str] = field(default_factory=list)
    """All lines of standard error."""
    urls: Mapping[str, Any] = field(default_factory=dict)

    @property
    def data(self) -> str:
        """URL of the vendor's port."""
        return str(self.urls["data"])

    @property
    def control(self) -> str:
        """URL of the control plane."""
        return str(self.urls["control"])

    def readyz(self) -> Any:
        """What one of the workers says of the server."""
        return json.loads(fetch(f"{self.control}/readyz")[2])

    def workers(self, *states: str) -> list[Any]:
        """What every worker says of all of them, once all say that they are in these states."""
        deadline, told = monotonic() + LONG, {}
        while len(told) < len(states) and monotonic() < deadline:
            answer = self.readyz()
            if tuple(worker["state"] for worker in answer["workers"]) == states:
                told[answer["worker"]] = answer["workers"]
        assert len(told) == len(states), f"expected {states} of all, found {self.readyz()}"
        return list(told.values())[-1]

    def pids(self) -> list[int]:
        """Process ids of the workers, by their numbers."""
        return [worker["pid"] for worker in self.readyz()["workers"]]

    def line(self, part: str) -> str:
        """Wait for a line of the log that has `part`."""
        while part not in (line := self.lines.get(timeout=LONG)):
            assert line, f"the log has ended without {part}"
        return line

    def children(self) -> list[int]:
        """Process ids of all that the supervisor has started, and of those that these have."""
        return descendants(self.process.pid)

    def put(self, path: str, body: Any) -> int:
        """Send JSON to the control plane; the status of the answer."""
        return fetch(self.control + path, json.dumps(body).encode(), method="PUT")[0]

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Send a signal; exit code, and what is left of standard error."""
        self.process.send_signal(number)
        return self.wait()

    def wait(self) -> tuple[int, str]:
        """Wait for the end; exit code, and what is left of standard error."""
        code = self.process.wait(LONG)
        return code, "".join(iter(lambda: self.lines.get(timeout=LONG), ""))


@contextmanager
def working(
    folder: Path, *options: str, count: int = 2, env: Mapping[str, str] | None = None, **periods: float
) -> Iterator[WorkersProcess]:
    """Run `serve --workers` on free ports until the end of the block; `periods` replace the usual ones."""
    with unready(folder, *options, count=count, env=env, **periods) as server:
        assert server.process.stdout is not None
        for line in server.process.stdout:
            if "curl" in line:
                break
        else:
            raise AssertionError(f"the server ended without a banner: {server.wait()}")
        server.urls = json.loads(server.ready_file.read_text())
        yield server


@contextmanager
def unready(
    folder: Path, *options: str, count: int = 2, env: Mapping[str, str] | None = None, **periods: float
) -> Iterator[WorkersProcess]:
    """Run `serve --workers` as `working` does, and do not wait until it is ready."""
    driver, ready_file = folder / "driver.py", folder / "ready.json"
    driver.write_text(DRIVER.format(periods=periods))
    words: Sequence[str] = ("serve", "--workers", str(count), *FREE_PORTS, "--ready-file", str(ready_file))
    process = subprocess.Popen(
        [sys.executable, str(driver), *words, *options],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env=environment(**(env or {})),
    )
    with process:
        server = WorkersProcess(process, ready_file)
        threading.Thread(target=_read, args=(server,), daemon=True).start()
        try:
            yield server
        finally:
            for pid in [*descendants(process.pid), process.pid] if process.poll() is None else []:
                os.kill(pid, signal.SIGKILL)


class ControlClient(Peer):
    """A client of the control plane that keeps its connection, and so stays at one worker."""

    @classmethod
    def at(cls, server: WorkersProcess, worker: int) -> ControlClient:
        """Connect again and again until it is this worker that answers."""
        deadline = monotonic() + LONG
        while monotonic() < deadline:
            client = cls(server.control)
            if client.json("GET", "/readyz").get("worker") == worker:
                return client
            client.close()
        raise AssertionError(f"worker {worker} took no connection of the control plane")

    def ask(self, method: str, path: str, body: Any = None) -> Answer:
        """Send a request and read its answer."""
        self.begin(method, path, body)
        return self.answer()

    def json(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request and decode its answer."""
        return self.ask(method, path, body).json

    def begin(self, method: str, path: str, body: Any = None) -> None:
        """Send a request whose answer is read later."""
        octets = b"" if body is None else json.dumps(body).encode()
        fields = f"Host: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(octets)}\r\n"
        self.send(f"{method} {path} HTTP/1.1\r\n{fields}\r\n".encode() + octets)

    def until(self, part: bytes) -> bytes:
        """Read an answer without an end, up to some bytes."""
        read = bytearray()
        while part not in read:
            piece = self._stream.read1()
            assert piece, f"the answer has ended without {part!r}: {bytes(read)!r}"
            read += piece
        return bytes(read)


def _read(server: WorkersProcess) -> None:
    assert server.process.stderr is not None
    for line in server.process.stderr:
        server.log.append(line)
        server.lines.put(line)
    server.lines.put("")


def descendants(pid: int) -> list[int]:
    """List all processes that a process has started, and that these have."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:  # gone
        return []
    return [each for child in map(int, children) for each in (child, *descendants(child))]


def wait_for_end(*pids: int) -> None:
    """Wait until processes are gone, whoever their parents are."""
    for pid in pids:
        try:
            descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        try:
            assert select.select([descriptor], [], [], LONG)[0], f"process {pid} is still there"
        finally:
            os.close(descriptor)


def socket_count(pid: int) -> int:
    """Count the sockets of a process."""
    names = [os.readlink(each) for each in Path(f"/proc/{pid}/fd").iterdir() if each.is_symlink()]
    return sum(name.startswith("socket:") for name in names)
