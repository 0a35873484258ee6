"""Checks a rule with `also`: it goes along with others, so it may only delay an answer and set headers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from oifde_simulator.scenario.lint.answers.outcomes import outcome_paths
from oifde_simulator.scenario.lint.finding import Finding, value_at
from oifde_simulator.text import KeyPath

TAKING: Mapping[str, str] = {
    "respond": "replaces the answer",
    "patch": "edits the answer",
    "rows": "edits the answer",
    "recording": "replaces the sound",
    "token": "ends a token",
}
"""Actions that only the rule may have which takes the request, and what each does."""
ALLOWED = "faults: [latency] and headers"
FIX = "take also away, or write a rule of its own for it"
LATENCY = "latency"


def lint(rule: Mapping[str, Any]) -> Iterator[Finding]:
    """Check a rule that fits the schema."""
    if not rule.get("also"):
        return
    if "becomes" in rule.get("state", {}):
        message = f"moves the state on, which is for the rule that takes the request; {FIX}"
        yield Finding(("state", "becomes"), message)
    for path in outcome_paths(rule):
        given = value_at(rule, path)
        for name, does in TAKING.items():
            if name in given:
                message = f"{does}, and a rule with also leaves it to others: it takes {ALLOWED}; {FIX}"
                yield Finding((*path, name), message)
        yield from _faults(path, given)


def could_go_along(rule: Mapping[str, Any]) -> bool:
    """Check that a rule does nothing that one with `also` may not."""
    return not rule.get("also") and not any(lint({**rule, "also": True}))


def _faults(path: KeyPath, given: Mapping[str, Any]) -> Iterator[Finding]:
    for place, item in enumerate(given.get("faults", ())):
        name, settings = (item, None) if isinstance(item, str) else next(iter(item.items()))
        where = (*path, "faults", place)
        if name != LATENCY:
            message = f"a rule with also has no fault but latency, found {name}; {FIX}"
            yield Finding(where, message)
        elif isinstance(settings, Mapping) and settings.get("at", "head") != "head":
            message = "a rule with also delays the head: the body is that of another rule; write at: head"
            yield Finding((*where, LATENCY, "at"), message)
