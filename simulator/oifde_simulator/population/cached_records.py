"""Records of generated sessions, made when they are read, and kept in one bounded cache for all tenants.

Rule: the size of the cache changes no answer.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from oifde_simulator.bounded_cache import BoundedCache
from oifde_simulator.population.encoding import encode_text
from oifde_simulator.population.ids import DecodedId

STARTS_KEPT = 4 << 20
"""Size of the starts of sessions in the cache, in bytes: some 500,000."""
RECORDS_KEPT = 16 << 20
"""Size of the encoded records in the cache, in bytes."""
ENDS_KEPT = 4 << 20
"""Size of the ends of sessions in the cache, in bytes; it stays empty where no query compares them."""
NAME = 150
"""Bytes that the name of one value takes: a mark, a user number and a time."""


class RecordSource(Protocol):
    """Makes IDs and records of generated sessions from user numbers and first seconds."""

    def call_id(self, user: str, begin: int) -> str:
        """Compute the callId of a session; `begin` is in epoch seconds."""
        ...

    def cti_call_id(self, user: str, begin: int) -> str | None:
        """Compute the ctiCallId of a session; None outside voice calls."""
        ...

    def dialog_type(self, user: str, begin: int) -> str:
        """Tell the dialogType of a session."""
        ...

    def recorded(self, path: str) -> DecodedId | None:
        """Find user and first second of the session whose recording has this path."""
        ...

    def has_vdn(self, vdn: str) -> bool:
        """Check that recordings lie under this ID of a virtual call center."""
        ...

    def record(self, user: str, begin: int, now: int) -> Mapping[str, Any]:
        """Make the record of a session as it is at `now`, epoch milliseconds."""
        ...

    def text(self, user: str, begin: int, now: int) -> tuple[str, int | None]:
        """Write that record as JSON; the second value is the end of the session, None while it goes on."""
        ...

    def end(self, user: str, begin: int) -> int:
        """Compute when a session ends, epoch milliseconds."""
        ...


class FinishedRecord(NamedTuple):
    """The encoded record of a session that has ended."""

    since: int
    """End of the session, epoch milliseconds; the record does not change after it."""
    encoded: bytes
    """Record as JSON text."""


class SessionCache:
    """Bounded cache of starts and encoded records, one for all tenants of a server."""

    def __init__(self) -> None:
        self.starts: BoundedCache[array[int]] = BoundedCache(
            STARTS_KEPT, lambda name, starts: NAME + starts.itemsize * len(starts), share=2
        )
        self.ends: BoundedCache[int] = BoundedCache(ENDS_KEPT, lambda name, end: NAME)
        self.settled: BoundedCache[FinishedRecord] = BoundedCache(
            RECORDS_KEPT, lambda name, settled: NAME + len(settled.encoded)
        )


class CachedRecords:
    """Records of one tenant's generated sessions."""

    def __init__(self, source: RecordSource, cache: SessionCache) -> None:
        self._source = source
        self._cache = cache
        # Part of each key of the cache, instead of this object, which would otherwise outlive its tenant.
        self._mark = object()

    def record(self, user: str, begin: int, now: int) -> Mapping[str, Any]:
        """Make the record of a session as it is at `now`."""
        return self._source.record(user, begin, now)

    def end(self, user: str, begin: int) -> int:
        """Compute when a session ends, epoch milliseconds; the cache keeps it."""
        name = (self._mark, user, begin)
        known = self._cache.ends.find(name)
        if known is None:
            known = self._cache.ends.keep(name, self._source.end(user, begin))
        return known

    def call_id(self, user: str, begin: int) -> str:
        """Compute the callId of a session."""
        return self._source.call_id(user, begin)

    def cti_call_id(self, user: str, begin: int) -> str | None:
        """Compute the ctiCallId of a session; None outside voice calls."""
        return self._source.cti_call_id(user, begin)

    def encoded(self, user: str, begin: int, now: int) -> bytes:
        """Encode the record of a session as JSON text; the cache keeps it once the session has ended."""
        name = (self._mark, user, begin)
        settled = self._cache.settled.find(name)
        # A clock may be set back to a time before the end of the session.
        if settled and settled.since <= now:
            return settled.encoded
        text, end = self._source.text(user, begin, now)
        encoded = encode_text(text)
        if settled is None and end is not None:
            self._cache.settled.keep(name, FinishedRecord(end, encoded), NAME + len(encoded))
        return encoded

    def is_settled(self, user: str, begin: int, now: int) -> bool:
        """Check that the record of a session, which was encoded at `now`, changes no more."""
        settled = self._cache.settled.find((self._mark, user, begin))
        return settled is not None and settled.since <= now
