"""Announcements within this process, and digests of files that nobody else reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from typing import Any

from oifde_simulator.state.interface.replicas import Act, Announcement


class MemoryAnnouncements:
    """Values on which this process acts at once; several servers on one state all do."""

    def __init__(self) -> None:
        self._acts: dict[str, list[Act]] = defaultdict(list)

    def hear(self, topic: str, act: Act) -> None:
        """Call `act` with each value of a topic from now on."""
        self._acts[topic].append(act)

    async def announce(self, topic: str, value: Any) -> None:
        """Act on a value; raises what the act raises."""
        for act in self._acts[topic]:
            await act(Announcement(value))


class MemoryFiles:
    """Digests of files, which are always news: no other process has read them."""

    async def note(self, ids: Collection[str], digest: Callable[[str], str]) -> list[str]:  # noqa: ARG002
        """List all ids."""
        return list(ids)
