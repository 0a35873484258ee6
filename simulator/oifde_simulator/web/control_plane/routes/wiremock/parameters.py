"""Parameters of WireMock's URLs. Each reader raises ValueError for a text that it cannot read."""

from __future__ import annotations

from uuid import UUID

from oifde_simulator.instants import instant

LONGEST_NUMBER = 9
"""Digits of a number."""


def number(text: str) -> int:
    """Read a number from 0."""
    if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER):
        raise ValueError(f"expected a number, such as 10, found {text[:60]!r}")
    return int(text)


def boolean(text: str) -> bool:
    """Read `true` or `false`."""
    if text not in ("true", "false"):
        raise ValueError(f"expected true or false, found {text[:60]!r}")
    return text == "true"


def timestamp(text: str) -> int:
    """Read an instant in ISO 8601 as epoch milliseconds."""
    at = instant(text)
    if at is None:
        raise ValueError(f'expected an instant such as "2026-01-01T00:00:00Z", found {text[:60]!r}')
    return at


def uuid(text: str) -> UUID:
    """Read the id of a request."""
    try:
        return UUID(text)
    except ValueError:
        raise ValueError(f"{text[:60]!r} is not a valid UUID; take the id of a request in the list") from None
