"""A request body as the service reads it: fields that count as sent, problems, warnings."""

from __future__ import annotations

from typing import Any

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.model.vendor_errors import Problem


@dataclass(slots=True)
class Reading:
    """Request body as the service understands it; shared between requests, so not to be changed."""

    values: dict[str, Any]
    """Fields that count as sent."""
    identity: tuple[Problem, ...] = ()
    """Problems of the fields with tenant, token and secret."""
    problems: tuple[Problem, ...] = ()
    """Problems of all other fields."""
    warnings: tuple[str, ...] = ()
    """Mistakes that the service lets pass."""
    parsed: Any = None
    """Value that the operation has made of `values`, kept for the next equal body; None until then."""
    hint: object = None
    """What was last found out about a query that finds nothing; None until then."""
