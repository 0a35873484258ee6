"""Checks `rules` as a whole: each rule by the modules beside this one, and that no two have one name."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any

from oifde_simulator.scenario.lint import match, outcomes, triggers
from oifde_simulator.scenario.lint.finding import Finding, Source
from oifde_simulator.scenario.rule_builder import rule_name
from oifde_simulator.text import shown


def lint(rules: Sequence[Any], source: Source, misshapen: Container[int | str] = ()) -> Iterator[Finding]:
    """Check the rules of a scenario, but for those at the places in `misshapen`, which break the schema."""
    first: dict[str, int] = {}
    for place, rule in enumerate(rules):
        if place in misshapen:
            continue
        for finding in _rule(rule):
            yield finding.inside("rules", place)
        name = rule_name(rule, place)
        if name in first:
            line = source.line(("rules", first[name]))
            yield Finding(("rules", place, "name"), f"the name {shown(name)} is taken {line}; choose another")
        first.setdefault(name, place)


def _rule(rule: Mapping[str, Any]) -> Iterator[Finding]:
    yield from match.lint(rule)
    yield from triggers.lint(rule)
    yield from outcomes.lint(rule)
