"""UUIDs of entries and endpoints, as WireMock's clients expect them.

Rule: an id is computed, never drawn, and so the same each time.
"""

from __future__ import annotations

from uuid import UUID, uuid5

ENTRIES = 0x6F696664_6500_8000_8000 << 48
"""First 80 bits of the UUID of an entry, of version 8 (RFC 9562, 5.8); the last 48 are its number."""
LARGEST = (1 << 48) - 1
"""Largest number of an entry that has a UUID."""
STUBS = UUID("6f696664-6500-8000-8001-000000000000")
"""Namespace of the UUIDs of stubs, RFC 9562 5.5."""


def entry_id(number: int) -> UUID:
    """Build the id of an entry from its number."""
    return UUID(int=ENTRIES | number)


def entry_number(id: UUID) -> int | None:
    """Extract the number of an entry from its id; None for an id that no entry can have."""
    return id.int & LARGEST if id.int & ~LARGEST == ENTRIES else None


def stub_id(tenant: str, endpoint: str) -> UUID:
    """Build the id of the stub of a tenant's endpoint."""
    return uuid5(STUBS, f"{tenant}\0{endpoint}")
