"""Finds what is unlikely to be meant in rules that hold no mistake, such as one that never fires.

All findings are warnings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from oifde_simulator.model.problem_kinds import answered_codes
from oifde_simulator.rules.conditions.matching import Condition
from oifde_simulator.rules.rule import Rule
from oifde_simulator.scenario.lint import states, windows
from oifde_simulator.scenario.lint.answers import growth, headers, placeholders
from oifde_simulator.scenario.lint.answers.outcomes import outcome_paths
from oifde_simulator.scenario.lint.conditions import counting
from oifde_simulator.scenario.lint.finding import Finding, Source, value_at
from oifde_simulator.scenario.lint.warnings import (
    fault_order,
    idle_keys,
    request_headers,
    shadowing,
    skewed_counts,
    unsent_headers,
)
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.scenario.rule_builder import weight
from oifde_simulator.text import shown


def warnings(given: Sequence[Mapping[str, Any]], scenario: Scenario, source: Source) -> Iterator[Finding]:
    """Check rules without mistakes; `given` are the rules of the scenario as they are written."""
    arrivals = states.Arrivals(scenario.rules)
    rules, codes = scenario.rules, [0, *sorted(answered_codes(scenario.settings.codes))]
    yield from shadowing.warnings(given, rules, source)
    yield from skewed_counts.warnings(given, rules, source)
    for place, rule in enumerate(rules):
        written = given[place]
        for finding in (
            *_odds(written, rule),
            *_stars(written),
            *_braces(written),
            *request_headers.warnings(written),
            *windows.warnings(written.get("window", {})),
            *counting.warnings(written),
            *idle_keys.warnings(written),
            *_error_code(written, codes),
            *arrivals.warnings(rule),
            *states.warnings(written, rule),
            *(states.idle(rule) if rule is rules[-1] and not rule.lasts else ()),
            *_outcomes(written),
            *growth.warnings(written),
            *unsent_headers.warnings(written, rule),
        ):
            yield finding.inside("rules", place)


def _outcomes(given: Mapping[str, Any]) -> Iterator[Finding]:
    for path in outcome_paths(given):
        yield from headers.warnings(path, value_at(given, path))
        yield from placeholders.warnings(path, value_at(given, path))
        yield from fault_order.warnings(path, value_at(given, path))


def _odds(given: Mapping[str, Any], rule: Rule) -> Iterator[Finding]:
    if rule.limits.probability == 0:
        message = "can never fire: its probability is 0; remove the rule, or give it a chance"
        yield Finding(("probability",), message)
    for place, outcome in enumerate(given.get("one_of", ())):
        if weight(outcome) == 0:
            yield Finding(("one_of", place, "weight"), "can never be drawn: its weight is 0")


def _braces(given: Mapping[str, Any]) -> Iterator[Finding]:
    """Find what is meant for a placeholder in a condition, which has none."""
    for part in ("request", "headers", "response"):
        for name, wanted in given.get("match", {}).get(part, {}).items():
            if isinstance(wanted, str) and "{{" in wanted:
                message = (
                    "is compared as it stands: placeholders stand in respond and in the values of a patch"
                )
                yield Finding(("match", part, name), message)


def _stars(given: Mapping[str, Any]) -> Iterator[Finding]:
    """Find a star that is meant for any digits, as the masked ones of the vendor's samples are not."""
    for name, wanted in given.get("match", {}).get("request", {}).items():
        if isinstance(wanted, str) and re.fullmatch(r"\d*\*", wanted):
            pattern = f"write {{pattern: ^{wanted[:-1]}}}" if wanted[:-1] else f"leave {name} out"
            message = f'can hardly fire: "*" is a character like others here; for any digits {pattern}'
            yield Finding(("match", "request", name), message)


def _error_code(given: Mapping[str, Any], codes: Sequence[int]) -> Iterator[Finding]:
    """Find a condition on an errorCode that no honest answer has; `codes` are those that they have."""
    wanted = given.get("match", {}).get("response", {}).get("errorCode")
    if wanted is None or isinstance(wanted, bool):
        return
    if not any(map(Condition(wanted).accepts, codes)):
        known = ", ".join(map(str, codes))
        message = f"can never fire: no honest answer has the errorCode {shown(wanted)}; they have {known}"
        yield Finding(("match", "response", "errorCode"), message)
