"""Names of the rules that a tenant asks, the same in every form of the state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import count

from oifde_simulator.model.tenant_state import RuleStanding, TenantState
from oifde_simulator.state.errors import CapacityExceeded, DuplicateName

MOST_ADDED = 1000
"""Rules that may have been added to one tenant."""


def new_names(state: TenantState, given: Sequence[str | None], own: Sequence[str]) -> list[str]:
    """Choose names of rules to be added: `rule-` and a place, as in a file, where none is given.

    Raises DuplicateName where one is in use, CapacityExceeded where there is no room for so many.
    """
    if len(state.added) + len(given) > MOST_ADDED:
        raise CapacityExceeded(
            f"{len(state.added)} rules were added already, and at most {MOST_ADDED} may be"
        )
    taken = set(standing(state, own))
    for name in given:
        if name in taken:
            raise DuplicateName(name)
    taken.update(filter(None, given))
    free = (name for place in count(len(own) + state.numbered + 1) if (name := f"rule-{place}") not in taken)
    return [name or next(free) for name in given]


def standing(state: TenantState, own: Iterable[str]) -> list[str]:
    """List the rules that are asked: the added ones, then those of the scenario."""
    kept = () if state.cleared else (name for name in own if name not in state.removed)
    return [*(rule.name for rule in state.added), *kept]


def standings(
    state: TenantState, own: Iterable[str], fired: Mapping[str, int], now: float
) -> list[RuleStanding]:
    """List how the rules stand in the order in which they are asked; `now` is the store's time in seconds."""
    ttls = {
        rule.name: None if rule.expires is None else max(0.0, round(rule.expires - now, 3))
        for rule in state.added
    }
    return [
        RuleStanding(name, fired.get(name, 0), name in ttls, ttls.get(name)) for name in standing(state, own)
    ]
