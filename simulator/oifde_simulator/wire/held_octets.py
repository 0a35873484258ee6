"""Bytes on a disk while it is decided what becomes of them: nobody reads them by the way."""

from __future__ import annotations

from oifde_simulator.wire.octets import SLICE, LazyOctets


class NotInMemory(Exception):
    """Raised by a reader of held octets, who needs them loaded first."""

    def __init__(self, octets: HeldOctets) -> None:
        super().__init__()
        self.octets = octets


class HeldOctets(LazyOctets):
    """Octets that are held until `release`: before, a reader gets what was loaded, or NotInMemory."""

    __slots__ = ("_held", "_loaded", "source")

    def __init__(self, source: LazyOctets) -> None:
        self.source = source
        """Octets that are held."""
        self._loaded: bytes | OSError | None = None
        self._held = True

    @property
    def blocking(self) -> bool:
        """True where the source is."""
        return self.source.blocking

    def __len__(self) -> int:
        return len(self.source)

    def read(self, first: int, stop: int) -> bytes:
        """Read a stretch. Raises NotInMemory while they are held and not loaded, OSError as the source."""
        if not self._held:
            return self.source.read(first, stop)
        if self._loaded is None:
            raise NotInMemory(self)
        if isinstance(self._loaded, OSError):
            raise self._loaded
        return self._loaded[first:stop]

    def load(self) -> None:
        """Read all of them, which may block; an error of the source is kept for the reader."""
        try:
            self._loaded = b"".join(
                self.source[first : first + SLICE] for first in range(0, len(self), SLICE)
            )
        except OSError as error:
            self._loaded = error

    def release(self) -> None:
        """Let go of what was loaded, and read from the source from now on."""
        self._held, self._loaded = False, None
