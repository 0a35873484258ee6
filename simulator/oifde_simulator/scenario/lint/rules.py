"""What the schema cannot say of `rules`: rules that cannot apply."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import Any

from oifde_simulator import faults
from oifde_simulator.model.http import Request, Response
from oifde_simulator.quantities import milliseconds
from oifde_simulator.randomness import KeyedRandom
from oifde_simulator.scenario.errors import ScenarioError
from oifde_simulator.scenario.lint import match
from oifde_simulator.scenario.lint import respond as respond_lapses
from oifde_simulator.scenario.lint.pitfalls import nonsense
from oifde_simulator.scenario.yaml.node import Node
from oifde_simulator.text import did_you_mean, shown

DEEDS = ("respond", "patch", "rows", "token", "faults", "one_of")

Path = tuple[str | int, ...]
Finding = tuple[Node, Path, str]


def lapses(rules: Node, origin: str, spoiled: Container[int | str] = ()) -> Iterator[ScenarioError]:
    """The mistakes below `rules`, but for those whose shape is known to be wrong already."""
    names: dict[str, int] = {}
    for place, rule in enumerate(_items(rules)):
        if place in spoiled:
            continue
        for node, path, message in _of_rule(rule):
            yield ScenarioError(origin, node.line, node.column, ("rules", place, *path), message)
        name = rule.value.get("name", f"rule-{place + 1}")
        if name in names:
            node = rule.at(("name",)) if "name" in rule.value else rule
            message = f"the name {shown(name)} is taken {_place(names[name])}; choose another"
            yield ScenarioError(origin, node.line, node.column, ("rules", place, "name"), message)
        names.setdefault(name, rule.line)


def _place(line: int) -> str:
    return f"in line {line}" if line else "above"  # what comes as JSON has no lines


def _of_rule(rule: Node) -> Iterator[Finding]:
    given = rule.value
    fields = match.fields("request", given.get("match", {}).get("endpoint"))
    if not any(deed in given for deed in DEEDS) and "becomes" not in given.get("state", {}):
        yield rule, (), f"does nothing; give it one of {', '.join(DEEDS)}"
    if "one_of" in given and (others := [deed for deed in DEEDS[:-1] if deed in given]):
        yield rule, (), f"one_of and {others[0]} exclude each other; put {others[0]} into each of one_of"
    yield from nonsense(rule)
    yield from match.lapses(rule)
    yield from _per(rule, fields)
    wrong = list(_durations(rule))
    yield from wrong or _window(rule)
    if "one_of" in given and not any(each.get("weight", 1) for each in given["one_of"]):
        yield rule.at(("one_of",)), ("one_of",), "the weights add up to 0; give at least one a weight"
    for outcome in ((), *(("one_of", n) for n in range(len(given.get("one_of", ()))))):
        respond = (*outcome, "respond")
        yield from respond_lapses.lapses(rule, respond, _below(rule, respond) or {"status": 200})
        wrong = list(_faults(rule, (*outcome, "faults")))
        yield from wrong or _idle_faults(rule, outcome)


def _per(rule: Node, fields: Mapping[str, Any]) -> Iterator[Finding]:
    for place, name in enumerate(rule.value.get("per", ())):
        if name not in fields:
            path = ("per", place)
            yield (
                rule.at(path),
                path,
                f"no field of this request is called {shown(name)}{did_you_mean(name, fields)}",
            )


def _durations(rule: Node) -> Iterator[Finding]:
    outcomes = [("one_of", place) for place in range(len(rule.value.get("one_of", ())))]
    places: list[Path] = [("window", "from"), ("window", "until"), ("window", "repeat"), ("over", "window")]
    for path in [*places, ("rows", "late"), *((*outcome, "rows", "late") for outcome in outcomes)]:
        text = _below(rule, path)
        try:
            milliseconds(text or "0s")
        except ValueError as error:
            yield rule.at(path), path, str(error)


def _window(rule: Node) -> Iterator[Finding]:
    window = rule.value.get("window", {})
    times = {name: milliseconds(window[name]) for name in ("from", "until", "repeat") if name in window}
    if "until" in times and times["until"] <= times.get("from", 0):
        yield (
            rule.at(("window", "until")),
            ("window", "until"),
            "closes before it opens; make it later than from",
        )
    if "repeat" in times and times["repeat"] <= times.get("from", 0):
        path = ("window", "repeat")
        yield rule.at(path), path, "the round is over before the window opens; make it longer than from"
    if "over" in rule.value and milliseconds(rule.value["over"]["window"]) == 0:
        yield rule.at(("over", "window")), ("over", "window"), "has no length; write a duration such as 1s"


def _faults(rule: Node, path: Path) -> Iterator[Finding]:
    for place, given in enumerate(_below(rule, path) or ()):
        try:
            faults.build(given)
        except faults.FaultError as error:
            where = (*path, place)
            yield rule.at(where), (*where, *error.path), error.message


def _idle_faults(rule: Node, outcome: Path) -> Iterator[Finding]:
    """Faults that would find nothing to spoil, since the rule answers without a body."""
    respond, given = _below(rule, (*outcome, "respond")), _below(rule, (*outcome, "faults"))
    if not given or not respond or respond.keys() & set(respond_lapses.BODIES):
        return
    script = Response(503, b"").script(Request("POST", "/", {}), 0)
    for place, item in enumerate(given):
        fault = faults.build(item)
        if fault.rewrite(script, KeyedRandom(b"check"), 0.0) == script:
            path = (*outcome, "faults", place)
            yield rule.at(path), path, f"{faults.name(fault)} has nothing to spoil: this answer has no body"


def _below(rule: Node, path: Path) -> Any:
    given: Any = rule.value
    for step in path:
        given = given.get(step) if isinstance(given, dict) else given[step]
        if given is None:
            return None
    return given


def _items(node: Node) -> list[Node]:
    return list(node.items)  # type: ignore[arg-type]  # the items of a list are nodes
