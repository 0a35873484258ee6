"""Mistakes that a reader of YAML goes on after: the first of them are kept, the others counted."""

from __future__ import annotations

from oifde_simulator.scenario.errors import ScenarioError

MOST_MISTAKES = 50
"""Mistakes of one file that are told."""


class Mistakes:
    """Mistakes in single values of a file, in the order in which they are read."""

    def __init__(self) -> None:
        """Begin without a mistake."""
        self._kept: list[ScenarioError] = []
        self._more = 0

    def add(self, mistake: ScenarioError) -> None:
        """Keep a mistake, or count it where there are many already."""
        if len(self._kept) <= MOST_MISTAKES:
            self._kept.append(mistake)
        else:
            self._more += 1

    def told(self) -> list[ScenarioError]:
        """List the mistakes; the last of many counts those from its place on."""
        if len(self._kept) <= MOST_MISTAKES:
            return self._kept
        *told, first = self._kept
        message = f"and {self._more + 1:,} more from here on; mend those above first"
        return [*told, ScenarioError(first.origin, first.line, first.column, (), message)]
