"""Explains violations of the scenario schema to the person who wrote the file.

The schema's own keys help: `x-fix` is advice, `x-expected` names a quantity, `x-noun` names a kind of key,
`x-main` and `x-needs` belong to faults.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from oifde_simulator.json_schema.schema import Violation
from oifde_simulator.scenario.lint.finding import Finding, Source
from oifde_simulator.scenario.lint.schema import (
    bare_faults,
    choices_of_values,
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
from oifde_simulator.scenario.lint.schema.short_forms import short_form
from oifde_simulator.scenario.lint.schema.signs import sign_fix
from oifde_simulator.scenario.lint.schema.times import time_fix
from oifde_simulator.scenario.lint.schema.wording import (
    advice,
    as_json,
    found,
    unquoted,
)
from oifde_simulator.text import shown

NOUNS = {
    "faults": "fault",
    "patch": "operation",
    "one_of": "outcome",
    "per": "field",
    "days": "day",
    "client": "address",
}
"""Names of the items of lists."""
PERCENT = re.compile(r"[1-9][0-9]?(\.[0-9]{1,9})?|100")
"""Number above 1 that may be percent."""
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
        or single_values.fix(violation)
        or meant(value, schema)
        or short_form(violation.path, value)
    )
    fix = f"; {exact}" if exact else advice(violation, suggested_fix(expected, value, text))
    return f"expected {words}, found {found(value, text)}{fix}"


def _types_in_words(violation: Violation) -> str:
    expected = violation.expected if isinstance(violation.expected, list) else [violation.expected]
    return " or ".join(TYPES[name] for name in expected)


def _const(violation: Violation, text: str) -> str:
    expected = as_json(violation.expected)
    return f"expected {expected}, found {found(violation.found, text)}{advice(violation)}"


def _bound(words: str, fix: str) -> Callable[[Violation, str], str]:
    def write(violation: Violation, text: str) -> str:
        given, bound = violation.found, violation.expected
        percent = bound == 1 and violation.schema.get("x-quantity") == "share" and PERCENT.fullmatch(text)
        ending = advice(violation, fix.format(bound))
        if percent:
            ending = f"; if it is percent, write {text}%; else {ending.removeprefix('; ')}"
        return f"expected {words} {bound}, found {found(given, text)}{ending}"

    return write


def _length(violation: Violation, text: str) -> str:
    least = violation.expected
    words = "text that is not empty" if least == 1 else f"at least {least} characters"
    return f"expected {words}, found {found(violation.found, text)}{advice(violation)}"


def _most_characters(violation: Violation, text: str) -> str:
    long = f"{len(violation.found):,} characters: {found(violation.found, text)}"
    return f"expected at most {violation.expected} characters, found {long}{advice(violation)}"


def _empty(violation: Violation, _text: str) -> str:
    """Explain a list or mapping with nothing in it."""
    name = str(violation.path[-1]) if violation.path else "it"
    noun = NOUNS.get(name, "key" if violation.keyword == "minProperties" else "item")
    what = "mapping" if violation.keyword == "minProperties" else "list"
    fix = advice(violation)
    return f"{name} needs at least one {noun}, found an empty {what}{fix}; for none leave {name} out"


def _most_items(violation: Violation, _text: str) -> str:
    """Explain a list that is too long."""
    return f"expected at most {violation.expected} items, found {len(violation.found)}{advice(violation)}"


def _pattern(violation: Violation, text: str) -> str:
    """Name the expected quantity, where the schema does."""
    if "x-expected" not in violation.schema:
        return _not_allowed(violation, text)
    path, value, schema = violation.path, violation.found, violation.schema
    exact = meant(value, schema) or sign_fix(path, value, schema) or time_fix(path, value)
    fix = f"; {exact}" if exact else ""
    return f"expected {violation.schema['x-expected']}, found {found(violation.found, text)}{fix}"


def _not_allowed(violation: Violation, text: str) -> str:
    return f"{found(violation.found, text)} is not allowed here{advice(violation)}"


MESSAGES: Mapping[str, Callable[[Violation, str], str]] = {
    "type": _type,
    "enum": choices_of_values.explained,
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
