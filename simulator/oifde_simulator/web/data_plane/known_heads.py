"""Heads of requests that came before: one that comes again, byte for byte, is not parsed again.

Rule: the parser decides what a head means, once. Its bytes are the name of what it found, so that nothing
that it refuses, and nothing that it reads in another way, is ever found here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from aiohttp.http import RawRequestMessage

from oifde_simulator.bounded_cache import BoundedCache
from oifde_simulator.seen_before import SeenBefore

END = b"\r\n\r\n"
"""End of a head."""
LONGEST = 4096
"""Bytes of a head that is kept."""
KEPT = 512 << 10
"""Bytes of heads that are kept."""
BESIDE, HEADER = 1500, 300
"""Bytes of memory that a head takes beside its text, and each header beside its own."""


class KnownHead(NamedTuple):
    """A head as the parser read it."""

    method: str
    target: str
    headers: Mapping[str, str]
    version: tuple[int, int]
    size: int
    """Bytes of the whole request, head and body."""


class KnownHeads:
    """Heads of plain requests of one plane."""

    def __init__(self) -> None:
        self._kept: BoundedCache[KnownHead] = BoundedCache(KEPT)
        self._came = SeenBefore()

    def find(self, octets: bytes) -> tuple[KnownHead, bytes] | None:
        """Find the head of a whole request; returned with the request's body."""
        end = octets.find(END, 0, LONGEST) + len(END)
        known = self._kept.find(octets[:end])
        if known is None or known.size != len(octets):
            return None
        return known, octets[end:]

    def note(self, octets: bytes, message: RawRequestMessage) -> None:
        """Remember the head of a whole plain request that was parsed, once it has come twice."""
        end = octets.find(END, 0, LONGEST) + len(END)
        head = octets[:end]
        if end >= len(END) and self._came(head) and self._kept.find(head) is None:
            known = KnownHead(message.method, message.path, message.headers, message.version, len(octets))
            self._kept.keep(head, known, 2 * len(head) + BESIDE + HEADER * len(message.headers))
