"""Breaches of a schema in words. Rule: a message names place, expectation and finding, and is never long.

A message repeats neither the content of an object or list, which may be credentials, nor a long text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from oifde_simulator.json_schema.schema import Schema, Violation
from oifde_simulator.json_schema.words import expectation, found, types_in_words
from oifde_simulator.text import did_you_mean, dotted, shown
from oifde_simulator.web.control_plane.body.fixes import fix, near_member
from oifde_simulator.web.control_plane.body.shrink import MOST_EXPLAINED, shrink

MOST_MESSAGES = 10
"""Breaches that are described."""
MOST_FOUND = 100
"""Breaches among which those are chosen, the outermost first."""
MOST_NAMES = 5
"""Unknown names of one object that are listed."""
TOO_LARGE = "the body is not what the document says, and too large to say where; send less"


def describe_breaches(value: Any, wanted: Schema) -> list[str]:
    """Describe the breaches of a value that `wanted` refuses, at least one."""
    small = shrink(value, wanted)
    if small.too_long:
        path, most, length = small.too_long
        return [_placed(path, f"expected at most {most} items, found {length}")]
    violations = wanted.explain(small.value, MOST_FOUND) if small.count <= MOST_EXPLAINED else ()
    messages = [_describe(small.placed(violation)) for violation in violations]
    return messages[:MOST_MESSAGES] or [TOO_LARGE]


def _describe(violation: Violation) -> str:
    violation = _closest(violation)
    return _placed(violation.path, f"{_message(violation)}{fix(violation)}")


def _placed(path: tuple[str | int, ...], message: str) -> str:
    place = dotted(path)
    return f"{place}: {message}" if place else message


def _message(violation: Violation) -> str:
    match violation.keyword:
        case "oneOf" | "anyOf" if violation.found == [] and "minItems" in str(violation.expected):
            return "expected at least one item, found an empty list"
        case "oneOf" | "anyOf":
            choices = "; or ".join(filter(None, map(_choice, violation.expected)))
            expected = f"expected {choices or 'another value'}"
            return f"{expected}, found {shown(violation.found)}{near_member(violation)}"
        case "additionalProperties":
            known = [*violation.schema.get("properties", {})]
            names = f"{_unknown_names(violation)}; expected {', '.join(known)}"
            return f"unknown {names}{_hint(violation, known)}"
        case "required":
            return f"expected the member {_missing(violation)}, which is not there; add it"
        case "maxProperties":
            return f"expected at most {violation.expected} members, found {len(violation.found)}"
        case "minItems" | "maxItems":
            return f"expected {expectation(violation)}, found {len(violation.found)}"
        case "type" | "pattern" if _is_text_with_examples(violation.schema):
            return f"expected {_example(violation.schema)}, found {found(violation.found)}"
        case "pattern" | "format" | "not" if "description" in violation.schema:
            return f"expected {_described(violation.schema)}, found {found(violation.found)}"
    return f"expected {expectation(violation)}, found {found(violation.found)}"


def _is_text_with_examples(wanted: Mapping[str, Any]) -> bool:
    return wanted.get("type") == "string" and {"description", "examples"} <= wanted.keys()


def _missing(violation: Violation) -> str:
    return ", ".join(shown(name) for name in violation.expected if name not in violation.found)


def _described(wanted: Mapping[str, Any]) -> str:
    """Write the description of a value as the end of a sentence."""
    what = str(wanted["description"]).rstrip(".")
    return f"{what[0].lower()}{what[1:]}"


def _unknown_names(violation: Violation) -> str:
    """List the first unknown names of an object, and count the rest."""
    names = [name for name in violation.found if name not in violation.schema["properties"]]
    listed = ", ".join(map(shown, names[:MOST_NAMES]))
    return listed if len(names) <= MOST_NAMES else f"{listed} and {len(names) - MOST_NAMES} more"


def _hint(violation: Violation, known: Sequence[str]) -> str:
    """Suggest the known name that is like the first unknown one, or the only one that begins or ends so."""
    first = next(name for name in violation.found if name not in known)
    near = [each for each in known if first and _begins_or_ends(each.lower(), first.lower())]
    return did_you_mean(first, known) or (f'; did you mean "{near[0]}"?' if len(near) == 1 else "")


def _begins_or_ends(name: str, part: str) -> bool:
    return name.startswith(part) or name.endswith(part)


def _closest(violation: Violation) -> Violation:
    """Choose the breach of the one alternative that fits the value's members; else keep the whole breach."""
    found = violation.found
    if not isinstance(found, dict | list):
        return violation
    close = [
        each for each in violation.alternatives if all(len(one.path) > len(violation.path) for one in each)
    ]
    return _closest(close[0][0]) if len(close) == 1 else violation


def _example(wanted: Mapping[str, Any]) -> str:
    """Describe a text by examples, as in `a duration with its unit such as 800ms, 2s or 5m`."""
    *others, last = map(str, wanted["examples"])
    return f"{_described(wanted)} such as {' or '.join(filter(None, (', '.join(others), last)))}"


def _choice(wanted: Any) -> str:
    if "required" in wanted:
        return "{" + ", ".join(f'"{name}": ...' for name in wanted["required"]) + "}"
    if "description" in wanted:
        return str(wanted["description"])
    return types_in_words(wanted["type"]) if "type" in wanted else ""
