"""Rules that are added to a tenant while it is served, some for a while only: real time, not the tenant's."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from oifde_simulator.rules.selection import Rule, Rules

MOST = 1000
"""Rules that may have been added to one tenant."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a rule stands now."""

    name: str
    fired: int
    """How often since load or reset."""
    added: bool
    ttl: float | None
    """Seconds until it goes; None where it stays."""


class Taken(ValueError):
    """A rule of this name is there."""


class TooMany(ValueError):
    """More rules than a tenant may have."""


class AddedRules:
    """The rules of one tenant that were not in its scenario, and when each goes."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._timers: dict[str, asyncio.TimerHandle | None] = {}
        self._own = self._seen = len(rules.rules)

    def names(self, given: Sequence[str | None]) -> list[str]:
        """The names that rules to be added will have: `rule-` and a place, as in a file, where none is given.

        Raises Taken where one is in use, TooMany where there is no room for so many.
        """
        if len(self._timers) + len(given) > MOST:
            raise TooMany(f"{len(self._timers)} rules were added already, and at most {MOST} may be")
        taken = {rule.name for rule in self._rules.rules}
        for name in given:
            if name in taken:
                raise Taken(name)
        taken.update(filter(None, given))
        free = (name for place in count(self._seen + 1) if (name := f"rule-{place}") not in taken)
        return [name or next(free) for name in given]

    def add(self, rules: Iterable[tuple[Rule, float | None]]) -> None:
        """Ask these before all others; each goes after so many seconds, or stays for None."""
        added = tuple(rules)
        self._seen += len(added)
        self._rules.change((*(rule for rule, _ in added), *self._rules.rules))
        for rule, ttl in added:
            self._timers[rule.name] = None if ttl is None else self._timer(ttl, rule.name)

    def _timer(self, seconds: float, name: str) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(seconds, self.remove, name)

    def remove(self, *names: str) -> None:
        """Ask these no more, added or not. KeyError where there is none of a name."""
        if strange := {*names} - {rule.name for rule in self._rules.rules}:
            raise KeyError(min(strange))
        for name in names:
            if timer := self._timers.pop(name, None):
                timer.cancel()
        self._rules.change(tuple(rule for rule in self._rules.rules if rule.name not in names))

    def remove_all(self) -> None:
        """Ask those no more that were added."""
        self.remove(*self._timers)

    def end(self) -> None:
        """Forget which were added, and end their timers; who is asked from here on is decided elsewhere."""
        for timer in self._timers.values():
            if timer:
                timer.cancel()
        self._timers.clear()
        self._seen = self._own

    def __iter__(self) -> Iterator[Standing]:
        """All rules of the tenant, in the order in which they are asked."""
        for rule in self._rules.rules:
            timer = self._timers.get(rule.name)
            ttl = _left(timer) if timer else None
            yield Standing(rule.name, self._rules.fired.get(rule.name, 0), rule.name in self._timers, ttl)


def _left(timer: asyncio.TimerHandle) -> float:
    return max(0.0, round(timer.when() - asyncio.get_running_loop().time(), 3))
