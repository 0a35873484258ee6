"""The time of a decision."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Moment:
    """Time of a decision, on the tenant's clock."""

    now: int
    """Epoch milliseconds."""
    elapsed: int
    """Milliseconds since the scenario was loaded or reset."""
