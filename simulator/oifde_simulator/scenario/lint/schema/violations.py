"""Explains violations of the scenario schema to the person who wrote the file.

The schema's own keys help: `x-fix` is advice, `x-expected` names a quantity, `x-noun` names a kind of key,
`x-main` and `x-needs` belong to faults.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from oifde_simulator.json_schema.schema import Violation
from oifde_simulator.scenario.lint.finding import Finding, Source
from oifde_simulator.scenario.lint.schema import (
    bare_faults,
    error_names,
    operations,
    single_values,
    unknown_keys,
)
from oifde_simulator.scenario.lint.schema.fixes import (
    exact_fix,
    meant,
    mistaken_letters,
    suggested_fix,
    tidied,
)
from oifde_simulator.scenario.lint.schema.guesses import without_guessed
from oifde_simulator.scenario.lint.schema.short_forms import endpoint, short_form
from oifde_simulator.scenario.lint.schema.signs import sign_fix
from oifde_simulator.scenario.lint.schema.times import time_fix
from oifde_simulator.scenario.lint.schema.wording import (
    LONGEST_CHOICE,
    as_json,
    choices,
    found,
    listed,
    unquoted,
)
from oifde_simulator.scenario.yaml import confusables
from oifde_simulator.text import did_you_mean, shown

NOUNS = {
    "faults": "fault",
    "patch": "operation",
    "one_of": "outcome",
    "per": "field",
    "days": "day",
    "client": "address",
}
"""Names of the items of lists."""
OPERATIONS = {
    "duplicate": "repeat", "multiply": "scale", "divide": "scale", "delete": "remove", "set": "replace",
    "update": "replace", "insert": "add", "rename": "move", "truncate": "cut", "pad": "fill",
}  # fmt: skip
"""Other words for the operations of a patch."""
OTHER_VALUES = {
    **dict.fromkeys((("order", word) for word in ("desc", "descending", "latest", "newest-first")), "newest"),
    **dict.fromkeys((("order", word) for word in ("asc", "ascending", "earliest", "oldest-first")), "oldest"),
    ("channels", "mono"): "1",
    ("channels", "stereo"): "2",
}
"""Values by their key and another word for them."""
PERCENT = re.compile(r"[1-9][0-9]?(\.[0-9]{1,9})?|100")
"""Number above 1 that may be percent."""
COMMAS = "，﹐、；"
"""Characters that look like a comma, or stand for one in other scripts."""
TYPES = {
    "string": "a string",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": 'a mapping of "key: value" lines',
    "null": "null",
}
"""JSON types in words."""


def lint(violations: Iterable[Violation], source: Source) -> Iterator[Finding]:
    """Explain violations of the scenario schema; of several at one place, those of the type only.

    Of a text that is too short it is not said beside that it has no pattern.
    """
    violations = list(without_guessed(violations))
    for finding, items in operations.scattered(violations):
        yield finding
        violations = [each for each in violations if each.path[: len(finding.path) + 1] not in items]
    mistyped = {violation.path for violation in violations if violation.keyword == "type"}
    unindented = {path for violation in violations for path, _ in unknown_keys.below_empty(violation)}
    short = {violation.path for violation in violations if violation.keyword == "minLength"}
    for violation in violations:
        if violation.keyword == "pattern" and violation.path in short:
            continue
        if violation.keyword == "type" and violation.path in unindented:
            continue  # it is told of the lines that belong below it
        if violation.keyword == "type" or violation.path not in mistyped:
            yield from _explained(violation, source)


def _explained(violation: Violation, source: Source) -> Iterator[Finding]:
    if violation.keyword in ("additionalProperties", "required") and (finding := operations.lone(violation)):
        yield from finding
    elif violation.keyword == "additionalProperties":
        yield from _unknown_keys(violation)
    elif violation.keyword == "required":
        yield from _missing_keys(violation)
    else:
        text = source.text(violation.path)
        message = bare_faults.message(violation, text) or _message(violation, text)
        yield Finding(violation.path, message)


def _message(violation: Violation, text: str) -> str:
    if violation.keyword not in ("pattern", "type"):
        return MESSAGES.get(violation.keyword, _not_allowed)(violation, text)
    given = found(violation.found, text)
    if spelling := tidied(violation.found, violation.schema):
        expected = violation.schema.get("x-expected", "") or (
            _types_in_words(violation) if spelling.note and violation.keyword == "type" else ""
        )
        before = f"expected {expected}, " if expected else ""
        return f"{before}found {given}{spelling.note}; write {spelling.written}"
    letters = mistaken_letters(violation.found, violation.schema)
    return MESSAGES[violation.keyword](violation, text).replace(
        f"found {given}", f"found {given}{letters}", 1
    )


def _unknown_keys(violation: Violation) -> Iterator[Finding]:
    known = violation.schema.get("properties", {})
    noun = violation.schema.get("x-noun", "key")
    below = {key: path[-1] for path, key in unknown_keys.below_empty(violation)}
    for key in violation.found:
        if key not in known and not unknown_keys.is_free(key, violation.schema):
            place = (*violation.path, key)
            text = bare_faults.fix(violation) or unknown_keys.hint(
                key, violation.found[key], violation.path, known
            )
            if key in below:
                text = (
                    f"; it belongs into {below[key]}, which is empty: indent this line more than {below[key]}"
                )
            yield Finding(violation.path, f"unknown {noun} {shown(key)}{text}", place, on_key=True)


def _missing_keys(violation: Violation) -> Iterator[Finding]:
    for key in violation.expected:
        if key not in violation.found:
            examples = violation.schema.get("properties", {}).get(key, {}).get("examples", [])
            example = f", such as: {key}: {as_json(examples[0])}" if examples else ""
            yield Finding((*violation.path, key), f"missing; add it{example}", violation.path)


def _type(violation: Violation, text: str) -> str:
    value, schema = violation.found, violation.schema
    if value is None and "x-main" in schema:
        return f"needs a value, such as {unquoted(schema['examples'][0])}; {schema['x-fix']}"
    if "x-main" in schema and not isinstance(value, dict | list):
        return f"found {found(value, text)}; {schema['x-fix']}"  # a fault's settings are too much for a line
    expected = violation.expected if isinstance(violation.expected, list) else [violation.expected]
    words = _types_in_words(violation)
    if len(expected) > 1:
        words = schema.get("x-expected", words)
    if (
        isinstance(value, str)
        and value[-1:] in (",", ";")
        and value[:-1].strip()
        and not {"string", "array", "object"} & set(expected)
    ):
        return f"expected {words}, found {found(value, text)}; no {value[-1]} ends a line: write {value[:-1]}"
    exact = (
        exact_fix(violation.path, value)
        or _single(violation)
        or meant(value, schema)
        or short_form(violation.path, value)
    )
    fix = f"; {exact}" if exact else _fix(violation, suggested_fix(expected, value, text))
    return f"expected {words}, found {found(value, text)}{fix}"


def _single(violation: Violation) -> str:
    """Suggest a value for a list that stands in its place; empty for any other value, and for secrets."""
    path, value = violation.path, violation.found
    if not isinstance(value, list) or path[-1:] in [(key,) for key in unknown_keys.SECRETS]:
        return ""
    return single_values.fix(path, value, violation.schema)


def _types_in_words(violation: Violation) -> str:
    expected = violation.expected if isinstance(violation.expected, list) else [violation.expected]
    return " or ".join(TYPES[name] for name in expected)


def _enum(violation: Violation, text: str) -> str:
    allowed, value = violation.expected, violation.found
    if "x-needs" in violation.schema and isinstance(value, str):
        return _name(value, allowed, violation.schema)
    single = _single(violation)
    if violation.path[-1:] == ("error",):
        return f"expected one error, found a list; {single}" if single else error_names.explained(value)
    names = [each for each in allowed if isinstance(each, str)]
    near = did_you_mean(value, names) if isinstance(value, str) else ""
    if other := OTHER_VALUES.get((str(violation.path[-1]), str(value).lower())):
        near = f"; write {other}"
    if violation.path[-1:] == ("op",) and isinstance(value, str) and value in OPERATIONS:
        near = f'; did you mean "{OPERATIONS[value]}"?'
    if near and len(allowed) > LONGEST_CHOICE:
        return f"{found(value, text)} is none of the {len(allowed)} that are known here{near}"
    if violation.path[-2:] == ("match", "endpoint") and isinstance(value, str):
        near = near or (f"; {name}" if (name := endpoint(value)) else "")
    fix = near or _fix(violation, single)
    return f"expected {choices(allowed)}, found {found(value, text)}{fix}"


def _name(written: str, allowed: Sequence[str], schema: Mapping[str, Any]) -> str:
    """Explain a name that is unknown, or that needs a value beside it."""
    if example := schema["x-needs"].get(written):
        return f"{written} needs a value, such as {{{written}: {unquoted(example)}}}"
    known = [*allowed, *schema["x-needs"]]
    if slip := unknown_keys.slipped(written):
        return f"expected a fault, found {shown(written)}; {slip}"
    if comma := next((each for each in written if each in COMMAS), ""):
        fix = f"{confusables.name(comma)} separates nothing: write a comma and a space"
        return f"expected a fault, found {shown(written)}; {fix}"
    near = unknown_keys.other_fault(written) or did_you_mean(written, known) or listed(known)
    return f"unknown {schema['x-noun']} {shown(written)}{near}"


def _const(violation: Violation, text: str) -> str:
    expected = as_json(violation.expected)
    return f"expected {expected}, found {found(violation.found, text)}{_fix(violation)}"


def _bound(words: str, fix: str) -> Callable[[Violation, str], str]:
    def write(violation: Violation, text: str) -> str:
        given, bound = violation.found, violation.expected
        percent = bound == 1 and violation.schema.get("x-quantity") == "share" and PERCENT.fullmatch(text)
        percentage = f"; if it is percent, write {text}%" if percent else ""
        advice = _fix(violation, fix.format(bound)).replace("; ", "; else " if percent else "; ", 1)
        return f"expected {words} {bound}, found {found(given, text)}{percentage}{advice}"

    return write


def _length(violation: Violation, text: str) -> str:
    least = violation.expected
    words = "text that is not empty" if least == 1 else f"at least {least} characters"
    return f"expected {words}, found {found(violation.found, text)}{_fix(violation)}"


def _most_characters(violation: Violation, text: str) -> str:
    long = f"{len(violation.found):,} characters: {found(violation.found, text)}"
    return f"expected at most {violation.expected} characters, found {long}{_fix(violation)}"


def _empty(violation: Violation, _text: str) -> str:
    """Explain a list or mapping with nothing in it."""
    name = str(violation.path[-1]) if violation.path else "it"
    noun = NOUNS.get(name, "key" if violation.keyword == "minProperties" else "item")
    what = "mapping" if violation.keyword == "minProperties" else "list"
    fix = _fix(violation)
    return f"{name} needs at least one {noun}, found an empty {what}{fix}; for none leave {name} out"


def _most_items(violation: Violation, _text: str) -> str:
    """Explain a list that is too long."""
    return f"expected at most {violation.expected} items, found {len(violation.found)}{_fix(violation)}"


def _pattern(violation: Violation, text: str) -> str:
    """Name the expected quantity, where the schema does."""
    if "x-expected" not in violation.schema:
        return _not_allowed(violation, text)
    path, value, schema = violation.path, violation.found, violation.schema
    exact = meant(value, schema) or sign_fix(path, value, schema) or time_fix(path, value)
    fix = f"; {exact}" if exact else ""
    return f"expected {violation.schema['x-expected']}, found {found(violation.found, text)}{fix}"


def _not_allowed(violation: Violation, text: str) -> str:
    return f"{found(violation.found, text)} is not allowed here{_fix(violation)}"


MESSAGES: Mapping[str, Callable[[Violation, str], str]] = {
    "type": _type,
    "enum": _enum,
    "const": _const,
    "minimum": _bound("at least", "write {} or more"),
    "maximum": _bound("at most", "write {} or less"),
    "minLength": _length,
    "maxLength": _most_characters,
    "minItems": _empty,
    "maxItems": _most_items,
    "minProperties": _empty,
    "pattern": _pattern,
}
"""Writers of messages by the keyword that refused; each takes the violation and the text of the value."""


def _fix(violation: Violation, otherwise: str = "") -> str:
    """Write the schema's own advice for this place, else `otherwise`."""
    advice = violation.schema.get("x-fix", otherwise)
    return f"; {advice}" if advice else ""
