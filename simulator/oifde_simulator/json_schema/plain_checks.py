"""Checks of one keyword or of several, as functions of a JSON value.

Rule: as few calls as can be, since each honest request is checked by them. A keyword's check is None where
the keyword's value may be a mistake.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from oifde_simulator.json_schema.violation import JSON

Predicate = Callable[[JSON], bool]
SCALARS = (str, int, bool, type(None))


def is_number(value: JSON) -> bool:
    """Check for a number of JSON, which has no infinity."""
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


TYPES: Mapping[str, Predicate] = {
    "string": lambda value: isinstance(value, str),
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list | tuple),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": is_number,
    "integer": lambda value: is_number(value) and (isinstance(value, int) or value.is_integer()),
}


def are_different_texts(value: JSON) -> bool:
    """Check for a list of texts without a second one that is the same."""
    texts = isinstance(value, list) and all(isinstance(each, str) for each in value)
    return texts and len(set(value)) == len(value)


def all_of(checks: Sequence[Predicate]) -> Predicate:
    """Join checks that must all hold."""
    if len(checks) == 1:
        return checks[0]
    if len(checks) == 2:
        first, second = checks
        return lambda value: first(value) and second(value)

    def accepts(value: JSON) -> bool:
        for check in checks:  # noqa: SIM110  a generator would cost more than the checks
            if not check(value):
                return False
        return True

    return accepts


def any_of(checks: Sequence[Predicate]) -> Predicate:
    """Join checks of which one must hold."""
    return lambda value: any(check(value) for check in checks)


def none_of(check: Predicate) -> Predicate:
    """Turn a check round."""
    return lambda value: not check(value)


def of_texts(accepts: Callable[[str], object]) -> Predicate:
    """Make the check of a keyword for texts, such as `pattern`: no other value is refused."""
    return lambda value: not isinstance(value, str) or bool(accepts(value))


def of_objects(
    required: Sequence[str],
    alternatives: frozenset[str],
    members: Mapping[str, Predicate],
    *,
    only: bool,
    closed: bool,
) -> Predicate:
    """Make the check of objects: of their members by name.

    One of `alternatives` must be there, where there are any. With `only` all other values are refused, with
    `closed` all other members.
    """
    find, other = members.get, (lambda _: not closed)
    texts = frozenset(name for name, check in members.items() if check is TYPES["string"])

    def accepts(value: JSON) -> bool:
        if not isinstance(value, dict):
            return not only
        for name in required:
            if name not in value:
                return False
        if alternatives and alternatives.isdisjoint(value):
            return False
        for name, member in value.items():
            if name in texts:  # most are: one call less
                if not isinstance(member, str):
                    return False
            elif not find(name, other)(member):
                return False
        return True

    return accepts


def _type(wanted: JSON) -> Predicate | None:
    names = [wanted] if isinstance(wanted, str) else wanted
    if not are_different_texts(names) or not names or not TYPES.keys() >= set(names):
        return None
    return TYPES[names[0]] if len(names) == 1 else any_of([TYPES[name] for name in names])


def _enum(wanted: JSON) -> Predicate | None:
    if not isinstance(wanted, list) or not all(type(each) in SCALARS for each in wanted):
        return None
    if all(isinstance(each, str) for each in wanted):
        texts = frozenset(wanted)
        return lambda value: isinstance(value, str) and value in texts
    return lambda value: any(
        value == each and isinstance(value, bool) == isinstance(each, bool) for each in wanted
    )


def _min_length(least: JSON) -> Predicate | None:
    return (lambda value: not isinstance(value, str) or len(value) >= least) if _is_count(least) else None


def _max_length(most: JSON) -> Predicate | None:
    return (lambda value: not isinstance(value, str) or len(value) <= most) if _is_count(most) else None


def _minimum(least: JSON) -> Predicate | None:
    return (lambda value: not is_number(value) or value >= least) if is_number(least) else None


def _maximum(most: JSON) -> Predicate | None:
    return (lambda value: not is_number(value) or value <= most) if is_number(most) else None


def _is_count(value: JSON) -> bool:
    return type(value) is int and value >= 0


BY_VALUE: Mapping[str, Callable[[JSON], Predicate | None]] = {
    "type": _type,
    "enum": _enum,
    "const": lambda value: _enum([value]),
    "minLength": _min_length,
    "maxLength": _max_length,
    "minimum": _minimum,
    "maximum": _maximum,
}
"""Makers of checks by keyword, from the keyword's value."""
