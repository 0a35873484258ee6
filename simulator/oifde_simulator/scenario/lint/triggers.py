"""Checks the keys that say when a rule fires and what it counts: `window`, `over`, `state` and `per`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from oifde_simulator.quantities import milliseconds
from oifde_simulator.scenario.lint import states, windows
from oifde_simulator.scenario.lint.finding import Finding, value_at
from oifde_simulator.scenario.lint.match import fields
from oifde_simulator.scenario.lint.outcomes import outcome_paths
from oifde_simulator.text import KeyPath, did_you_mean, shown

DURATIONS: tuple[KeyPath, ...] = (
    *(("window", name) for name in windows.DURATIONS),
    ("over", "window"),
    ("state", "for"),
)


def lint(rule: Mapping[str, Any]) -> Iterator[Finding]:
    """Check the triggers of a rule that fits the schema."""
    yield from _per(rule)
    wrong = list(_durations(rule))
    yield from wrong or _lengths(rule)


def _per(rule: Mapping[str, Any]) -> Iterator[Finding]:
    known = fields("request", rule.get("match", {}).get("endpoint"))
    for place, name in enumerate(rule.get("per", ())):
        if name not in known:
            hint = did_you_mean(name, known) or f"; per takes {', '.join(known)}; {_instead(name)}"
            yield Finding(("per", place), f"no field of this request is called {shown(name)}{hint}")


def _instead(name: str) -> str:
    header = f"match: {{headers: {{{name}: ...}}}}"
    return f"for a header write a rule for each value, with {header}"


def _durations(rule: Mapping[str, Any]) -> Iterator[Finding]:
    """Find durations that are no whole milliseconds, which the schema cannot tell."""
    for path in (*DURATIONS, *((*outcome, "rows", "late") for outcome in outcome_paths(rule))):
        text = value_at(rule, path)
        try:
            milliseconds("0s" if text is None else text)
        except ValueError as error:
            yield Finding(path, str(error))


def _lengths(rule: Mapping[str, Any]) -> Iterator[Finding]:
    yield from windows.lint(rule.get("window", {}))
    yield from states.lint(rule.get("state", {}))
    if "over" in rule and milliseconds(rule["over"]["window"]) == 0:
        yield Finding(("over", "window"), "has no length; write a duration such as 1s")
