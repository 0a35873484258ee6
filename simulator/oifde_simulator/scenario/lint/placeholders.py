"""Finds texts with `{{...}}` in the answers of a rule: they are sent as they stand. All are warnings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from oifde_simulator.scenario.lint.finding import Finding, value_at
from oifde_simulator.scenario.lint.outcomes import outcome_paths
from oifde_simulator.text import KeyPath, shown

PLACEHOLDER = re.compile(r"\{\{[^{}]{1,200}\}\}")


def warnings(given: Mapping[str, Any]) -> Iterator[Finding]:
    """Warn of placeholders in `respond` and in the values of `patch`, in each outcome of a rule."""
    for outcome in outcome_paths(given):
        for part in ("respond", "patch"):
            yield from _texts((*outcome, part), value_at(given, (*outcome, part)))


def _texts(path: KeyPath, value: Any) -> Iterator[Finding]:
    if isinstance(value, dict | list):
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _texts((*path, step), inner)
    elif isinstance(value, str) and (found := PLACEHOLDER.search(value)):
        fix = "write the text itself, or a rule for each value"
        yield Finding(path, f"{shown(found[0])} is sent as it stands: there are no placeholders; {fix}")
