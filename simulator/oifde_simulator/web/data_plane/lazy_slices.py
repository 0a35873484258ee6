"""Slices of a body that is made while it is sent: read from a disk, computed, or spoken."""

from __future__ import annotations

import asyncio

from oifde_simulator.web.data_plane.unsent import Unsent
from oifde_simulator.web.speech.speaker import Speaker, Spoken


class LazySlices:
    """Slices of the lazy bodies of one answer."""

    def __init__(self, unsent: Unsent, speaker: Speaker, size: int) -> None:
        """Take slices of at most `size` bytes from `unsent`."""
        self._unsent = unsent
        self._spoken = Spoken(speaker)
        self._size = size

    async def next(self) -> bytes:
        """Make the next slice, in a thread where that may wait, or with words where it has some.

        Other connections have their turn between two slices.
        """
        if self._unsent.blocking:
            return await asyncio.to_thread(self._unsent.take, self._size)
        if sayings := self._unsent.sayings(self._size):
            await self._spoken.prepare(sayings)
            return self._unsent.take(self._size, self._spoken.clips)
        await asyncio.sleep(0)
        return self._unsent.take(self._size)
