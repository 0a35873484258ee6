"""Finds the keys that unknown ones stand for: these are not called missing too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

from oifde_simulator.json_schema.schema import Violation
from oifde_simulator.scenario.lint.schema import unknown_keys

MOST = 20
"""Keys of one mapping that are looked at."""
STANDING_ALONE = {"in_flight"}
"""Keys beside which none of the others is needed."""


def without_guessed(violations: Iterable[Violation]) -> Iterator[Violation]:
    """Leave out that a key is missing where an unknown one beside it stands for it."""
    violations = list(violations)
    missing = {each.path for each in violations if each.keyword == "required"}
    unknown = (each for each in violations if each.keyword == "additionalProperties")
    guessed = {each.path: _guessed(each) for each in unknown if each.path in missing}
    for each in violations:
        names = guessed.get(each.path, set()) if each.keyword == "required" else set()
        if not names:
            yield each
        elif not names & STANDING_ALONE:
            yield replace(each, expected=[key for key in each.expected if key not in names])


def _guessed(violation: Violation) -> set[str]:
    """List the keys that unknown ones stand for."""
    known = violation.schema.get("properties", {})
    names = (
        unknown_keys.suggested(key, value, violation.path, known)
        for key, value in islice(violation.found.items(), MOST)
        if key not in known and not unknown_keys.is_free(key, violation.schema)
    )
    return {name for name in names if name}
