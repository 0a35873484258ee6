"""What a placeholder of a rule has written into an answer: a part of the request, so a credential at times."""

from __future__ import annotations

from typing import NamedTuple


class Insertion(NamedTuple):
    """One value that was written in the place of a placeholder."""

    placeholder: str
    """The placeholder as the scenario writes it, with its braces."""
    part: str
    """`request`, `headers` or `response`; empty for a value that is neither of the client nor of the service."""
    name: str
    """Name of the field or header; empty where `part` is."""
    found: str
    """Text of the value as it came."""
    text: str
    """Text that was written, after all filters."""
