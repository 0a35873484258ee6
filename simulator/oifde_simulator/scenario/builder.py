"""From the `rules` of a scenario file, found good, to rules."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from oifde_simulator import faults
from oifde_simulator.quantities import milliseconds, share
from oifde_simulator.randomness import key
from oifde_simulator.rules.matching import Matcher
from oifde_simulator.rules.pagination import Rows
from oifde_simulator.rules.patch import Patch
from oifde_simulator.rules.respond import Respond
from oifde_simulator.rules.selection import Action, Reshape, Rule
from oifde_simulator.rules.triggers import Rate, When, Window

RESHAPES: Mapping[str, Callable[[Any], Reshape]] = {"respond": Respond.of, "rows": Rows.of, "patch": Patch.of}
"""What changes the answer, in the order in which it does."""


def rules(given: Sequence[Mapping[str, Any]]) -> tuple[Rule, ...]:
    """The rules, in order; one without a name is called by its place, from 1."""
    return tuple(_rule(each, f"rule-{place}") for place, each in enumerate(given, start=1))


def _rule(given: Mapping[str, Any], unnamed: str) -> Rule:
    state = given.get("state", {})
    return Rule(
        name=given.get("name", unnamed),
        matcher=Matcher(given.get("match", {})),
        when=_when(given, state.get("is")),
        per=tuple(given.get("per", ())),
        becomes=state.get("becomes"),
        actions=_actions(given),
        definition=key(json.dumps(given, sort_keys=True, default=str)).hex(),
    )


def _when(given: Mapping[str, Any], state_is: str | None) -> When:
    over, window = given.get("over"), given.get("window")
    return When(
        window=_window(window) if window else None,
        state_is=state_is,
        over=Rate(over["limit"], milliseconds(over["window"]), over.get("enforce", False)) if over else None,
        after=given.get("after", 0),
        every=given.get("every", 1),
        probability=share(given.get("probability", 1.0)),
        times=given.get("times"),
    )


def _window(given: Mapping[str, Any]) -> Window:
    start = milliseconds(given["from"]) if "from" in given else 0
    until = milliseconds(given["until"]) if "until" in given else None
    return Window(start, until, milliseconds(given["repeat"]) if "repeat" in given else None)


def _actions(given: Mapping[str, Any]) -> tuple[tuple[Action, float], ...]:
    if "one_of" in given:
        return tuple((_action(each), float(each.get("weight", 1))) for each in given["one_of"])
    return ((_action(given), 1.0),)


def _action(given: Mapping[str, Any]) -> Action:
    return Action(
        reshapes=tuple(_reshapes(given)),
        faults=tuple(map(faults.build, given.get("faults", ()))),
        token=given.get("token", ""),
    )


def _reshapes(given: Mapping[str, Any]) -> Iterator[Reshape]:
    return (make(given[name]) for name, make in RESHAPES.items() if name in given)
