"""Builds rules from the `rules` of a file, which have been checked and hold no mistake."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, time, tzinfo
from hashlib import sha256
from typing import Any

from oifde_simulator import faults
from oifde_simulator.model.turn import START, Distinct, Lasting, Limits, Rate
from oifde_simulator.quantities import milliseconds, share
from oifde_simulator.randomness import key
from oifde_simulator.rules.answers.headers import SetHeaders
from oifde_simulator.rules.answers.pagination import Rows
from oifde_simulator.rules.answers.patch import Patch
from oifde_simulator.rules.answers.recording import Recording
from oifde_simulator.rules.answers.respond import Respond
from oifde_simulator.rules.conditions.daily_window import (
    DAY,
    EVERY_DAY,
    LONGEST,
    DailyWindow,
    time_of_day,
    weekdays,
)
from oifde_simulator.rules.conditions.matching import Matcher
from oifde_simulator.rules.conditions.triggers import Opening, Window
from oifde_simulator.rules.rule import Action, Reshape, Rule

RESHAPES: Mapping[str, Callable[[Any], Reshape]] = {
    "respond": Respond.of,
    "rows": Rows.of,
    "recording": Recording,
    "patch": Patch.of,
    "headers": SetHeaders.of,
}
"""Makers of the actions that change the answer, in the order in which they do."""
DEFAULT_WEIGHT = 1.0
"""Weight of an outcome that names none."""


def rules(given: Sequence[Mapping[str, Any]], zone: tzinfo = UTC) -> tuple[Rule, ...]:
    """Build rules in the order of the file; times of day are those of `zone`."""
    return tuple(_rule(each, place, zone) for place, each in enumerate(given))


def rule_name(given: Mapping[str, Any], place: int) -> str:
    """Name a rule: its own name, else `rule-` and its place in the file, counted from 1."""
    return str(given.get("name", f"rule-{place + 1}"))


def weight(outcome: Mapping[str, Any]) -> float:
    """Read the weight of one outcome of `one_of`."""
    return float(outcome.get("weight", DEFAULT_WEIGHT))


def _rule(given: Mapping[str, Any], place: int, zone: tzinfo) -> Rule:
    named: dict[str, Any] = {name: read(given[name]) for name, read in PARTS.items() if name in given}
    return Rule(
        name=rule_name(given, place),
        matcher=Matcher(given.get("match", {})),
        window=window(given["window"], zone) if "window" in given else None,
        limits=_limits(given),
        becomes=given.get("state", {}).get("becomes"),
        day=midnights(zone) if given.get("over", {}).get("window") == DAY else None,
        lasts=lasting(given.get("state", {})),
        actions=_actions(given),
        definition=key(json.dumps(given, sort_keys=True, default=_digest)).hex(),
        **named,
    )


def _digest(value: Any) -> str:
    """Stand for the bytes of a file in the definition of a rule."""
    return sha256(value).hexdigest() if isinstance(value, bytes) else str(value)


def _limits(given: Mapping[str, Any]) -> Limits:
    named: dict[str, Any] = {name: read(given[name]) for name, read in LIMITS.items() if name in given}
    for name, read in FORMS.items():
        if name in given:
            named |= read(given[name])
    return Limits(state_is=given.get("state", {}).get("is"), **named)


def daily_window(given: Mapping[str, Any], zone: tzinfo) -> DailyWindow:
    """Build a window with `at`, a time of day of `zone`."""
    days = frozenset[int]().union(*(weekdays(each) or () for each in given.get("days", ())))
    return DailyWindow(time_of_day(given["at"]), milliseconds(given["for"]), days or EVERY_DAY, zone)


def window(given: Mapping[str, Any], zone: tzinfo) -> Opening:
    """Build a window; a time of day is that of `zone`."""
    if "at" in given:
        return daily_window(given, zone)
    times = {name: milliseconds(text) for name, text in given.items()}
    return Window(**{"start" if name == "from" else name: time for name, time in times.items()})


def lasting(state: Mapping[str, Any]) -> Lasting | None:
    """Read how long a state lasts; None where the rule does not say."""
    if "for" not in state:
        return None
    return Lasting(milliseconds(state["for"]), state.get("then", START))


def rate_window(text: str) -> int:
    """Read the window of a rate in milliseconds; that of a day is about 24 hours."""
    return LONGEST if text == DAY else milliseconds(text)


def midnights(zone: tzinfo) -> DailyWindow:
    """Build the window that opens at each midnight of a zone."""
    return DailyWindow(time(), LONGEST, EVERY_DAY, zone)


def _over(given: Mapping[str, Any]) -> dict[str, Any]:
    if "in_flight" in given:
        return {"in_flight": given["in_flight"]}
    return {"over": Rate(**{**given, "window": rate_window(given["window"])})}


def _after(given: int | Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(given, Mapping):
        return {"distinct": Distinct(given["distinct"], given["count"])}
    return {"after": given}


def _unchanged(given: int) -> int:
    return given


PARTS: Mapping[str, Callable[[Any], Any]] = {"per": tuple, "also": bool}
"""Readers of keys that have a default in `Rule`."""
LIMITS: Mapping[str, Callable[[Any], Any]] = {
    "every": _unchanged,
    "probability": share,
    "times": _unchanged,
}
"""Readers of the keys that limit how often a rule fires, and have one form."""
FORMS: Mapping[str, Callable[[Any], dict[str, Any]]] = {"over": _over, "after": _after}
"""Readers of such keys that have two forms, each with a limit of its own."""


def _actions(given: Mapping[str, Any]) -> tuple[tuple[Action, float], ...]:
    if "one_of" in given:
        return tuple((_action(each), weight(each)) for each in given["one_of"])
    return ((_action(given), DEFAULT_WEIGHT),)


def _action(given: Mapping[str, Any]) -> Action:
    token = {"token": given["token"]} if "token" in given else {}
    return Action(
        reshapes=tuple(_reshapes(given)),
        faults=tuple(map(faults.build, given.get("faults", ()))),
        **token,
    )


def _reshapes(given: Mapping[str, Any]) -> Iterator[Reshape]:
    return (make(given[name]) for name, make in RESHAPES.items() if name in given)
