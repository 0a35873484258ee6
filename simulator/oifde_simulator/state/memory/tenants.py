"""Tenants as they were made and changed since the start; one that nobody changed has no entry here."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import count

from oifde_simulator.clock import ClockSetting
from oifde_simulator.model.tenant_state import NewRule, TenantSource, TenantState
from oifde_simulator.state import tenant_changes as changes
from oifde_simulator.state.errors import DuplicateName


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
        if self._made >= changes.MOST_MADE:
            raise changes.too_many_made()
        generation = before.generation if before else self._generations.get(id, 0)
        return self._put(self._begun(id, source=source, made=True, generation=generation))

    def replace(self, id: str, source: TenantSource | None) -> TenantState:
        """Serve `source` as the tenant from now on (None: what the files have); a made one stays made.

        Raises CapacityExceeded.
        """
        before = self.get(id)
        remembered = self._generations.get(id, 0)
        version, now = next(self._versions), self._time_of_day()
        return self._put(changes.replaced(before, id, source, remembered, version, now))

    def delete(self, id: str, *, in_files: bool) -> None:
        """End a tenant; the next one of its id has other credentials."""
        generation = self.get(id).generation or self._generations.get(id, 0)
        self._drop(id)
        self._generations[id] = generation + 1
        self._generations.move_to_end(id)
        if len(self._generations) > changes.MOST_REMEMBERED:
            self._generations.popitem(last=False)
        if in_files:
            self._tenants[id] = replace(self._begun(id, generation=generation + 1), gone=True)

    def reset(self, id: str, *, cleared: bool = False) -> TenantState:
        """Begin the tenant anew; `cleared` leaves the rules of its scenario out until the next reset."""
        before, version = self.get(id), next(self._versions)
        return self._put(changes.reset(before, id, version, self._time_of_day(), cleared=cleared))

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
        return self._put(changes.with_clock(self.get(id), id, setting, next(self._versions)))

    def add_rules(self, id: str, rules: Sequence[NewRule], own: Iterable[str]) -> TenantState:
        """Have rules asked before all others; `own` are the names of those of the scenario.

        Raises DuplicateName where a name is in use, CapacityExceeded where too many were added.
        """
        now, version = self._uptime(), next(self._versions)
        return self._put(changes.with_rules(self.get(id), id, rules, tuple(own), now, version))

    def remove_rules(self, id: str, names: Iterable[str], own: Iterable[str]) -> TenantState:
        """Ask rules no more, added or not. Raises UnknownRule for one that is not there."""
        gone = frozenset(names)
        after = changes.without_rules(self.get(id), id, gone, own, next(self._versions))
        self._rules_went(id, gone)
        return self._put(after)

    def _expired(self, state: TenantState) -> TenantState:
        """Take out the added rules whose time is up."""
        after, gone = changes.without_expired(state, self._uptime(), 0)
        if after is state:
            return state
        self._rules_went(state.id, gone)
        return self._put(replace(after, version=next(self._versions)))

    def _begun(
        self, id: str, source: TenantSource | None = None, *, made: bool = False, generation: int = 0
    ) -> TenantState:
        version, now = next(self._versions), self._time_of_day()
        return changes.begun(id, version, now, source, made=made, generation=generation)

    def _put(self, state: TenantState) -> TenantState:
        before = self._tenants.get(state.id)
        weight = self._weight - _weight(before) + _weight(state)
        if weight > changes.MOST_BYTES and _weight(state) > _weight(before):
            raise changes.too_large()
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
