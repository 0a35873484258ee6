"""Checks `state`: how long states last, and that something leads to those in which rules fire."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from oifde_simulator.model.turn import MOST_LASTING, START, Lasting
from oifde_simulator.quantities import duration_text, milliseconds
from oifde_simulator.rules.rule import NO_ACTIONS, Rule
from oifde_simulator.scenario.lint.answers.outcomes import outcome_paths
from oifde_simulator.scenario.lint.finding import Finding, value_at
from oifde_simulator.scenario.rule_builder import lasting
from oifde_simulator.text import did_you_mean, shown

MOST_STATES = 1000
"""States among which one that was meant is looked for."""
Per = tuple[str, ...]


def lint(state: Mapping[str, Any]) -> Iterator[Finding]:
    """Check the state of a rule whose durations are good."""
    if "then" in state and "for" not in state:
        message = "then needs for beside it, how long the state lasts before; add for: 20s"
        yield Finding(("state",), message)
    elif "for" in state and "is" not in state:
        yield Finding(("state",), "for needs is beside it, the state that lasts so long; add is: down")
    elif "for" in state:
        yield from _lasting(state)


def _lasting(state: Mapping[str, Any]) -> Iterator[Finding]:
    if milliseconds(state["for"]) == 0:
        yield Finding(("state", "for"), "has no length; write a duration such as 20s")
    if state.get("then", START) != state["is"]:
        return
    if "then" in state:
        message = f"leads from {shown(state['is'])} to itself, so that it never ends; name another state"
        yield Finding(("state", "then"), message)
    else:
        message = f"ends in {START} where no then is beside it, and is {START} itself; add then: down"
        yield Finding(("state", "for"), message)


def warnings(given: Mapping[str, Any], rule: Rule) -> Iterator[Finding]:
    """Find keys without effect in a rule that only says how long a state lasts."""
    if rule.only_lasts:
        for name in given:
            if name not in ("name", "state"):
                yield Finding((name,), "says nothing: the rule only says how long its state lasts; remove it")
    if rule.limits.state_is not in (None, START) and rule.window is None:
        yield from _ramps(given)


def idle(rule: Rule) -> Iterator[Finding]:
    """Find a last rule that does nothing but to lead to the state that it is in.

    One with rules behind it keeps them from its requests.
    """
    if rule.becomes is not None and rule.becomes == rule.limits.state_is and rule.actions == NO_ACTIONS:
        message = (
            f"changes nothing: {shown(rule.becomes)} is the state already, and the rule does nothing else; "
            "name another state, or give the rule an action"
        )
        yield Finding(("state", "becomes"), message)


def _ramps(given: Mapping[str, Any]) -> Iterator[Finding]:
    """Find ramps that are meant to begin with a state."""
    for outcome in outcome_paths(given):
        for place, fault in enumerate(value_at(given, (*outcome, "faults")) or ()):
            if value_at(fault, ("latency", "ramp")):
                message = (
                    "is counted from load or reset, not from when the state began; "
                    "give the rule a window, from whose opening it is counted"
                )
                yield Finding((*outcome, "faults", place, "latency", "ramp"), message)


def conflict(state: str, this: Lasting, other: Lasting, whose: str) -> str:
    """Say that two rules give one state different times, the other one `whose`; empty where they do not."""
    if this == other:
        return ""
    return (
        f"the state {shown(state)} lasts {_words(this)} here, and {_words(other)} by {whose}; "
        "write the same in both, or in one only"
    )


def _words(lasts: Lasting) -> str:
    return f"{duration_text(lasts.milliseconds)} and then is {shown(lasts.then)}"


class Durations:
    """How long states last, by the first rule that says so."""

    def __init__(self) -> None:
        self._first: dict[str, tuple[Lasting, str]] = {}

    def add(self, state: str, lasts: Lasting, rule: str) -> str:
        """Note what a rule says; returns what is wrong with it beside the earlier ones, or ""."""
        other, whose = self._first.setdefault(state, (lasts, rule))
        if len(self._first) > MOST_LASTING:
            del self._first[state]
            return f"at most {MOST_LASTING} states may last for a while, and this is one more; remove for"
        return conflict(state, lasts, other, whose)

    def add_written(self, rule: Mapping[str, Any], name: str) -> str:
        """Note what a rule without mistakes says, as a scenario writes it."""
        state = rule.get("state", {})
        lasts = lasting(state) if {"is", "for"} <= state.keys() else None
        return self.add(state["is"], lasts, name) if lasts else ""


class Arrivals:
    """Which rules lead to each state, and for the values of which `per`."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._lasting = {rule.limits.state_is: rule for rule in reversed(rules) if rule.lasts}
        self._leading: dict[str, list[tuple[Rule, Per]]] = {}
        self._known: set[tuple[str, Per]] = set()
        self._ways: dict[str, tuple[str, set[Per]]] = {}
        for rule in rules:
            if rule.becomes is not None:
                self._arrive(rule.becomes, rule, rule.per)
        for per in dict.fromkeys(rule.per for rule in rules):
            self._lapse(START, per)

    def _arrive(self, state: str, rule: Rule, per: Per) -> None:
        self._leading.setdefault(state, []).append((rule, per))
        self._lapse(state, per)

    def _lapse(self, state: str, per: Per) -> None:
        """Follow a state that ends to those after it."""
        while (state, per) not in self._known and (rule := self._lasting.get(state)) and rule.lasts:
            self._known.add((state, per))
            state = rule.lasts.then
            self._leading.setdefault(state, []).append((rule, per))

    def _into(self, state: str) -> tuple[str, set[Per]]:
        """Name the first rule that leads to a state from another, and list the `per` of all that do."""
        if state not in self._ways:
            found = [
                (rule, per) for rule, per in self._leading.get(state, ()) if rule.limits.state_is != state
            ]
            self._ways[state] = (found[0][0].name if found else "", {per for _, per in found})
        return self._ways[state]

    def warnings(self, rule: Rule) -> Iterator[Finding]:
        """Find a state that no rule leads to, or only for the values of other fields."""
        wanted = rule.limits.state_is
        if wanted is None:
            return
        if rule.becomes == wanted:
            yield from _stays(rule)
        if wanted == START:
            return
        leading, pers = self._into(wanted)
        if not pers:
            others = (each for each in self._leading if each != wanted)  # it may lead to itself
            hint = did_you_mean(wanted, [START, *islice(others, MOST_STATES)])
            yield Finding(
                ("state", "is"), f"can never fire: no rule leads to the state {shown(wanted)}{hint}"
            )
        elif rule.per not in pers and not rule.only_lasts:
            message = (
                f"can never fire: {leading} leads to the state {shown(wanted)} under another per; "
                "write the same"
            )
            yield Finding(("state", "is"), message)


def _stays(rule: Rule) -> Iterator[Finding]:
    """Find a rule that leads to the state that it is in, though that has its time."""
    if rule.lasts:
        yield Finding(("state", "becomes"), "changes nothing: it is the state already, whose time goes on")
