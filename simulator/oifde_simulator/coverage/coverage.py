"""Which rules have fired since the server was started, and which never did.

Counted by scenario and rule, not by tenant (and rules of one name by what they are, since many a test
brings rules of its own): all tenants of a scenario add up, and neither a reset nor
the end of a tenant takes anything away. A scenario counts when one of its tenants was asked, or when it
is expected from the start; others, such as most of a gallery, are nobody's promise. The rules of a
bundled scenario are nobody's promise either: they are counted and told, and no verdict is about them.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from oifde_simulator import resources
from oifde_simulator.rules.selection import Action, Decision, Rule, Rules
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.text import printable

log = logging.getLogger("oifde_simulator")

MOST_RULES = 20_000
"""Rules that are counted; of further ones nothing is known."""


@dataclass(slots=True)
class Branch:
    """One outcome of a rule: of `one_of`, or the only one."""

    faults: tuple[str, ...]
    """The names of the faults on its wire."""
    fired: int = 0
    spoiled: int = 0
    """How often its faults had something in the answer to spoil."""


@dataclass(slots=True)
class RuleCoverage:
    """One rule of a scenario."""

    name: str
    branches: list[Branch]
    own: bool = True
    """Whether it is the user's: of a file, inline or added, and not of a bundled scenario."""

    @property
    def fired(self) -> int:
        """How often it did."""
        return sum(branch.fired for branch in self.branches)

    def faults(self) -> dict[str, int]:
        """How often each of its faults spoiled an answer."""
        found: dict[str, int] = {}
        for branch in self.branches:
            for name in dict.fromkeys(branch.faults):
                found[name] = found.get(name, 0) + branch.spoiled
        return found


@dataclass(slots=True)
class ScenarioCoverage:
    """The rules of one scenario."""

    id: str
    asked: bool = False
    """Whether anybody has asked a tenant of it."""
    rules: dict[str, RuleCoverage] = field(default_factory=dict)
    """By name; a further rule of a name that is written differently has its number behind it."""
    labels: dict[tuple[str, str], str] = field(default_factory=dict)
    """Under which name a rule stands, by its own and its definition."""
    named: Counter[str] = field(default_factory=Counter)
    """How many rules have a name."""

    def add(self, rule: Rule, *, file: bool) -> None:
        """Count this rule from now on; in a file, one that was changed is still the rule of its name."""
        if file and rule.name in self.rules:
            self.labels[rule.name, rule.definition] = rule.name
            return
        self.named[rule.name] += 1
        number = self.named[rule.name]
        label = f"{rule.name} ({number})" if number > 1 else rule.name
        self.labels[rule.name, rule.definition] = label
        branches = [Branch(_faults(act)) for act, _ in rule.actions]
        self.rules[label] = RuleCoverage(label, branches, own=False)

    def find(self, rule: Rule) -> RuleCoverage | None:
        """What is known of this rule; None where it does not count."""
        return self.rules.get(self.labels.get((rule.name, rule.definition), ""))

    def unused(self) -> list[str]:
        """The user's rules that never fired."""
        return [rule.name for rule in self.rules.values() if rule.own and not rule.fired]


class Coverage:
    """The rules that count, and how often each has fired."""

    def __init__(self) -> None:
        self.truncated = False
        """Whether there are more rules than are counted."""
        self._scenarios: dict[str, ScenarioCoverage] = {}
        self._rules = 0

    def expect(self, scenarios: Iterable[Scenario]) -> None:
        """The rules of these count from now on, whether anybody asks their tenants or not."""
        for scenario in scenarios:
            self._add(scenario.id, scenario.rules, file=True)

    def asked(self, scenario: Scenario, rules: Rules) -> None:
        """A tenant of a scenario is asked for the first time with these rules."""
        rules.covered = scenario.id
        self._add(scenario.id, rules.rules, file=not scenario.weight, shipped=_shipped(scenario))
        if scenario.id in self._scenarios:
            self._scenarios[scenario.id].asked = True

    def fired(self, rules: Rules, decision: Decision, *, spoiled: bool) -> None:
        """A rule has decided; `spoiled` where faults changed what was sent."""
        known = self._scenarios.get(rules.covered)
        fired = next((rule for rule in rules.rules if rule.name == decision.rule), None)
        rule = known.find(fired) if known and fired else None
        if fired is None or rule is None:
            return
        branch = rule.branches[_place(fired, decision) % len(rule.branches)]
        branch.fired += 1
        branch.spoiled += spoiled

    def _add(self, scenario: str, rules: Sequence[Rule], *, file: bool, shipped: Sequence[Rule] = ()) -> None:
        known = self._scenarios.get(scenario) or ScenarioCoverage(scenario)
        new = [rule for rule in rules if known.find(rule) is None]
        if self._rules + len(new) > MOST_RULES:
            self._tell_full()
            return
        if rules:
            self._scenarios[scenario] = known
        others = {id(rule) for rule in shipped}  # an added one may have the name of one that was removed
        for rule in new:
            known.add(rule, file=file)
        for rule in rules:
            if (covered := known.find(rule)) is not None:
                covered.own |= id(rule) not in others
        self._rules += len(new)

    def _tell_full(self) -> None:
        if not self.truncated:
            log.warning("coverage: more than %d rules; further ones are not counted", MOST_RULES)
        self.truncated = True

    def __iter__(self) -> Iterator[ScenarioCoverage]:
        """The scenarios that count, in the order in which they came."""
        return iter(self._scenarios.values())


def _shipped(scenario: Scenario) -> Sequence[Rule]:
    is_bundled = Path(scenario.origin).parent == Path(printable(resources.scenarios()))
    return scenario.rules if is_bundled else ()


def _faults(action: Action) -> tuple[str, ...]:
    return tuple(fault.fault_name for fault in action.faults)


def _place(rule: Rule, decision: Decision) -> int:
    """Which outcome of its rule a decision took."""
    return next((place for place, (act, _) in enumerate(rule.actions) if act is decision.action), 0)
