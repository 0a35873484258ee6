"""Bytes of an answer that are not handed to the connection yet."""

from __future__ import annotations

from collections import deque


class Unsent:
    """A queue of bytes that is emptied in slices; large pieces are neither joined nor copied as a whole."""

    def __init__(self) -> None:
        self._pieces: deque[bytes] = deque()
        self._offset = 0
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def append(self, octets: bytes) -> None:
        """Put bytes at the end."""
        self._pieces.append(octets)
        self._size += len(octets)

    def take(self, most: int) -> bytes:
        """Take at most `most` bytes from the front."""
        if self._size <= most and not self._offset:
            whole = b"".join(self._pieces)
            self.clear()
            return whole
        taken: list[bytes] = []
        while self._pieces and most:
            piece = self._pieces[0][self._offset : self._offset + most]
            self._advance(len(piece))
            most -= len(piece)
            taken.append(piece)
        return b"".join(taken)

    def clear(self) -> None:
        """Let go of all bytes."""
        self._pieces.clear()
        self._offset = self._size = 0

    def _advance(self, count: int) -> None:
        self._size -= count
        self._offset += count
        if self._offset == len(self._pieces[0]):
            self._pieces.popleft()
            self._offset = 0
