"""Checks the times of a rule: `window`, `over`, `state` and `rows: {late}`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from oifde_simulator.quantities import milliseconds
from oifde_simulator.rules.conditions.daily_window import DAY
from oifde_simulator.scenario.lint import states, windows
from oifde_simulator.scenario.lint.answers.outcomes import outcome_paths
from oifde_simulator.scenario.lint.finding import Finding, value_at
from oifde_simulator.text import KeyPath

DURATIONS: tuple[KeyPath, ...] = (
    ("over", "window"),
    *(("window", name) for name in windows.DURATIONS),
    ("state", "for"),
)
"""Durations of a rule, that of a rate first, which may be a day."""


def lint(rule: Mapping[str, Any]) -> Iterator[Finding]:
    """Check the triggers of a rule that fits the schema."""
    wrong = list(_durations(rule))
    yield from wrong or _lengths(rule)


def _durations(rule: Mapping[str, Any]) -> Iterator[Finding]:
    """Find durations that are no whole milliseconds, which the schema cannot tell."""
    written = value_at(rule, ("over", "window")) == DAY
    for path in (*DURATIONS[written:], *((*outcome, "rows", "late") for outcome in outcome_paths(rule))):
        text = value_at(rule, path)
        try:
            milliseconds("0s" if text is None else text)
        except ValueError as error:
            yield Finding(path, str(error))


def _lengths(rule: Mapping[str, Any]) -> Iterator[Finding]:
    yield from windows.lint(rule.get("window", {}))
    yield from states.lint(rule.get("state", {}))
    over = rule.get("over", {})
    if over.get("window") == DAY:
        for name in ("slide", "enforce"):
            if over.get(name):
                message = f"does not go with window: day, which ends at midnight; write 24h, or remove {name}"
                yield Finding(("over", name), message)
    elif "window" in over and milliseconds(over["window"]) == 0:
        yield Finding(("over", "window"), "has no length; write a duration such as 1s")
