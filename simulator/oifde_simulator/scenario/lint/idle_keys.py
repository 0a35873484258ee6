"""Finds keys of a rule that have no effect beside others, or without them. All findings are warnings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from oifde_simulator.scenario.lint.finding import Finding, value_at
from oifde_simulator.scenario.lint.outcomes import outcome_paths, patches
from oifde_simulator.scenario.lint.patch import keys
from oifde_simulator.text import KeyPath

KEPT_APART = ("after", "times", "every", "probability", "over", "state", "one_of")
"""Keys of a rule whose counts, rates, draws and states `per` keeps for each value."""
COUNT = re.compile(r"\{\{\s*count\b")
"""Placeholder of a count."""


def warnings(rule: Mapping[str, Any]) -> Iterator[Finding]:
    """Check a rule without mistakes."""
    if "per" in rule and not any(key in rule for key in KEPT_APART) and not COUNT.search(json.dumps(rule)):
        message = (
            "has no effect: it keeps counts, rates and states for each value, and this rule has none; "
            "add one, such as times: 1, or leave per out"
        )
        yield Finding(("per",), message)
    for path in outcome_paths(rule):
        yield from _headers(path, value_at(rule, path))
    for path, operations in patches(rule):
        for place, operation in enumerate(operations):
            yield from keys.unused((*path, place), operation)


def _headers(path: KeyPath, outcome: Mapping[str, Any]) -> Iterator[Finding]:
    """Find headers of `respond` that the rule's own `headers` replace or take away."""
    own = {name.lower(): value for name, value in outcome.get("headers", {}).items()}
    for name in outcome.get("respond", {}).get("headers", {}):
        if name.lower() in own:
            does = "take it away" if own[name.lower()] is None else "have another one"
            message = f"is never sent: headers beside respond {does}; keep one of the two"
            yield Finding((*path, "respond", "headers", name), message)
