"""What a placeholder of a rule has written into an answer; at times that is a credential."""

from __future__ import annotations

from typing import NamedTuple


class Insertion(NamedTuple):
    """One value that was written in the place of a placeholder."""

    placeholder: str
    """The placeholder as the scenario writes it, with its braces."""
    part: str
    """`request`, `headers` or `response`; empty for a value of the simulator's own."""
    name: str
    """Name of the field or header; empty where `part` is."""
    found: str
    """Text of the value as it came."""
    text: str
    """Text that was written, after all filters."""
    missing: bool = False
    """Whether there was no value, and no default."""
