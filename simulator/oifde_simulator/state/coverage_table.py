"""Counts of rules since the server was started, by scenario and rule.

All tenants of a scenario add up, and neither a reset nor the end of a tenant takes anything away.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from typing import Any

from oifde_simulator.model.coverage import (
    Branch,
    CoverageSnapshot,
    CoveredRule,
    RuleCoverage,
    ScenarioCoverage,
)
from oifde_simulator.model.turn import Fired

log = logging.getLogger("oifde_simulator")

MOST_RULES = 20_000
"""Rules that are counted; of further ones nothing is known."""


class CountedScenario:
    """Rules of one scenario that are counted."""

    def __init__(self, id: str) -> None:
        self.id = id
        self.asked = False
        """Whether anybody has asked a tenant of it."""
        self.rules: dict[str, RuleCoverage] = {}
        self._labels: dict[tuple[str, str], str] = {}
        self._named: Counter[str] = Counter()

    def values(self) -> list[Any]:
        """Everything but the counts, as JSON has it."""
        rules = [
            [each.name, [branch.faults for branch in each.branches], each.own] for each in self.rules.values()
        ]
        return [self.asked, rules, self.labels, dict(self._named)]

    @classmethod
    def of(cls, id: str, values: Sequence[Any]) -> CountedScenario:
        """Make a scenario of its `values`; nothing has fired."""
        made = cls(id)
        made.asked, rules, labels, named = values
        for name, branches, own in rules:
            made.rules[name] = RuleCoverage(name, [Branch(tuple(faults)) for faults in branches], own)
        made._labels = {(name, definition): label for name, definition, label in labels}
        made._named = Counter(named)
        return made

    @property
    def labels(self) -> list[tuple[str, str, str]]:
        """Names and digests of rules, each with the name under which it is counted."""
        return [(*written, label) for written, label in self._labels.items()]

    def find(self, name: str, definition: str) -> RuleCoverage | None:
        """Find the counts of a rule; None where it does not count."""
        return self.rules.get(self._labels.get((name, definition), ""))

    def add(self, rule: CoveredRule, *, file: bool) -> None:
        """Count a rule from now on; in a file, one that was changed is still the rule of its name."""
        if file and rule.name in self.rules:
            self._labels[rule.name, rule.definition] = rule.name
            return
        self._named[rule.name] += 1
        number = self._named[rule.name]
        label = f"{rule.name} ({number})" if number > 1 else rule.name
        self._labels[rule.name, rule.definition] = label
        self.rules[label] = RuleCoverage(label, [Branch(faults) for faults in rule.branches], own=False)

    def copied(self) -> ScenarioCoverage:
        """Copy the counts as they are now."""
        return ScenarioCoverage(
            self.id, self.asked, {name: each.copied() for name, each in self.rules.items()}
        )


class CoverageTable:
    """Rules that count, and how often each has fired."""

    def __init__(self, rules: int = 0, *, truncated: bool = False) -> None:
        """`rules` are counted already."""
        self.truncated = truncated
        """Whether there are more rules than are counted."""
        self.scenarios: dict[str, CountedScenario] = {}
        """Scenarios in the order in which they came."""
        self.rules = rules
        """Rules that are counted, each way in which one was written."""

    def cover(self, scenario: str, rules: Sequence[CoveredRule], *, file: bool, asked: bool) -> None:
        """Count these rules of a scenario from now on."""
        known = self.scenarios.get(scenario) or CountedScenario(scenario)
        new = [rule for rule in rules if known.find(rule.name, rule.definition) is None]
        if self.rules + len(new) > MOST_RULES:
            self._tell_full()
        elif rules:
            self.scenarios[scenario] = known
            self._add(known, rules, new, file=file)
        if scenario in self.scenarios:
            known.asked |= asked

    def _add(
        self, known: CountedScenario, rules: Sequence[CoveredRule], new: Sequence[CoveredRule], *, file: bool
    ) -> None:
        for rule in new:
            known.add(rule, file=file)
        for rule in rules:
            if (counted := known.find(rule.name, rule.definition)) is not None:
                counted.own |= rule.own
        self.rules += len(new)

    def fire(self, fired: Fired) -> None:
        """Count that a rule has fired."""
        known = self.scenarios.get(fired.scenario)
        rule = known.find(fired.rule, fired.definition) if known else None
        if rule is not None:
            branch = rule.branches[fired.outcome % len(rule.branches)]
            branch.fired += 1
            if fired.faults:
                branch.spoiled.update({*fired.faults})

    def snapshot(self) -> CoverageSnapshot:
        """Copy the counts of all scenarios, in the order in which they came."""
        return CoverageSnapshot(tuple(each.copied() for each in self.scenarios.values()), self.truncated)

    def _tell_full(self) -> None:
        if not self.truncated:
            log.warning("coverage: more than %d rules; further ones are not counted", MOST_RULES)
        self.truncated = True
