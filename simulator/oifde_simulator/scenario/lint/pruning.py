"""Takes the wrong parts out of a rule, so that the checks of the rest can go on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.scenario.lint.finding import Finding
from oifde_simulator.text import KeyPath

Indexes = Mapping[KeyPath, list[int]]
"""For each list that lost items: the index that each item had before, by the path of the list."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """A rule without its wrong parts."""

    rule: Any
    gone: Collection[KeyPath]
    """Paths that were taken out, inside the rule as it was."""
    indexes: Indexes

    def original(self, finding: Finding) -> Finding | None:
        """Move a finding to its place in the whole rule; None where the missing parts may be its cause."""
        path = self._path(finding.path)
        if any(each[: len(path)] == path for each in self.gone):
            return None
        place = None if finding.place is None else self._path(finding.place)
        return replace(finding, path=path, place=place)

    def _path(self, path: KeyPath) -> KeyPath:
        found: KeyPath = ()
        for step in path:
            indexes = self.indexes.get(found)
            found += (indexes[step] if indexes and isinstance(step, int) else step,)
        return found


def prune(rule: Any, wrong: Iterable[KeyPath], accepts: Callable[[Any], bool]) -> Pruned | None:
    """Take what stands at the paths in `wrong` out of a rule; None where what is left is none either.

    `accepts` judges a rule by the schema. Where it refuses the rest, whole keys of the rule are taken out.
    """
    if not isinstance(rule, dict):
        return None
    paths = {_present(rule, path) for path in wrong}
    for gone in (paths, {path[:1] for path in paths}):
        if () in gone:
            break
        indexes: dict[KeyPath, list[int]] = {}
        left = _without(rule, gone, (), indexes)
        if accepts(left):
            return Pruned(left, gone, indexes)
    return None


def _present(rule: Any, path: KeyPath) -> KeyPath:
    """Return the path of a value in the rule; of a missing key, that of what lacks it."""
    value = rule
    for place, step in enumerate(path):
        try:
            value = value[step]
        except (LookupError, TypeError):
            return path[:place]
    return path


def _without(value: Any, gone: Collection[KeyPath], path: KeyPath, indexes: dict[KeyPath, list[int]]) -> Any:
    if isinstance(value, dict):
        return {
            key: _without(each, gone, (*path, key), indexes)
            for key, each in value.items()
            if (*path, key) not in gone
        }
    if not isinstance(value, list):
        return value
    kept = [place for place in range(len(value)) if (*path, place) not in gone]
    if len(kept) < len(value):
        indexes[path] = kept
    return [_without(value[place], gone, (*path, place), indexes) for place in kept]
