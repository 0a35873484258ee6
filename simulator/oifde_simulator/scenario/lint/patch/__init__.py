"""Checks a `patch`: each operation by itself, and its pointers against the contract of the answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from oifde_simulator.scenario.lint.finding import Finding
from oifde_simulator.scenario.lint.patch import operations, pointers
from oifde_simulator.text import KeyPath


def lint(path: KeyPath, outcome: Mapping[str, Any], rule: Mapping[str, Any]) -> Iterator[Finding]:
    """Check the patch of an outcome, at `path` of a rule."""
    given = outcome["patch"]
    strict = isinstance(given, Mapping) and given.get("strict", False)
    path = (*path, "patch") if isinstance(given, list) else (*path, "patch", "operations")
    listed = given if isinstance(given, list) else given["operations"]
    wrong = []
    for place, operation in enumerate(listed):
        found = list(operations.lint((*path, place), operation))
        wrong += [place] if found else []
        yield from found
    if "respond" not in outcome:  # its answer is not the contract's, and the two exclude each other
        yield from pointers.lint(path, listed, rule, strict=strict, wrong=wrong)
