"""How many connections each of several processes has, in memory that they share.

Rule: each process writes its own place, and none waits for another. The figures may be a moment old.
"""

from __future__ import annotations

import mmap
import os
from typing import Self

ABSENT = (1 << 63) - 1
"""Figure of a process that accepts nothing."""
MOST_PLACES = 512
BYTES = 8
LOADS_BYTES = MOST_PLACES * BYTES
MEMORY_BYTES = LOADS_BYTES + 2 * BYTES
"""Bytes of the memory: behind the figures are the words of `shared_switch.py`."""


class WorkerLoads:
    """The figures of all, and the place of this process among them."""

    def __init__(self, descriptor: int, place: int) -> None:
        """Map the memory behind a file descriptor, which stays open."""
        self._memory = memoryview(mmap.mmap(descriptor, MEMORY_BYTES))[:LOADS_BYTES].cast("q")
        self._place = place

    @classmethod
    def alone(cls) -> Self:
        """Make the figures of a process that shares with none."""
        return cls(-1, 0).clear()

    def clear(self) -> Self:
        """Have every process absent."""
        for place in range(MOST_PLACES):
            self._memory[place] = ABSENT
        return self

    def note(self, connections: int, place: int | None = None) -> None:
        """Write how many connections a process has; by default this one."""
        self._memory[self._place if place is None else place] = connections

    def is_busier_than_another(self) -> bool:
        """Check that another process that accepts has fewer connections than this one."""
        return self._memory[self._place] > min(self._memory)


def make_memory() -> int:
    """Make memory for figures, and a lock; the file descriptor of both."""
    descriptor = os.memfd_create("oifde-simulator-loads")
    os.ftruncate(descriptor, MEMORY_BYTES)
    return descriptor
