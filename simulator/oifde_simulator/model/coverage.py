"""Coverage of rules as values: which rules count, and how often each outcome has fired."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import NamedTuple

from oifde_simulator.fast_dataclasses import dataclass


class CoveredRule(NamedTuple):
    """A rule that is to be counted."""

    name: str
    definition: str
    """Digest of the rule as it was written; rules of one name may differ."""
    branches: tuple[tuple[str, ...], ...]
    """Names of the faults of each outcome: of `one_of`, or the only one."""
    own: bool
    """Whether it is the user's: of a file, inline or added, and not of a bundled scenario."""


@dataclass(slots=True)
class Branch:
    """Counts of one outcome of a rule."""

    faults: tuple[str, ...]
    """Names of the faults on its wire."""
    fired: int = 0
    spoiled: Counter[str] = field(default_factory=Counter)
    """Times that each of its faults found something in the answer to spoil, by name."""


@dataclass(slots=True)
class RuleCoverage:
    """Counts of one rule of a scenario."""

    name: str
    branches: list[Branch]
    own: bool = True
    """Whether it is the user's: of a file, inline or added, and not of a bundled scenario."""

    @property
    def fired(self) -> int:
        """Times that it fired."""
        return sum(branch.fired for branch in self.branches)

    def faults(self) -> dict[str, int]:
        """Count how often each of its faults spoiled an answer."""
        found: dict[str, int] = {}
        for branch in self.branches:
            for name in dict.fromkeys(branch.faults):
                found[name] = found.get(name, 0) + branch.spoiled[name]
        return found

    def copied(self) -> RuleCoverage:
        """Copy the counts as they are now."""
        branches = [Branch(each.faults, each.fired, each.spoiled.copy()) for each in self.branches]
        return RuleCoverage(self.name, branches, self.own)


@dataclass(slots=True)
class ScenarioCoverage:
    """Counts of the rules of one scenario."""

    id: str
    asked: bool = False
    """Whether anybody has asked a tenant of it."""
    rules: Mapping[str, RuleCoverage] = field(default_factory=dict)
    """By name; a further rule of a name that is written differently has its number behind it."""

    def unused(self) -> list[str]:
        """List the user's rules that never fired."""
        return [rule.name for rule in self.rules.values() if rule.own and not rule.fired]


@dataclass(frozen=True, slots=True)
class CoverageSnapshot:
    """Coverage as it was counted up to one moment."""

    scenarios: tuple[ScenarioCoverage, ...]
    """Scenarios that count, in the order in which they came."""
    truncated: bool = False
    """Whether there are more rules than are counted."""

    def __iter__(self) -> Iterator[ScenarioCoverage]:
        """Iterate over the scenarios."""
        return iter(self.scenarios)
