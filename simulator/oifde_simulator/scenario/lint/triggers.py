"""Checks the times of a rule: `window`, `over` and `rows: {late}`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from oifde_simulator.quantities import milliseconds
from oifde_simulator.scenario.lint.finding import Finding, value_at
from oifde_simulator.scenario.lint.outcomes import outcome_paths
from oifde_simulator.text import KeyPath

DURATIONS: tuple[KeyPath, ...] = (
    ("window", "from"),
    ("window", "until"),
    ("window", "repeat"),
    ("over", "window"),
)


def lint(rule: Mapping[str, Any]) -> Iterator[Finding]:
    """Check the triggers of a rule that fits the schema."""
    wrong = list(_durations(rule))
    yield from wrong or _lengths(rule)


def _durations(rule: Mapping[str, Any]) -> Iterator[Finding]:
    """Find durations that are no whole milliseconds, which the schema cannot tell."""
    for path in (*DURATIONS, *((*outcome, "rows", "late") for outcome in outcome_paths(rule))):
        text = value_at(rule, path)
        try:
            milliseconds("0s" if text is None else text)
        except ValueError as error:
            yield Finding(path, str(error))


def _lengths(rule: Mapping[str, Any]) -> Iterator[Finding]:
    times = {name: milliseconds(text) for name, text in rule.get("window", {}).items()}
    start = times.get("from", 0)
    if "until" in times and times["until"] <= start:
        yield Finding(("window", "until"), "closes before it opens; make it later than from")
    if "repeat" in times and times["repeat"] <= start:
        message = "the round is over before the window opens; make it longer than from"
        yield Finding(("window", "repeat"), message)
    if "window" in rule.get("over", {}) and milliseconds(rule["over"]["window"]) == 0:
        yield Finding(("over", "window"), "has no length; write a duration such as 1s")
