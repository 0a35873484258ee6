"""Finds what is unlikely to be meant in rules that hold no mistake, such as one that never fires.

All findings are warnings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from oifde_simulator.model.problem_kinds import answered_codes
from oifde_simulator.quantities import milliseconds
from oifde_simulator.rules.matching import Condition
from oifde_simulator.rules.selection import Rule
from oifde_simulator.scenario.lint import counting, growth, placeholders, shadowing
from oifde_simulator.scenario.lint.finding import Finding, Source
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.scenario.rule_builder import weight
from oifde_simulator.text import did_you_mean, shown

INITIAL_STATE = "start"
"""State in which every tenant begins, and begins again after a reset (`state/memory/counters.py`)."""
MOST_STATES = 1000
"""States among which one that was meant is looked for."""


def warnings(given: Sequence[Mapping[str, Any]], scenario: Scenario, source: Source) -> Iterator[Finding]:
    """Check rules without mistakes; `given` are the rules of the scenario as they are written."""
    leading = _by_state(scenario.rules)
    rules, codes = scenario.rules, [0, *sorted(answered_codes(scenario.settings.codes))]
    yield from shadowing.warnings(given, rules, source)
    for place, rule in enumerate(rules):
        written = given[place]
        for finding in (
            *_odds(written, rule),
            *_window(written),
            *counting.warnings(written),
            *_error_code(written, codes),
            *_state(rule, leading),
            *placeholders.warnings(written),
            *growth.warnings(written),
        ):
            yield finding.inside("rules", place)


def _odds(given: Mapping[str, Any], rule: Rule) -> Iterator[Finding]:
    if rule.limits.probability == 0:
        message = "can never fire: its probability is 0; remove the rule, or give it a chance"
        yield Finding(("probability",), message)
    for place, outcome in enumerate(given.get("one_of", ())):
        if weight(outcome) == 0:
            yield Finding(("one_of", place, "weight"), "can never be drawn: its weight is 0")


def _window(given: Mapping[str, Any]) -> Iterator[Finding]:
    window = given.get("window", {})
    times = {name: milliseconds(text) for name, text in window.items()}
    if "repeat" in times and times.get("until", 0) > times["repeat"]:
        message = f"is never reached: a round ends after {window['repeat']}"
        yield Finding(("window", "until"), message)
    if window.keys() == {"repeat"}:
        yield Finding(("window",), "is always open: repeat alone says nothing; add from or until")


def _error_code(given: Mapping[str, Any], codes: Sequence[int]) -> Iterator[Finding]:
    """Find a condition on an errorCode that no honest answer has; `codes` are those that they have."""
    wanted = given.get("match", {}).get("response", {}).get("errorCode")
    if wanted is None or isinstance(wanted, bool):
        return
    if not any(map(Condition(wanted).accepts, codes)):
        known = ", ".join(map(str, codes))
        message = f"can never fire: no honest answer has the errorCode {shown(wanted)}; they have {known}"
        yield Finding(("match", "response", "errorCode"), message)


def _by_state(rules: Iterable[Rule]) -> Mapping[str, Sequence[Rule]]:
    """Find the rules that lead to each state."""
    leading: dict[str, list[Rule]] = {}
    for rule in rules:
        if rule.becomes is not None:
            leading.setdefault(rule.becomes, []).append(rule)
    return leading


def _state(rule: Rule, by_state: Mapping[str, Sequence[Rule]]) -> Iterator[Finding]:
    """Find a state that no rule leads to, or only one that counts by other fields."""
    wanted = rule.limits.state_is
    if wanted in (None, INITIAL_STATE):
        return
    leading = [each for each in by_state.get(wanted, ()) if each.limits.state_is != wanted]
    if not leading:
        hint = did_you_mean(wanted, [INITIAL_STATE, *islice(by_state, MOST_STATES)])
        yield Finding(("state", "is"), f"can never fire: no rule leads to the state {shown(wanted)}{hint}")
    elif all(each.per != rule.per for each in leading):
        name = leading[0].name
        message = (
            f"can never fire: {name} leads to the state {shown(wanted)} under another per; write the same"
        )
        yield Finding(("state", "is"), message)
