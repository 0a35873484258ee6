"""Names that clients choose, such as ids of tenants, as bytes of keys and fields."""

from __future__ import annotations


def packed(name: str) -> bytes:
    """Encode a name as UTF-8; halves of surrogate pairs too, so that any two names differ."""
    return name.encode("utf-8", "surrogatepass")


def unpacked(octets: bytes) -> str:
    """Decode a name."""
    return octets.decode("utf-8", "surrogatepass")
