"""What a tenant becomes by each change, the same in every form of the state.

Rule: values only. The store gives the version; a change that begins the tenant anew makes it the epoch too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from oifde_simulator.clock import ClockSetting
from oifde_simulator.model.tenant_state import AddedRule, NewRule, TenantSource, TenantState
from oifde_simulator.state.errors import CapacityExceeded, UnknownRule
from oifde_simulator.state.rule_names import new_names, standing

MOST_MADE = 10_000
"""Tenants that may have been made and not deleted."""
MOST_BYTES = 128 << 20
"""Bytes of memory that scenarios which came along and are served may take."""
MOST_REMEMBERED = 100_000
"""Ids of which it is remembered how many tenants had them; the oldest is forgotten first."""


def too_many_made() -> CapacityExceeded:
    """Refuse one more tenant."""
    return CapacityExceeded(f"{MOST_MADE} tenants have been made; delete those that are not needed any more")


def too_large() -> CapacityExceeded:
    """Refuse more bytes of scenarios that came along."""
    return CapacityExceeded(
        f"scenarios that came along take {MOST_BYTES >> 20} MiB of memory; delete tenants that are "
        "not needed any more, or give large scenarios to the server as files"
    )


def begun(
    id: str,
    version: int,
    since: int,
    source: TenantSource | None = None,
    *,
    made: bool = False,
    generation: int = 0,
) -> TenantState:
    """Begin a tenant at `since`, a time of day."""
    return TenantState(id, version, version, since, source, made, generation)


def replaced(
    before: TenantState, id: str, source: TenantSource | None, remembered: int, version: int, since: int
) -> TenantState:
    """Serve `source` (None: what the files have); a made tenant stays made.

    `remembered` tenants had the id before, as far as `before` does not say.
    """
    made, generation = before.made and source is not None, before.generation or remembered
    return begun(id, version, since, source, made=made, generation=generation)


def reset(before: TenantState, id: str, version: int, since: int, *, cleared: bool) -> TenantState:
    """Begin a tenant anew; `cleared` leaves the rules of its scenario out."""
    fresh = begun(id, version, since, before.source, made=before.made, generation=before.generation)
    return replace(fresh, cleared=cleared)


def with_clock(before: TenantState, id: str, setting: ClockSetting, version: int) -> TenantState:
    """Set the clock of a tenant."""
    return replace(before, id=id, version=version, clock=setting)


def with_rules(
    before: TenantState, id: str, rules: Sequence[NewRule], own: Sequence[str], now: float, version: int
) -> TenantState:
    """Have rules asked before all others; `now` is the store's time in seconds.

    Raises DuplicateName where a name is in use, CapacityExceeded where too many were added.
    """
    names = new_names(before, [rule.name for rule in rules], own)
    added = tuple(
        AddedRule(name, rule.definition, rule.digest, None if rule.ttl is None else now + rule.ttl, rule.at)
        for rule, name in zip(rules, names, strict=True)
    )
    return replace(
        before,
        id=id,
        version=version,
        added=(*added, *before.added),
        numbered=before.numbered + len(added),
        ends_tokens=before.ends_tokens or any(rule.ends_tokens for rule in rules),
    )


def without_rules(
    before: TenantState, id: str, names: frozenset[str], own: Iterable[str], version: int
) -> TenantState:
    """Ask rules no more, added or not. Raises UnknownRule for one that is not there."""
    if strange := names - {*standing(before, tuple(own))}:
        raise UnknownRule(min(strange))
    kept = tuple(rule for rule in before.added if rule.name not in names)
    added = {rule.name for rule in before.added}
    return replace(before, id=id, version=version, added=kept, removed=before.removed | (names - added))


def without_expired(before: TenantState, now: float, version: int) -> tuple[TenantState, frozenset[str]]:
    """Take out the added rules whose time is up at `now`, the store's time in seconds; their names too."""
    kept = tuple(rule for rule in before.added if rule.expires is None or rule.expires > now)
    if len(kept) == len(before.added):
        return before, frozenset()
    gone = frozenset(rule.name for rule in before.added if rule not in kept)
    return replace(before, version=version, added=kept), gone
