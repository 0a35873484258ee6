"""Finds what never comes about while the clock of a scenario stands still: all are warnings.

A scenario whose `clock` is an instant stays there, at its load, until somebody moves the clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, tzinfo
from typing import Any

from oifde_simulator.instants import instant, time_zone
from oifde_simulator.quantities import duration_text, milliseconds, seconds
from oifde_simulator.rules.conditions.daily_window import DAY
from oifde_simulator.scenario.lint.finding import Finding, value_at
from oifde_simulator.text import KeyPath, shown


def warnings(scenario: Mapping[str, Any]) -> Iterator[Finding]:
    """Check a scenario without mistakes, as it is written."""
    clock = scenario.get("clock", "now")
    if not isinstance(clock, str) or clock == "now":  # it runs
        return
    cause = f"the clock stands still at {shown(clock)}"
    lifetime = value_at(scenario, ("tenant", "token_lifetime"))
    if lifetime is not None:
        after = lifetime if isinstance(lifetime, str) else f"{lifetime:g}s"
        message = f"the tokens never expire: {cause}; {_fix(after)}"
        yield Finding(("tenant", "token_lifetime"), message)
    late = value_at(scenario, ("recordings", "late"))
    if late is not None and milliseconds(late) and not _all_are_there(scenario, milliseconds(late)):
        event = f"recordings of calls that end less than {late} before it never come"
        yield Finding(("recordings", "late"), f"{event}: {cause}; {_fix(late)}")
    if rules := scenario.get("rules"):
        zone = time_zone(value_at(scenario, ("settings", "time_zone")) or "UTC") or UTC
        yield from _rules(rules, cause, instant(clock) or 0, zone)


def _all_are_there(scenario: Mapping[str, Any], late: int) -> bool:
    """Check that no session is generated, and that each literal call has been over for so long."""
    sessions = scenario.get("sessions") or {}
    records = sessions.get("records")
    if not records or sessions.get("generate") or sessions.get("users"):
        return False
    ends = [record.get("endTime") or record.get("startTime") for record in records]
    now = instant(scenario["clock"]) or 0
    return all(isinstance(end, int | float) and end + late <= now for end in ends)


def _rules(rules: Sequence[Mapping[str, Any]], cause: str, now: int, zone: tzinfo) -> Iterator[Finding]:
    from oifde_simulator.scenario.rule_builder import rule_name  # slow to import, and loaded with rules

    for place, rule in enumerate(rules):
        for path, event, after in _rule(rule, now, zone):
            message = f"{rule_name(rule, place)} {event}: {cause}; {_fix(after)}"
            yield Finding(path, message).inside("rules", place)


def _fix(after: str) -> str:
    return f'write clock: now, or have the test move the clock, as clock.advance("{after}") does'


Event = tuple[KeyPath, str, str]
"""Part of a rule, what never comes about there, and the time after which it would."""


def _rule(rule: Mapping[str, Any], now: int, zone: tzinfo) -> Iterator[Event]:
    if closed := list(_window(rule, now, zone)):
        yield from closed
        return
    rate = rule.get("over")
    if rate and rate.get("limit"):
        renews = "24h" if rate["window"] == DAY else rate["window"]
        yield ("over",), "lets nobody in again once it has fired, since its rate never renews", renews
    lasting = value_at(rule, ("state", "for"))
    if lasting is not None:
        state = shown(rule["state"]["is"])
        yield ("state", "for"), f"never sees the state {state} end, since its time never passes", lasting
    yield from _ramps(rule)


def _window(rule: Mapping[str, Any], now: int, zone: tzinfo) -> Iterator[Event]:
    """Find a window that is closed at the standing instant."""
    opens = value_at(rule, ("window", "from"))
    if opens is not None and milliseconds(opens):
        yield ("window",), f"never fires, since its window opens {opens} after load", opens
    if value_at(rule, ("window", "at")) is None:
        return
    from oifde_simulator.scenario.rule_builder import daily_window  # slow to import, and loaded with rules

    window = daily_window(rule["window"], zone)
    if wait := window.opens_in(now):
        opening = window.around(now).next_text
        yield ("window",), f"never fires, since its window opens at {opening}", duration_text(wait)


def _ramps(rule: Mapping[str, Any]) -> Iterator[Event]:
    from oifde_simulator.scenario.lint.answers.outcomes import outcome_paths  # slow to import as well

    for outcome in outcome_paths(rule):
        for place, fault in enumerate(value_at(rule, (*outcome, "faults")) or ()):
            ramp = value_at(fault, ("latency", "ramp"))
            if ramp and ramp["from"] != ramp["to"] and seconds(ramp["over"]):
                path = (*outcome, "faults", place, "latency", "ramp")
                yield path, f"is always {ramp['from']} late, since its ramp never moves", ramp["over"]
