"""Keywords that judge one value, as functions that tell what is wrong with it, in jsonschema's words.

Rule: a function is made once for each place in a schema; no message is written for a value that fits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from oifde_simulator.json_schema.violation import JSON

Assertion = Callable[[JSON], Sequence[str]]
"""Function that returns a message for each violation; none for a value that fits."""

FITS: Sequence[str] = ()
TYPES: dict[str, Callable[[JSON], bool]] = {
    "string": lambda value: isinstance(value, str),
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "integer": lambda value: (
        (isinstance(value, int) and not isinstance(value, bool))
        or (isinstance(value, float) and value.is_integer())
    ),
}
EXACT_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "object": (dict,),
    "array": (list,),
    "boolean": (bool,),
    "null": (type(None),),
    "number": (int, float),
    "integer": (int,),
}
"""Python types all of whose values are of a JSON type."""


def exact_types(expected: str | Sequence[str]) -> frozenset[type]:
    """Select the Python types all of whose values are of one of the JSON types."""
    names = [expected] if isinstance(expected, str) else expected
    return frozenset(each for name in names for each in EXACT_TYPES[name])


def _type(expected: str | Sequence[str]) -> Assertion:
    names = [expected] if isinstance(expected, str) else expected
    words = ", ".join(map(repr, names))

    def tell(value: JSON) -> Sequence[str]:
        if any(TYPES[name](value) for name in names):
            return FITS
        return (f"{value!r} is not of type {words}",)

    return tell


def _required(expected: Sequence[str]) -> Assertion:
    names = frozenset(expected)

    def tell(value: JSON) -> Sequence[str]:
        if not isinstance(value, dict) or value.keys() >= names:
            return FITS
        return [f"{name!r} is a required property" for name in expected if name not in value]

    return tell


def _min_length(expected: int) -> Assertion:
    words = "should be non-empty" if expected == 1 else "is too short"
    return lambda value: (
        FITS if not isinstance(value, str) or len(value) >= expected else (f"{value!r} {words}",)
    )


def _max_length(expected: int) -> Assertion:
    words = "is expected to be empty" if expected == 0 else "is too long"
    return lambda value: (
        FITS if not isinstance(value, str) or len(value) <= expected else (f"{value!r} {words}",)
    )


def _enum(expected: Sequence[str]) -> Assertion:
    written = repr(expected)
    return lambda value: FITS if value in expected else (f"{value!r} is not one of {written}",)


def _const(expected: str) -> Assertion:
    return lambda value: FITS if value == expected else (f"{expected!r} was expected",)


def pattern_assertion(fits: Callable[[str, JSON], bool]) -> Callable[[str], Assertion]:
    """Make the keyword `pattern`; `fits` compares a value with a regular expression."""
    return lambda expected: (
        lambda value: FITS if fits(expected, value) else (f"{value!r} does not match {expected!r}",)
    )


def format_assertion(formats: Mapping[str, Callable[[str], bool]]) -> Callable[[str], Assertion]:
    """Make the keyword `format` of predicates on texts."""

    def make(expected: str) -> Assertion:
        accepts = formats[expected]
        return lambda value: (
            FITS if not isinstance(value, str) or accepts(value) else (f"{value!r} is not a {expected!r}",)
        )

    return make


ASSERTIONS: Mapping[str, Callable[[JSON], Assertion]] = {
    "type": _type,
    "required": _required,
    "minLength": _min_length,
    "maxLength": _max_length,
    "enum": _enum,
    "const": _const,
}
"""Makers of assertions by keyword, from the value of the keyword."""
