"""Finds rules that never get a request, because a rule before them takes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from oifde_simulator.rules.matching import Condition
from oifde_simulator.rules.selection import Rule
from oifde_simulator.rules.triggers import Window
from oifde_simulator.scenario.lint.finding import Finding, Source

MOST_COMPARED = 100
"""Number of rules that always fire with which a later one is compared: a file may have very many."""


def warnings(given: Sequence[Mapping[str, Any]], rules: Sequence[Rule], source: Source) -> Iterator[Finding]:
    """Find shadowed rules; `given` and `rules` are the same rules, as written and as built."""
    early: list[tuple[int, Scope]] = []
    for place, rule in enumerate(rules):
        scope = Scope.of(given[place])
        cover = next((place for place, theirs in early if theirs.covers(scope)), None)
        if cover is not None:
            taken = "all that it is about" if given[cover].get("match") else "every request"
            name, line = rules[cover].name, source.line(("rules", cover))
            message = f"can never fire: {name} {line} takes {taken} before it"
            yield Finding(("rules", place), message)
        if len(early) < MOST_COMPARED and _always_fires(rule):
            early.append((place, scope))


def _always_fires(rule: Rule) -> bool:
    """Tell whether a rule fires for each request in its scope; keys that only count are no limit."""
    limits = rule.limits
    return (
        not limits.after
        and limits.every == 1
        and limits.probability == 1
        and limits.times is None
        and (rule.window is None or _always_open(rule.window))
        and not (limits.over and limits.over.limit)
    )


def _always_open(window: Window) -> bool:
    never_closes = window.until is None or (window.repeat is not None and window.until >= window.repeat)
    return window.start == 0 and never_closes


@dataclass(frozen=True, slots=True)
class Scope:
    """The requests that a rule is about, and the state in which it is asked."""

    conditions: Mapping[tuple[str, str], Any]
    """Conditions by part of the call and field; the endpoint is a part without fields."""
    state: str | None = None
    per: Sequence[str] | None = None

    @classmethod
    def of(cls, rule: Mapping[str, Any]) -> Scope:
        """Read the scope of a rule as a scenario writes it."""
        match = rule.get("match", {})
        wanted = {("endpoint", ""): match["endpoint"]} if "endpoint" in match else {}
        wanted |= {
            (part, name.lower() if part == "headers" else name): each
            for part in ("request", "headers", "response")
            for name, each in match.get(part, {}).items()
        }
        # Conditions that are quickly compared come first.
        conditions = dict(sorted(wanted.items(), key=lambda item: isinstance(item[1], Mapping)))
        return cls(conditions, rule.get("state", {}).get("is"), rule.get("per"))

    def covers(self, late: Scope) -> bool:
        """Tell whether every request in `late` is in this scope; False where that is hard to say."""
        if self.state is not None and (self.state, self.per) != (late.state, late.per):
            return False
        return all(
            place in late.conditions and _implies(late.conditions[place], wide)
            for place, wide in self.conditions.items()
        )


def _implies(narrow: Any, wide: Any) -> bool:
    """Tell whether each value that fits `narrow` fits `wide`; False where that is hard to say."""
    if narrow == wide and type(narrow) is type(wide):
        return True
    if narrow is False or wide is False or narrow is True:
        return False
    if wide is True:
        return True
    if not isinstance(wide, Mapping) and not isinstance(narrow, Mapping):
        return False
    values = _values(narrow)
    return values is not None and all(map(Condition(wide).accepts, values))


def _values(condition: Any) -> Sequence[Any] | None:
    """List the only values that can fit a condition; None where there are many."""
    if not isinstance(condition, Mapping):
        return [condition]
    if "const" in condition:
        return [condition["const"]]
    return condition.get("enum")
