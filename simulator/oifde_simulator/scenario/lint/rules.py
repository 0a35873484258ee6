"""Checks `rules` as a whole: each rule by the modules beside this one, and that no two have one name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from oifde_simulator.scenario.lint import states, triggers
from oifde_simulator.scenario.lint.answers import also, outcomes
from oifde_simulator.scenario.lint.conditions import counting, match, sender
from oifde_simulator.scenario.lint.finding import Finding, Source
from oifde_simulator.scenario.lint.pruning import Pruned, prune
from oifde_simulator.scenario.rule_builder import rule_name
from oifde_simulator.text import KeyPath, shown


def lint(
    rules: Sequence[Any],
    source: Source,
    wrong: Mapping[int, Sequence[KeyPath]],
    accepts: Callable[[Any], bool],
) -> Iterator[Finding]:
    """Check the rules of a scenario.

    `wrong` has the paths of what breaks the schema, by the place of the rule; the rest of such a rule is
    checked. `accepts` judges a rule by the schema.
    """
    first: dict[str, int] = {}
    durations = states.Durations()
    for place, rule in enumerate(rules):
        pruned = prune(rule, wrong[place], accepts) if place in wrong else Pruned(rule, (), {})
        if pruned is None:
            continue
        found = list(_rule(pruned.rule))
        if not any(finding.path[:1] == ("state",) for finding in found):
            name = f"{rule_name(pruned.rule, place)} {source.line(('rules', place))}"
            if contradiction := durations.add_written(pruned.rule, name):
                found.append(Finding(("state", "for"), contradiction))
        kept = filter(None, map(pruned.original, found))
        yield from (finding.inside("rules", place) for finding in kept)
        name = rule_name(pruned.rule, place)
        if name in first:
            line = source.line(("rules", first[name]))
            yield Finding(("rules", place, "name"), f"the name {shown(name)} is taken {line}; choose another")
        first.setdefault(name, place)


def _rule(rule: Mapping[str, Any]) -> Iterator[Finding]:
    yield from match.lint(rule)
    yield from sender.lint(rule)
    yield from counting.lint(rule)
    yield from triggers.lint(rule)
    yield from outcomes.lint(rule)
    yield from also.lint(rule)
