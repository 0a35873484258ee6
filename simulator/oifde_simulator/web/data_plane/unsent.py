"""Bytes of an answer that are not handed to the connection yet."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from oifde_simulator.wire.octets import Octets
from oifde_simulator.wire.spoken import NO_CLIPS, Clips, Saying, read_spoken, sayings


class Unsent:
    """A queue of bytes that is emptied in slices; large pieces are neither joined nor copied as a whole.

    Lazy pieces are made slice by slice.
    """

    def __init__(self) -> None:
        self._pieces: deque[Octets] = deque()
        self._offset = 0
        self._size = 0
        self._lazy = 0
        self._digest: Any = None

    def __len__(self) -> int:
        return self._size

    @property
    def lazy(self) -> bool:
        """True where some bytes are still to be made."""
        return self._lazy > 0

    def digest(self) -> str:
        """Tell the SHA-256 of the lazy bytes that were taken."""
        return str(self._digest.hexdigest()) if self._digest else ""

    @property
    def blocking(self) -> bool:
        """True where making the bytes may wait, as for a disk."""
        return self._lazy > 0 and any(
            not isinstance(piece, bytes) and piece.blocking for piece in self._pieces
        )

    @property
    def in_memory(self) -> int:
        """Bytes that take memory; lazy ones take none."""
        return self._size - self._lazy

    def append(self, octets: Octets) -> None:
        """Put bytes at the end."""
        size = len(octets)
        if type(octets) is not bytes:
            if not size:
                return
            self._lazy += size
        self._pieces.append(octets)
        self._size += size

    def sayings(self, most: int) -> Sequence[Saying]:
        """List what is said in the first `most` bytes; empty where nothing is to be spoken."""
        found: list[Saying] = []
        offset = self._offset
        for piece in self._pieces:
            if most <= 0 or not self._lazy:
                break
            found += sayings(piece, offset, offset + most)
            most, offset = most - (len(piece) - offset), 0
        return found

    def take(self, most: int, clips: Clips = NO_CLIPS) -> bytes:
        """Take at most `most` bytes from the front, with clips for what is said in them."""
        if self._size <= most and not self._offset and not self._lazy:
            whole = b"".join(self._pieces)  # type: ignore[arg-type]  # none is lazy
            self.clear()
            return whole
        taken: list[bytes] = []
        while self._pieces and most:
            piece = read_spoken(self._pieces[0], self._offset, self._offset + most, clips)
            if self._lazy and type(self._pieces[0]) is not bytes:
                self._digest = self._digest or sha256()
                self._digest.update(piece)
            self._advance(len(piece))
            most -= len(piece)
            taken.append(piece)
        return b"".join(taken)

    def clear(self) -> None:
        """Let go of all bytes."""
        self._pieces.clear()
        self._offset = self._size = self._lazy = 0

    def _advance(self, count: int) -> None:
        self._size -= count
        self._offset += count
        if type(self._pieces[0]) is not bytes:
            self._lazy -= count
        if self._offset == len(self._pieces[0]):
            self._pieces.popleft()
            self._offset = 0
