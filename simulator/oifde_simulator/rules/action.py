"""Context of the actions that change an answer: `respond`, `rows`, `recording` and `patch`.

Rule: an action is a pure function of the answer so far and this context; it may add to the context's notes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.model.exchange import NO_FIELDS, Answer
from oifde_simulator.model.insertion import Insertion
from oifde_simulator.model.vendor_errors import Problem
from oifde_simulator.randomness import KeyedRandom

ErrorRenderer = Callable[[Problem], Answer]
"""Function that renders a vendor error in the form of the operation that was called."""


class NotApplicable(Exception):
    """Raised by an action that cannot change this answer.

    Nothing of its outcome is done then, faults included. A rule without another outcome that changes anything
    is passed over: no turn of it is counted, the next rule is asked, and the exchange says why.
    """


@dataclass(slots=True)
class ActionContext:
    """Request-dependent facts that an action may use beside the answer so far, and its notes about them."""

    honest: Answer
    """Answer of a good day."""
    render_error: ErrorRenderer
    random: KeyedRandom
    """Random numbers of this action, keyed by seed, rule and match count."""
    now: int
    """Time on the tenant's clock, in epoch milliseconds."""
    retry_after: int | None = None
    """Seconds until a rate limit lets the client in again; None where no rate limit fired."""
    settled: frozenset[str] = frozenset()
    """Names of headers, in lower case, that another rule has set already: they stay."""
    notes: list[str] = field(default_factory=list)
    """Where an action writes what it could do in part only; the exchange tells it."""
    headers: Mapping[str, str] = field(default_factory=lambda: NO_FIELDS)
    """Headers of the request by case-insensitive name."""
    document: Mapping[str, Any] = field(default_factory=lambda: NO_FIELDS)
    """Fields of the request's body; empty where it could not be decoded."""
    count: int = 1
    """Matches of the rule for its value, this one included."""
    inserted: list[Insertion] = field(default_factory=list)
    """Where an action writes what its placeholders have become."""
