"""Finds keys of a rule that have no effect beside others, or without them. All findings are warnings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from oifde_simulator.quantities import seconds, share
from oifde_simulator.rules.conditions.counted_fields import HEADER
from oifde_simulator.scenario.lint.answers.outcomes import outcome_paths, patches
from oifde_simulator.scenario.lint.finding import Finding, value_at
from oifde_simulator.scenario.lint.patch import keys
from oifde_simulator.text import KeyPath, shown

COUNTING = frozenset(("times", "every", "after", "over", "probability", "state", "one_of", "faults", "rows"))
"""Keys that count, or draw by a count, for each value of `per`."""
COUNT = "count"
"""Placeholder that tells the count of a value of `per`."""


def warnings(rule: Mapping[str, Any]) -> Iterator[Finding]:
    """Check a rule without mistakes."""
    yield from _per(rule)
    for path in outcome_paths(rule):
        outcome = value_at(rule, path)
        yield from _headers(path, outcome)
        yield from _faults(path, outcome)
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


def _per(rule: Mapping[str, Any]) -> Iterator[Finding]:
    """Find a `per` in a rule that counts nothing, and names that stand in it twice."""
    per = rule.get("per", ())
    if per and not COUNTING & set(rule) and COUNT not in json.dumps(rule.get("respond", rule.get("patch"))):
        others = "times, every, after, over, probability or state"
        yield Finding(("per",), f"counts nothing: the rule has none of {others}; add one, or leave per out")
    names = [name.lower() if name.startswith(HEADER) else name for name in per]
    for place, name in enumerate(per):
        if names[place] in names[:place]:
            yield Finding(("per", place), f"{shown(name)} stands here twice; leave one out")


def _faults(path: KeyPath, outcome: Mapping[str, Any]) -> Iterator[Finding]:
    """Find a latency of no time and a cut that keeps all, in an outcome at `path` of a rule."""
    for place, item in enumerate(outcome.get("faults", ())):
        name, settings = next(iter(item.items())) if isinstance(item, Mapping) else (item, None)
        if name in NOTHING and NOTHING[name](settings):
            yield Finding((*path, "faults", place), MESSAGES[name])


def _waits_for_nothing(settings: Any) -> bool:
    fixed = settings.get("fixed") if isinstance(settings, Mapping) else settings
    return isinstance(fixed, str) and seconds(fixed) == 0


def _keeps_all(settings: Any) -> bool:
    if isinstance(settings, Mapping):
        return "share" in settings and share(settings["share"]) == 1
    return isinstance(settings, str) and settings.endswith("%") and share(settings) == 1


NOTHING = {"latency": _waits_for_nothing, "cut": _keeps_all}
"""Faults, and how settings are told that leave the answer as it is."""
MESSAGES = {
    "latency": "changes nothing: the latency is 0; write a longer one, or remove it",
    "cut": "changes nothing: all of the answer is kept; write a smaller share, such as 50%",
}
