"""Finds rules that never get a request, because a rule before them takes it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.oifde.operations import OPERATIONS
from oifde_simulator.rules.conditions.certificate_conditions import PART as CERTIFICATE
from oifde_simulator.rules.conditions.certificate_conditions import implied_fields
from oifde_simulator.rules.conditions.matching import Condition
from oifde_simulator.rules.conditions.networks import covers, networks
from oifde_simulator.rules.rule import Rule
from oifde_simulator.scenario.lint.answers.also import could_go_along
from oifde_simulator.scenario.lint.conditions.match import fields
from oifde_simulator.scenario.lint.finding import Finding, Source
from oifde_simulator.scenario.lint.warnings.certainty import does_the_same, is_certain, may_act, same_as

Place = tuple[str, str]
"""Part of a call and name of a field in it."""
ENDPOINT: Place = ("endpoint", "")
TYPES = ("request", "response")
"""Parts whose fields the contract knows."""
MOST_COMPARED = 100
"""Number of rules without limits with which a later one is compared: a file may have very many."""


def warnings(given: Sequence[Mapping[str, Any]], rules: Sequence[Rule], source: Source) -> Iterator[Finding]:
    """Find shadowed rules; `given` and `rules` are the same rules, as written and as built."""
    early: list[Cover] = []
    windowed: list[Cover] = []
    for place, rule in enumerate(rules):
        if rule.also or rule.only_lasts:  # it takes nothing from others, and nothing takes from it
            continue
        late = Scope.of(given[place])
        implied = late.with_endpoint()
        cover = next((each for each in (*early, *windowed) if each.scope.covers(implied)), None)
        if cover is not None:
            before = f"{cover.name} {source.line(('rules', cover.place))}"
            taken = f"{cover.taken(late)}{cover.rest(given[place], implied)}"
            message = f"can never fire: {before} takes {taken}{cover.advice}"
            yield Finding(("rules", place), message)
        always = rule.window is None or rule.window.always_open
        covers = early if always else windowed
        if len(covers) < MOST_COMPARED and place + 1 < len(rules) and takes_its_turn(rule):
            certain = is_certain(given[place], rule)
            if certain or may_act(given[place]):
                scope = replace(late, window=None) if always else late
                covers.append(Cover(place, rule.name, given[place], scope, certain))


@dataclass(frozen=True, slots=True)
class Cover:
    """A rule without limits but a window, which takes all requests in its scope that it can change."""

    place: int
    name: str
    given: Mapping[str, Any]
    scope: Scope
    certain: bool
    """True if it changes every answer."""

    @property
    def advice(self) -> str:
        """Say how both can have the request, where the first one only delays it or sets headers."""
        return "; with also: true it leaves the request to others" if could_go_along(self.given) else ""

    def taken(self, late: Scope) -> str:
        """Name the requests of a later rule that this one takes."""
        endpoint = self.given.get("match", {}).get("endpoint")
        if endpoint and ENDPOINT not in late.conditions:
            names = " and ".join(name for _, name in _owned(late, endpoint))
            return f"all requests of {endpoint} before it, and no others have {names}"
        return f"{'all that it is about' if self.given.get('match') else 'every request'} before it"

    def rest(self, late: Mapping[str, Any], scope: Scope) -> str:
        """Name the requests that are left to a later rule; empty where there are none."""
        if does_the_same(self.given, late):
            return ""
        if not self.certain:
            return ", but where it changes nothing"
        wanted = scope.conditions.get(("response", "errorCode"), True)
        same = [each.name for each in same_as(self.given) if Condition(wanted).accepts(each.code)]
        return f", but where the honest answer is {' or '.join(same)} already" if same else ""


def takes_its_turn(rule: Rule) -> bool:
    """Tell whether each request in a rule's scope is its turn; keys that only count are no limit."""
    limits = rule.limits
    return (
        not limits.after
        and limits.every == 1
        and limits.probability == 1
        and limits.times is None
        and not (limits.over and limits.over.limit)
        and limits.in_flight is None
        and limits.distinct is None
    )


@dataclass(frozen=True, slots=True)
class Scope:
    """The requests that a rule is about, and the state and the window in which it is asked."""

    conditions: Mapping[Place, Any]
    """Conditions by part of the call and field; the endpoint is a part without fields."""
    state: str | None = None
    per: Sequence[str] | None = None
    window: Mapping[str, Any] | None = None
    """Window as the scenario writes it; None where it is always open."""

    @classmethod
    def of(cls, rule: Mapping[str, Any]) -> Scope:
        """Read the scope of a rule as a scenario writes it."""
        match = rule.get("match", {})
        wanted = {ENDPOINT: match["endpoint"]} if "endpoint" in match else {}
        wanted |= {
            (part, name.lower() if part == "headers" else name): each
            for part in ("request", "headers", "response")
            for name, each in match.get(part, {}).items()
        }
        wanted |= {("client", ""): match["client"]} if "client" in match else {}
        wanted |= {("connection", name): each for name, each in match.get("connection", {}).items()}
        wanted |= {(CERTIFICATE, name): each for name, each in implied_fields(match).items()}
        # Conditions that are quickly compared come first.
        conditions = dict(sorted(wanted.items(), key=lambda item: isinstance(item[1], Mapping)))
        return cls(conditions, rule.get("state", {}).get("is"), rule.get("per"), rule.get("window"))

    def with_endpoint(self) -> Scope:
        """Add the one endpoint that has all fields of the conditions, where they name none themselves."""
        if ENDPOINT in self.conditions:
            return self
        owners = [each.name for each in OPERATIONS if len(_owned(self, each.name)) == len(_wanted(self))]
        if len(owners) != 1:
            return self
        return replace(self, conditions={ENDPOINT: owners[0], **self.conditions})

    def covers(self, late: Scope) -> bool:
        """Tell whether every request in `late` is in this scope; False where that is hard to say."""
        if self.state is not None and (self.state, self.per) != (late.state, late.per):
            return False
        if self.window is not None and self.window != late.window:
            return False
        return all(
            place in late.conditions and IMPLIES.get(place[0], _implies)(late.conditions[place], wide)
            for place, wide in self.conditions.items()
        )


def _wanted(scope: Scope) -> list[Place]:
    """List the fields of requests and answers that have to be there."""
    return [place for place, each in scope.conditions.items() if place[0] in TYPES and each is not False]


def _owned(scope: Scope, endpoint: str) -> list[Place]:
    """List those fields that an endpoint has, but for those that all have."""
    return [(part, name) for part, name in _wanted(scope) if name in fields(part, endpoint)]


def _implies(narrow: Any, wide: Any) -> bool:
    """Tell whether each value that fits `narrow` fits `wide`; False where that is hard to say."""
    if narrow == wide and type(narrow) is type(wide):
        return True
    if narrow is False or wide is False or narrow is True:
        return False
    if wide is True:
        return True
    if not isinstance(wide, Mapping) and not isinstance(narrow, Mapping):
        return False
    values = _values(narrow)
    if values is not None:
        return all(map(Condition(wide).accepts, values))
    return isinstance(wide, Mapping) and all(
        keyword in narrow and COMPARED.get(keyword, _never)(narrow[keyword], each)
        for keyword, each in wide.items()
    )


def _implies_client(narrow: Any, wide: Any) -> bool:
    return covers(networks(wide), networks(narrow))


IMPLIES: Mapping[str, Callable[[Any, Any], bool]] = {"client": _implies_client}
"""Tests for parts whose conditions are no scalars and no JSON Schemas."""


def _never(_narrow: Any, _wide: Any) -> bool:
    return False


def _same(narrow: Any, wide: Any) -> bool:
    return json.dumps(narrow, sort_keys=True) == json.dumps(wide, sort_keys=True)


def _at_least(narrow: Any, wide: Any) -> bool:
    return bool(narrow >= wide)


def _at_most(narrow: Any, wide: Any) -> bool:
    return bool(narrow <= wide)


COMPARED: Mapping[str, Callable[[Any, Any], bool]] = {
    **dict.fromkeys(("type", "pattern", "format", "not", "multipleOf"), _same),
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength"), _at_least),
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength"), _at_most),
}
"""Keywords that stand for themselves: the narrow value accepts less, or as much, as the wide one."""


def _values(condition: Any) -> Sequence[Any] | None:
    """List the only values that can fit a condition; None where there are many."""
    if not isinstance(condition, Mapping):
        return [condition]
    if "const" in condition:
        return [condition["const"]]
    return condition.get("enum")
