"""Suggests a list for a text of several addresses: with commas between them, or from one to another."""

from __future__ import annotations

from ipaddress import IPv4Address, summarize_address_range
from itertools import islice

from oifde_simulator.rules.conditions.network_mistakes import is_network
from oifde_simulator.text import shown

MOST_CHARACTERS, MOST_LISTED = 1000, 8
"""Bounds of a text that is taken for a list, and of networks that are suggested for a range."""


def written(text: str) -> str:
    """Write the list that is meant; empty for any other text."""
    each = [part.strip() for part in text.split(",")] if len(text) <= MOST_CHARACTERS else []
    if len(each) < 2:
        each = _range(text)
    if not each or not all(map(is_network, each)):
        return ""
    return f"[{', '.join(shown(one) if ':' in one else one for one in each)}]"


def _range(text: str) -> list[str]:
    """List the networks between two addresses of IPv4; empty where they are too many."""
    first, _, last = text.partition("-")
    try:
        covered = summarize_address_range(IPv4Address(first.strip()), IPv4Address(last.strip()))
        found = [str(each).removesuffix("/32") for each in islice(covered, MOST_LISTED + 1)]
    except ValueError:  # no addresses, or the last comes before the first
        return []
    return found if len(found) <= MOST_LISTED else []
