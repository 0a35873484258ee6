"""Finds rules whose count of requests is skewed: an earlier rule takes some of them unseen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.rules.rule import Rule
from oifde_simulator.scenario.lint.answers.also import could_go_along
from oifde_simulator.scenario.lint.finding import Finding, Source
from oifde_simulator.scenario.lint.warnings.shadowing import MOST_COMPARED, Scope

MOST_PAIRS = 50_000
"""Number of pairs of rules that are compared; a file may have very many rules."""
COUNTED = ("after", "every", "over")
"""Keys by which a rule counts the requests that reach it."""


def warnings(given: Sequence[Mapping[str, Any]], rules: Sequence[Rule], source: Source) -> Iterator[Finding]:
    """Find skewed counts; `given` and `rules` are the same rules, as written and as built."""
    takers: list[Turn] = []
    pairs = 0
    for place, rule in enumerate(rules):
        if rule.also or rule.only_lasts:  # it is asked whatever others take, and takes nothing from them
            continue
        counted_by = _counted_by(rule) if takers and pairs < MOST_PAIRS else ""
        is_taker = len(takers) < MOST_COMPARED and _takes_some(rule)
        if not counted_by and not is_taker:
            continue
        turn = Turn.of(place, rule, given[place])
        if counted_by:
            pairs += len(takers)
            taker = next((each for each in takers if each.skews(turn)), None)
            if taker is not None:
                line = source.line(("rules", taker.place))
                message = f"counts only what {taker.rule.name} {line} leaves to it; {taker.advice}"
                yield Finding(("rules", place, counted_by), message)
        if is_taker:
            takers.append(turn)


@dataclass(frozen=True, slots=True)
class Turn:
    """A rule with its place among the others, and the requests that it is about."""

    place: int
    rule: Rule
    given: Mapping[str, Any]
    scope: Scope
    implied: Scope
    """The scope with its endpoint, where its conditions leave one only."""

    @classmethod
    def of(cls, place: int, rule: Rule, given: Mapping[str, Any]) -> Turn:
        """Read the scope of a rule at its place; `given` is the rule as written."""
        scope = Scope.of(given)
        return cls(place, rule, given, scope, scope.with_endpoint())

    @property
    def advice(self) -> str:
        """Say how a later rule counts all requests."""
        also = f", or give {self.rule.name} also: true" if could_go_along(self.given) else ""
        return f"to count all, put this rule before {self.rule.name}{also}"

    def skews(self, late: Turn) -> bool:
        """Check that this rule takes requests that a later one should count, and would not the other way."""
        if _recurs(late.rule) and _counted_by(self.rule):
            return False  # whichever comes first skews the other
        if not _recurs(self.rule) and not late.rule.limits.after:
            return False  # a rate or a share is as before, once the first requests have passed
        state, window = self.scope.state, self.scope.window
        if state not in (None, late.scope.state) or window not in (None, late.scope.window):
            return False
        return self.scope.covers(late.implied) or late.scope.covers(self.implied)


def _counted_by(rule: Rule) -> str:
    """Name the key by which a rule counts requests; empty where it counts none."""
    limits = rule.limits
    counts = (limits.after > 0, limits.every > 1, limits.over is not None and limits.over.limit > 0)
    return next((key for key, is_counted in zip(COUNTED, counts, strict=True) if is_counted), "")


def _takes_some(rule: Rule) -> bool:
    """Check that a rule takes some requests and leaves others, for some times at least."""
    return _recurs(rule) or rule.limits.times is not None


def _recurs(rule: Rule) -> bool:
    """Check that a rule takes some requests again and again, and leaves those between."""
    limits = rule.limits
    rated = limits.over is not None and limits.over.limit > 0
    return limits.every > 1 or 0 < limits.probability < 1 or rated
