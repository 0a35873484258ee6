"""Bytes that are there, and long bytes that are made or read only where they are sent.

Rule: whoever needs all of them at once asks `whole`, which is bounded; all else cuts stretches.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from operator import eq

from oifde_simulator.fast_dataclasses import dataclass

SLICE = 256 << 10
"""Bytes that are made at once where all are looked at."""
FIRST_SLICE = 2 << 10
"""Bytes that are compared first: most of what differs differs early."""
LARGEST_WHOLE = 64 << 20
"""Bytes up to which lazy octets may be put into memory."""


class TooLarge(Exception):
    """Raised where lazy octets are too long to be put into memory."""


class LazyOctets(ABC):
    """A sized sequence of bytes, none of which is kept; reading the same stretch twice gives the same."""

    __slots__ = ()

    @property
    def blocking(self) -> bool:
        """True where reading may wait, as for a disk, and belongs off the event loop."""
        return False

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def read(self, first: int, stop: int, /) -> bytes:
        """Return the bytes from `first` up to, but not, `stop`; both lie within the sequence."""

    def __getitem__(self, place: slice) -> bytes:
        first, stop, step = place.indices(len(self))
        if step != 1:
            raise ValueError(f"expected a slice without steps, found a step of {step}")
        return self.read(first, stop) if first < stop else b""


Octets = bytes | LazyOctets


@dataclass(frozen=True, slots=True)
class Stretch(LazyOctets):
    """A part of lazy octets, still lazy."""

    source: LazyOctets
    first: int
    stop: int

    @property
    def blocking(self) -> bool:
        """True where the source is."""
        return self.source.blocking

    def __len__(self) -> int:
        return self.stop - self.first

    def read(self, first: int, stop: int) -> bytes:
        """Read the stretch from the source."""
        return self.source.read(self.first + first, self.first + stop)


def stretch(octets: Octets, first: int, stop: int) -> Octets:
    """Cut the bytes from `first` up to `stop`; a cut of lazy octets is lazy."""
    if isinstance(octets, bytes):
        return octets[first:stop]
    first, stop, _ = slice(first, stop).indices(len(octets))
    if (first, stop) == (0, len(octets)):
        return octets
    if isinstance(octets, Stretch):
        return Stretch(octets.source, octets.first + first, octets.first + max(first, stop))
    return Stretch(octets, first, max(first, stop))


def digest(octets: Octets) -> str:
    """Compute the SHA-256 of bytes, slice by slice."""
    found = sha256()
    for first in range(0, len(octets), SLICE):
        found.update(octets[first : first + SLICE])
    return found.hexdigest()


def is_same(one: Sequence[Octets], other: Sequence[Octets]) -> bool:
    """Check that pieces join to the same bytes; what lies on a disk is not read, but compared as objects."""
    if one == other:
        return True
    pieces = [*one, *other]
    if any(not isinstance(piece, bytes) and piece.blocking for piece in pieces):
        return False
    return sum(map(len, one)) == sum(map(len, other)) and all(map(eq, _slices(one), _slices(other)))


def _slices(pieces: Iterable[Octets]) -> Iterator[bytes]:
    """Join pieces, and part them into slices, each twice as long as the one before, and a rest."""
    kept, size = b"", FIRST_SLICE
    for piece in pieces:
        place = 0
        while place < len(piece):
            part = piece[place : place + size]
            kept, place = kept + part, place + len(part)
            if len(kept) >= size:
                yield kept[:size]
                kept, size = kept[size:], min(SLICE, 2 * size)
    yield kept


def whole(pieces: Iterable[Octets]) -> bytes:
    """Join pieces in memory. Raises TooLarge where lazy ones are over the bound together."""
    found = list(pieces)
    if sum(len(piece) for piece in found if not isinstance(piece, bytes)) > LARGEST_WHOLE:
        raise TooLarge(f"more than {LARGEST_WHOLE >> 20} MiB")
    return b"".join([piece if isinstance(piece, bytes) else piece[:] for piece in found])
