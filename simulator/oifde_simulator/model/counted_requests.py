"""Counts of requests as values: what one replica adds, and what all replicas have counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

MOST_KINDS = 1000
"""Kinds of exchanges that are told apart for one tenant; what comes after is counted as `other`."""
OTHER = "other"
WINDOW = 900
"""Seconds that are told apart."""
MOST_OF_TENANTS = 20_000
"""Pairs of a second and a tenant in it that are kept; the oldest seconds are forgotten first."""

KindKey = tuple[str, int, int | None, str, tuple[str, ...]]
"""Endpoint, status, error code, rule and faults of exchanges that are counted together."""
Tally = Sequence[int]
"""Numbers of requests in one second: honest, spoiled, refused, broken."""


class CountedRequests(NamedTuple):
    """Counts by tenant (`""` for none known)."""

    kinds: Mapping[str, Mapping[KindKey, int]]
    """Exchanges by what they have in common."""
    fired: Mapping[str, Mapping[str, int]]
    """Times that each rule has fired."""
    named: Mapping[str, float]
    """Other counts of the server by name, such as seconds of decisions."""


class AddedCounts(NamedTuple):
    """What one replica has counted since it last added its counts."""

    counted: CountedRequests
    seconds: Mapping[int, Mapping[str, Tally]]
    """Changes by second and tenant; a second is told by its age, 0 for the one that is not over."""
    last: Mapping[str, int]
    """Number of the newest entry that was counted of each tenant."""


class AllCounts(NamedTuple):
    """What all replicas have counted."""

    counted: CountedRequests
    gauges: Mapping[str, float]
    """Sums over the replicas that live."""


class RecentTallies(NamedTuple):
    """Tallies of the last seconds."""

    complete: bool
    """False where the oldest seconds of a tenant were forgotten, and are zeros here."""
    by_age: Mapping[int, Tally]
    """Tallies by age in seconds; a second without requests is left out."""


def other_kind(kind: KindKey) -> KindKey:
    """Make the kind under which exchanges are counted once too many kinds are told apart."""
    endpoint, status, *_ = kind
    return endpoint, status, None, OTHER, (OTHER,)
