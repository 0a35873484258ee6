"""A process of its own beside another, such as `run`: if that is killed, it ends what that had started.

Rule: run as a file, with the standard library only. Standard input is a pipe from the other: a line with each
process id, a line `done` at a good end. The end of the pipe without it means that the other is gone.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from select import select
from typing import BinaryIO

DONE = b"done\n"
GRACE = 1.0
"""Seconds between SIGTERM and SIGKILL."""
PERIOD = 0.02
"""Seconds between two looks at what is still there."""

Process = tuple[int, str]
"""Process id and time of start: together they name one process for ever."""


def main(folder: str, pipe: BinaryIO) -> None:
    """Wait for the end of the other, and clean up behind it if it was killed: its processes, its folder."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    processes: list[Process] = []
    for line in pipe:
        if line == DONE:
            return
        processes = [*filter(is_alive, processes), *named([int(line)])]
    end(processes)
    if folder:
        shutil.rmtree(folder, ignore_errors=True)


def end(processes: list[Process]) -> None:
    """End processes and all that they started: by SIGTERM, and what is left after GRACE by SIGKILL."""
    found = with_descendants(processes)
    send(signal.SIGTERM, found)
    for _ in range(round(GRACE / PERIOD)):
        if not (found := [each for each in with_descendants(found) if is_alive(each)]):
            return
        select([], [], [], PERIOD)
    send(signal.SIGKILL, found)


def send(number: int, processes: list[Process]) -> None:
    """Send a signal to the processes that are still there."""
    for process in filter(is_alive, processes):
        with suppress(OSError):
            os.kill(process[0], number)


def with_descendants(processes: list[Process]) -> list[Process]:
    """Add the processes that others have started, which Linux alone tells."""
    parents = {pid: parent for pid in pids() if (parent := stat(pid)[1:2])}
    found = dict(processes)
    grown = True
    while grown:
        new = [pid for pid, parent in parents.items() if pid not in found and int(parent[0]) in found]
        found |= dict(named(new))
        grown = bool(new)
    return list(found.items())


def named(numbers: list[int]) -> Iterator[Process]:
    """Name processes by their start."""
    for pid in numbers:
        yield pid, (stat(pid)[19:20] or [""])[0]


def is_alive(process: Process) -> bool:
    """Check that a process is there, and no zombie."""
    pid, start = process
    fields = stat(pid)
    if fields:
        return fields[0] != "Z" and fields[19] == start
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return not start


def pids() -> list[int]:
    """List all processes; none where there is no /proc."""
    with suppress(OSError):
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]
    return []


def stat(pid: int) -> list[str]:
    """Read the fields of /proc/PID/stat from the state on; none for a process that is gone."""
    with suppress(OSError), open(f"/proc/{pid}/stat") as file:
        return file.read().rpartition(")")[2].split()
    return []


if __name__ == "__main__":
    main(sys.argv[1], sys.stdin.buffer)
