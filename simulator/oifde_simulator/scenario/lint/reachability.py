"""Rules that can never fire, though nothing in them is wrong: told as warnings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from oifde_simulator.model.vendor_errors import ANSWERED
from oifde_simulator.quantities import milliseconds, share
from oifde_simulator.rules.matching import Condition
from oifde_simulator.scenario.errors import Path, ScenarioError
from oifde_simulator.scenario.yaml.node import Node
from oifde_simulator.text import did_you_mean, shown

MOST_COMPARED = 100
"""Rules that always fire with which a later one is compared; a file may have any number of rules."""

Finding = tuple[Path, str]


def warnings(rules: Node, origin: str) -> Iterator[ScenarioError]:
    """What will not happen, of rules that are good."""
    nodes: Sequence[Node] = list(rules.items)  # type: ignore[arg-type]  # the items of a list are nodes
    given: list[Mapping[str, Any]] = rules.value
    greedy: list[tuple[int, Scope]] = []
    for place, rule in enumerate(given):
        scope = Scope.of(rule)
        cover = next((early for early, theirs in greedy if theirs.covers(scope)), None)
        if cover is not None:
            name = given[cover].get("name", f"rule-{cover + 1}")
            what = "all that it is about" if given[cover].get("match") else "every request"
            message = f"can never fire: {name} in line {nodes[cover].line} takes {what} before it"
            yield _warning(nodes[place], origin, ("rules", place), (), message)
        for path, message in (*_idle(rule), *_unanswered(rule), *_stateless(rule, given)):
            yield _warning(nodes[place], origin, ("rules", place), path, message)
        if len(greedy) < MOST_COMPARED and _always(rule):
            greedy.append((place, scope))


def _warning(rule: Node, origin: str, place: Path, path: Path, message: str) -> ScenarioError:
    node = rule.at(path)
    return ScenarioError(origin, node.line, node.column, (*place, *path), message)


# A rule before it takes all


def _always(rule: Mapping[str, Any]) -> bool:
    """Whether it fires for all that it is about, in its state; whatever only counts is no limit."""
    return (
        not rule.get("after")
        and rule.get("every", 1) == 1
        and share(rule.get("probability", 1)) == 1
        and "times" not in rule
        and _ever_open(rule.get("window", {}))
        and not rule.get("over", {}).get("limit")
    )


def _ever_open(window: Mapping[str, str]) -> bool:
    times = {name: milliseconds(text) for name, text in window.items()}
    until = times.get("until")
    return not times.get("from") and (until is None or until >= times.get("repeat", until + 1))


@dataclass(frozen=True, slots=True)
class Scope:
    """What a rule is about: its conditions by their place, and the state in which it is asked."""

    conditions: Mapping[tuple[str, str], Any]
    state: str | None = None
    per: Sequence[str] | None = None

    @classmethod
    def of(cls, rule: Mapping[str, Any]) -> Scope:
        """That of a rule as a scenario writes it."""
        match = rule.get("match", {})
        wanted = {("endpoint", ""): match["endpoint"]} if "endpoint" in match else {}
        wanted |= {
            (part, name.lower() if part == "headers" else name): each
            for part in ("request", "headers", "response")
            for name, each in match.get(part, {}).items()
        }
        # What is quickly compared comes first.
        conditions = dict(sorted(wanted.items(), key=lambda item: isinstance(item[1], Mapping)))
        return cls(conditions, rule.get("state", {}).get("is"), rule.get("per"))

    def covers(self, late: Scope) -> bool:
        """Whether it holds whatever `late` holds; False where that is hard to say."""
        if self.state is not None and (self.state, self.per) != (late.state, late.per):
            return False
        return all(
            place in late.conditions and _implies(late.conditions[place], wide)
            for place, wide in self.conditions.items()
        )


def _implies(narrow: Any, wide: Any) -> bool:
    """Whether each value that fits `narrow` fits `wide`; False where that is hard to say."""
    if narrow == wide and type(narrow) is type(wide):
        return True
    if narrow is False or wide is False or narrow is True:
        return False
    if wide is True:
        return True
    if not isinstance(wide, Mapping) and not isinstance(narrow, Mapping):
        return False
    values = _values(narrow)
    return values is not None and all(map(Condition(wide).accepts, values))


def _values(condition: Any) -> Sequence[Any] | None:
    """The only values that can fit; None where there are many."""
    if not isinstance(condition, Mapping):
        return [condition]
    if "const" in condition:
        return [condition["const"]]
    return condition.get("enum")


# Nothing leads to it


def _idle(rule: Mapping[str, Any]) -> Iterator[Finding]:
    if "probability" in rule and share(rule["probability"]) == 0:
        yield ("probability",), "can never fire: its probability is 0; remove the rule, or give it a chance"
    for place, outcome in enumerate(rule.get("one_of", ())):
        if outcome.get("weight", 1) == 0:
            yield ("one_of", place, "weight"), "can never be drawn: its weight is 0"
    window = rule.get("window", {})
    times = {name: milliseconds(text) for name, text in window.items()}
    if "repeat" in times and times.get("until", 0) > times["repeat"]:
        yield ("window", "until"), f"is never reached: a round ends after {window['repeat']}"
    if window.keys() == {"repeat"}:
        yield ("window",), "is always open: repeat alone says nothing; add from or until"


def _unanswered(rule: Mapping[str, Any]) -> Iterator[Finding]:
    """A condition on an errorCode that the service answers with to nobody."""
    wanted = rule.get("match", {}).get("response", {}).get("errorCode")
    if wanted is None or isinstance(wanted, bool):
        return
    codes = [0, *sorted(error.code for error in ANSWERED)]
    if not any(map(Condition(wanted).accepts, codes)):
        there = ", ".join(map(str, codes))
        message = f"can never fire: no honest answer has the errorCode {shown(wanted)}; they have {there}"
        yield ("match", "response", "errorCode"), message


def _stateless(rule: Mapping[str, Any], rules: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    wanted = rule.get("state", {}).get("is", "start")
    if wanted == "start":
        return
    leading = [each for each in rules if _leads_to(each, wanted)]
    if not leading:
        states = [each["state"]["becomes"] for each in rules if "becomes" in each.get("state", {})]
        hint = did_you_mean(wanted, ["start", *states])
        yield ("state", "is"), f"can never fire: no rule leads to the state {shown(wanted)}{hint}"
    elif all(each.get("per") != rule.get("per") for each in leading):
        name = leading[0].get("name", f"rule-{rules.index(leading[0]) + 1}")
        message = (
            f"can never fire: {name} leads to the state {shown(wanted)} under another per; write the same"
        )
        yield ("state", "is"), message


def _leads_to(rule: Mapping[str, Any], state: str) -> bool:
    own = rule.get("state", {})
    return bool(own.get("becomes") == state and own.get("is") != state)
