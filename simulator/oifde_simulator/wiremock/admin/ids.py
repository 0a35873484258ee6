"""Ids as WireMock has them, UUIDs, of entries and endpoints. No chance: the same each time."""

from __future__ import annotations

from uuid import UUID, uuid5

ENTRIES = 0x6F696664_6500_8000_8000 << 48
"""What the UUIDs of entries begin with; version 8 (RFC 9562, 5.8), and the entry's number at the end."""
LARGEST = (1 << 48) - 1
STUBS = UUID("6f696664-6500-8000-8001-000000000000")


def of_entry(number: int) -> UUID:
    """The id of the entry of this number."""
    return UUID(int=ENTRIES | number)


def number(id: UUID) -> int | None:
    """The number of the entry of this id; None for an id that no entry has."""
    return id.int & LARGEST if id.int & ~LARGEST == ENTRIES else None


def of_stub(tenant: str, endpoint: str) -> UUID:
    """The id of what a tenant answers at an endpoint."""
    return uuid5(STUBS, f"{tenant}\0{endpoint}")
