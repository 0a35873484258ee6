"""Tenants as they were made and changed since the start; one that nobody changed has no entry here."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import count

from oifde_simulator.clock import ClockSetting
from oifde_simulator.model.tenant_state import AddedRule, NewRule, TenantSource, TenantState
from oifde_simulator.state.errors import CapacityExceeded, DuplicateName, UnknownRule
from oifde_simulator.state.rule_names import new_names, standing

MOST_MADE = 10_000
"""Tenants that may have been made and not deleted."""
MOST_BYTES = 128 << 20
"""Bytes of memory that scenarios which came along and are served may take."""
MOST_REMEMBERED = 100_000
"""Ids of which it is remembered how many tenants had them; the oldest is forgotten first."""


class TenantTable:
    """What is special about each tenant, and the versions by which a reader sees that it changed."""

    def __init__(
        self,
        time_of_day: Callable[[], int],
        uptime: Callable[[], float],
        rules_went: Callable[[str, frozenset[str]], None],
    ) -> None:
        """`time_of_day` gives epoch milliseconds, `uptime` the seconds by which added rules expire.

        `rules_went` is called with a tenant and the names of rules that are asked no more.
        """
        self._time_of_day = time_of_day
        self._uptime = uptime
        self._rules_went = rules_went
        self._versions = count(1)
        self._numbers = count(1)
        self._generations: OrderedDict[str, int] = OrderedDict()
        self._tenants: dict[str, TenantState] = {}
        self._weight = 0
        self._made = 0
        self._untouched = self._begun("")

    def get(self, id: str) -> TenantState:
        """Tell how a tenant is; one that nobody touched is as its file has it."""
        state = self._tenants.get(id)
        if state is None:
            return self._untouched
        return state if not state.added else self._expired(state)

    def made(self) -> list[str]:
        """List the ids of tenants that were made on demand, in the order in which they were."""
        return [state.id for state in self._tenants.values() if state.made]

    def gone(self) -> frozenset[str]:
        """List the ids that the files have and that were deleted."""
        return frozenset(state.id for state in self._tenants.values() if state.gone)

    def touched(self) -> list[str]:
        """List the ids of tenants that are not as their files have them."""
        return list(self._tenants)

    def number(self) -> int:
        """Count one more tenant without an id of its own; from 1."""
        return next(self._numbers)

    def make(self, id: str, source: TenantSource) -> TenantState:
        """Serve a tenant that is made of `source`. Raises DuplicateName and CapacityExceeded."""
        before = self._tenants.get(id)
        if before is not None and not before.gone:
            raise DuplicateName(id)
        if self._made >= MOST_MADE:
            raise CapacityExceeded(
                f"{MOST_MADE} tenants have been made; delete those that are not needed any more"
            )
        generation = before.generation if before else self._generations.get(id, 0)
        return self._put(self._begun(id, source=source, made=True, generation=generation))

    def replace(self, id: str, source: TenantSource | None) -> TenantState:
        """Serve `source` as the tenant from now on (None: what the files have); a made one stays made.

        Raises CapacityExceeded.
        """
        before = self.get(id)
        made, generation = (
            before.made and source is not None,
            before.generation or self._generations.get(id, 0),
        )
        return self._put(self._begun(id, source=source, made=made, generation=generation))

    def delete(self, id: str, *, in_files: bool) -> None:
        """End a tenant; the next one of its id has other credentials."""
        generation = self.get(id).generation or self._generations.get(id, 0)
        self._drop(id)
        self._generations[id] = generation + 1
        self._generations.move_to_end(id)
        if len(self._generations) > MOST_REMEMBERED:
            self._generations.popitem(last=False)
        if in_files:
            self._tenants[id] = replace(self._begun(id, generation=generation + 1), gone=True)

    def reset(self, id: str, *, cleared: bool = False) -> TenantState:
        """Begin the tenant anew; `cleared` leaves the rules of its scenario out until the next reset."""
        before = self.get(id)
        fresh = self._begun(id)
        return self._put(
            replace(
                fresh, source=before.source, made=before.made, generation=before.generation, cleared=cleared
            )
        )

    def reset_all(self, *, cleared: bool = False) -> None:
        """Begin every tenant anew, as `reset` does; made ones stay, and deleted ones stay gone."""
        self._untouched = replace(self._begun(""), cleared=cleared)
        for id, state in list(self._tenants.items()):
            if not state.gone:
                self.reset(id, cleared=cleared)

    def restore(self) -> list[str]:
        """Serve what the files have and nothing else; the ids of made tenants that are gone by this."""
        gone = self.made()
        self._tenants.clear()
        self._generations.clear()
        self._weight = self._made = 0
        self._untouched = self._begun("")
        return gone

    def set_clock(self, id: str, setting: ClockSetting) -> TenantState:
        """Set a tenant's clock."""
        before = self._named(self.get(id), id)
        return self._put(replace(before, version=next(self._versions), clock=setting))

    def add_rules(self, id: str, rules: Sequence[NewRule], own: Iterable[str]) -> TenantState:
        """Have rules asked before all others; `own` are the names of those of the scenario.

        Raises DuplicateName where a name is in use, CapacityExceeded where too many were added.
        """
        before = self._named(self.get(id), id)
        own = tuple(own)
        names = new_names(before, [rule.name for rule in rules], own)
        now = self._uptime()
        added = tuple(
            AddedRule(
                name, rule.definition, rule.digest, None if rule.ttl is None else now + rule.ttl, rule.at
            )
            for rule, name in zip(rules, names, strict=True)
        )
        state = replace(
            before,
            version=next(self._versions),
            added=(*added, *before.added),
            numbered=before.numbered + len(added),
            ends_tokens=before.ends_tokens or any(rule.ends_tokens for rule in rules),
        )
        return self._put(state)

    def remove_rules(self, id: str, names: Iterable[str], own: Iterable[str]) -> TenantState:
        """Ask rules no more, added or not. Raises UnknownRule for one that is not there."""
        before, gone = self._named(self.get(id), id), frozenset(names)
        if strange := gone - {*standing(before, tuple(own))}:
            raise UnknownRule(min(strange))
        kept = tuple(rule for rule in before.added if rule.name not in gone)
        added = {rule.name for rule in before.added}
        self._rules_went(id, gone)
        return self._put(
            replace(before, version=next(self._versions), added=kept, removed=before.removed | (gone - added))
        )

    def _expired(self, state: TenantState) -> TenantState:
        """Take out the added rules whose time is up."""
        now = self._uptime()
        kept = tuple(rule for rule in state.added if rule.expires is None or rule.expires > now)
        if len(kept) == len(state.added):
            return state
        self._rules_went(state.id, frozenset(rule.name for rule in state.added if rule not in kept))
        return self._put(replace(state, version=next(self._versions), added=kept))

    def _begun(
        self, id: str, source: TenantSource | None = None, *, made: bool = False, generation: int = 0
    ) -> TenantState:
        version = next(self._versions)
        return TenantState(id, version, version, self._time_of_day(), source, made, generation)

    def _named(self, state: TenantState, id: str) -> TenantState:
        return state if state.id == id else replace(state, id=id)

    def _put(self, state: TenantState) -> TenantState:
        before = self._tenants.get(state.id)
        weight = self._weight - _weight(before) + _weight(state)
        if weight > MOST_BYTES and _weight(state) > _weight(before):
            raise CapacityExceeded(
                f"scenarios that came along take {MOST_BYTES >> 20} MiB of memory; delete tenants that are "
                "not needed any more, or give large scenarios to the server as files"
            )
        self._weight = weight
        self._made += state.made - (before.made if before else False)
        self._tenants[state.id] = state
        return state

    def _drop(self, id: str) -> None:
        before = self._tenants.pop(id, None)
        self._weight -= _weight(before)
        self._made -= before.made if before else False


def _weight(state: TenantState | None) -> int:
    return state.source.weight if state is not None and state.source is not None else 0
