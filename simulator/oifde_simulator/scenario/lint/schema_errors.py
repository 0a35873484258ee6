"""A breach of the scenario schema, told to the person who wrote the file: where, what, how to mend it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from oifde_simulator.json_schema.schema import Violation
from oifde_simulator.scenario.errors import Path, ScenarioError
from oifde_simulator.scenario.lint.fixes import mended
from oifde_simulator.scenario.yaml.node import Node
from oifde_simulator.text import did_you_mean, shown

TYPES = {
    "string": "a string",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": 'a mapping of "key: value" lines',
    "null": "null",
}

LONGEST_CHOICE = 8
"""Values to choose from that a message names."""

Finding = tuple[Node, Path, str]
"""The node to point at, the path to name, and what to say."""


def explain(
    violation: Violation, root: Node, origin: str, document: Mapping[str, Any]
) -> Iterator[ScenarioError]:
    """The located errors that one violation of the schema `document` amounts to."""
    node = root.at(violation.path)
    if violation.keyword == "additionalProperties":
        findings = _unknown_keys(violation, node, document)
    elif violation.keyword == "required":
        findings = _missing_keys(violation, node)
    else:
        say = SAYINGS.get(violation.keyword, _otherwise)
        findings = iter([(node, violation.path, say(violation, node))])
    for place, path, message in findings:
        yield ScenarioError(origin, place.line, place.column, path, message)


def _unknown_keys(violation: Violation, node: Node, document: Mapping[str, Any]) -> Iterator[Finding]:
    known = violation.schema.get("properties", {})
    for key, place in node.keys.items():
        if key not in known:
            hint = did_you_mean(key, known) or _home(key, document) or _listed(known)
            noun = violation.schema.get("x-noun", "key")
            yield place, violation.path, f"unknown {noun} {shown(key)}{hint}"


def _home(key: str, document: Mapping[str, Any]) -> str:
    """Where else a key that is unknown here would be at home."""
    if key in document["properties"]:
        return "; it belongs at the beginning of a line, inside no other key"
    homes = [name for name, inside in document["properties"].items() if key in inside.get("properties", {})]
    return f'; it belongs inside "{homes[0]}"' if homes else ""


def _missing_keys(violation: Violation, node: Node) -> Iterator[Finding]:
    for key in violation.expected:
        if key not in violation.found:
            examples = violation.schema.get("properties", {}).get(key, {}).get("examples", [])
            example = f", such as: {key}: {_one_line(examples[0])}" if examples else ""
            yield node, (*violation.path, key), f"missing; add it{example}"


def _type(violation: Violation, node: Node) -> str:
    if node.value is None and "x-main" in violation.schema:
        return f"needs a value, such as {_bare(violation.schema['examples'][0])}; {violation.schema['x-fix']}"
    expected = violation.expected if isinstance(violation.expected, list) else [violation.expected]
    if "x-main" in violation.schema and not isinstance(node.value, dict | list):
        return f"found {_found(node)}; {violation.schema['x-fix']}"  # what its settings are is too much here
    words = " or ".join(TYPES[name] for name in expected)
    if len(expected) > 1:
        words = violation.schema.get("x-expected", words)
    return f"expected {words}, found {_found(node)}{_fix(violation, mended(expected, node))}"


def _enum(violation: Violation, node: Node) -> str:
    allowed = violation.expected
    if "x-needs" in violation.schema and isinstance(node.value, str):
        return _name(node.value, allowed, violation.schema)
    names = [value for value in allowed if isinstance(value, str)]
    near = did_you_mean(node.value, names) if isinstance(node.value, str) else ""
    if near and len(allowed) > LONGEST_CHOICE:
        return f"{_found(node)} is none of the {len(allowed)} that are known here{near}"
    return f"expected {_either(allowed)}, found {_found(node)}{near or _fix(violation)}"


def _name(called: str, allowed: Sequence[str], schema: Mapping[str, Any]) -> str:
    """A name that does not stand alone, or that nobody knows."""
    if example := schema["x-needs"].get(called):
        return f"{called} needs a value, such as {{{called}: {_bare(example)}}}"
    known = [*allowed, *schema["x-needs"]]
    return f"unknown {schema['x-noun']} {shown(called)}{did_you_mean(called, known) or _listed(known)}"


def _bare(value: Any) -> str:
    return value if isinstance(value, str) else _one_line(value)


def _listed(known: Iterable[str]) -> str:
    return f"; known here: {', '.join(known)}"


def _either(allowed: Sequence[Any]) -> str:
    """Values to choose from; of many the first."""
    first = [_one_line(value) for value in allowed[:LONGEST_CHOICE]]
    rest = len(allowed) - len(first)
    return f"{', '.join(first)} or one of {rest} more" if rest else " or ".join(first)


def _const(violation: Violation, node: Node) -> str:
    return f"expected {_one_line(violation.expected)}, found {_found(node)}{_fix(violation)}"


def _bound(words: str) -> Callable[[Violation, Node], str]:
    return lambda v, node: f"expected {words} {v.expected}, found {_found(node)}{_fix(v)}"


def _length(violation: Violation, node: Node) -> str:
    what = (
        "text that is not empty" if violation.expected == 1 else f"at least {violation.expected} characters"
    )
    return f"expected {what}, found {_found(node)}{_fix(violation)}"


def _pattern(violation: Violation, node: Node) -> str:
    """Name the expected quantity, where the schema does."""
    if "x-expected" not in violation.schema:
        return _otherwise(violation, node)
    return f"expected {violation.schema['x-expected']}, found {_found(node)}"


def _otherwise(violation: Violation, node: Node) -> str:
    return f"{_found(node)} is not allowed here{_fix(violation)}"


SAYINGS: Mapping[str, Callable[[Violation, Node], str]] = {
    "type": _type,
    "enum": _enum,
    "const": _const,
    "minimum": _bound("at least"),
    "maximum": _bound("at most"),
    "minLength": _length,
    "pattern": _pattern,
}


def _fix(violation: Violation, otherwise: str = "") -> str:
    """The schema's own advice for this place, else ours."""
    advice = violation.schema.get("x-fix", otherwise)
    return f"; {advice}" if advice else ""


def _found(node: Node) -> str:
    """What stands at a node, as a reader of the file would name it."""
    if isinstance(node.value, dict):
        return "a mapping"
    if isinstance(node.value, list):
        return "a list"
    if isinstance(node.value, str):
        return shown(node.value)
    if node.value is None:
        return "nothing (null)"
    return node.text if isinstance(node.value, bool) else f"the number {node.text}"


def _one_line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
