"""Comparison of JSON values for `equalToJson`, with JsonUnit's placeholders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.wiremock.patterns import regexes
from oifde_simulator.wiremock.patterns.errors import Unsupported, WrongPattern


def _number(found: Any) -> bool:
    return isinstance(found, int | float) and not isinstance(found, bool)


# JsonUnit, "Ignoring values" and "Type placeholders".
PLACEHOLDERS: Mapping[str, Callable[[Any], bool]] = {
    "json-unit.ignore": lambda _found: True,
    "json-unit.ignore-element": lambda _found: True,
    "json-unit.any-string": lambda found: isinstance(found, str),
    "json-unit.any-number": _number,
    "json-unit.any-boolean": lambda found: isinstance(found, bool),
}
"""Tests of placeholders without an argument."""
OPTIONAL = "json-unit.ignore-element"
"""Placeholder of a member that may be absent."""
MOST_EXPRESSIONS = 64
"""Regular expressions of one value; more of them would be compiled again for every request."""
REGEX = "json-unit.regex}"
"""Beginning of a placeholder whose rest is a regular expression."""


def placeholder(wanted: Any) -> str:
    """Extract the placeholder in a value, such as `json-unit.ignore`; empty if the value is ordinary."""
    if not (isinstance(wanted, str) and wanted.startswith(("${json-unit.", "#{json-unit."))):
        return ""
    return wanted[2:] if wanted[2:].startswith(REGEX) else wanted[2:].rstrip("}")


def check(wanted: Any, pointer: str) -> int:
    """Check the placeholders in a value, and count their expressions. Raises Unsupported or WrongPattern."""
    if isinstance(wanted, dict | list):
        expressions = 0
        for inner in wanted.values() if isinstance(wanted, dict) else wanted:
            expressions += check(inner, pointer)
            if expressions > MOST_EXPRESSIONS:
                raise Unsupported(f"more than {MOST_EXPRESSIONS} regular expressions", pointer)
        return expressions
    if (named := placeholder(wanted)).startswith(REGEX):
        try:
            regexes.full_match(named.removeprefix(REGEX))
        except ValueError as error:
            raise WrongPattern(pointer, str(error)) from None
        return 1
    if named and named not in PLACEHOLDERS:
        known = ", ".join(PLACEHOLDERS)
        raise Unsupported(f"the placeholder {wanted[:80]}; use one of {known}", pointer)
    return 0


@dataclass(frozen=True, slots=True)
class Leniency:
    """Differences that are ignored."""

    order: bool = False
    """True if the order of an array is ignored."""
    extra: bool = False
    """True if additional members and elements are ignored."""

    def differences(self, wanted: Any, found: Any) -> int:
        """Count the places in which `found` differs from `wanted`."""
        if isinstance(wanted, dict) and isinstance(found, dict):
            return self._members(wanted, found)
        if isinstance(wanted, list) and isinstance(found, list):
            return self._elements(wanted, found)
        return 0 if _same(wanted, found) else 1

    def _members(self, wanted: dict[str, Any], found: dict[str, Any]) -> int:
        missing = [name for name in wanted if name not in found and placeholder(wanted[name]) != OPTIONAL]
        extra = 0 if self.extra else sum(name not in wanted for name in found)
        shared = (self.differences(wanted[name], found[name]) for name in wanted if name in found)
        return len(missing) + extra + sum(shared)

    def _elements(self, wanted: list[Any], found: list[Any]) -> int:
        if len(wanted) > len(found):
            return len(wanted) - len(found)
        extra = 0 if self.extra else len(found) - len(wanted)
        if not self.order:
            return extra + sum(map(self.differences, wanted, found))
        left = list(found)
        return extra + sum(not self._take(each, left) for each in wanted)

    def _take(self, wanted: Any, left: list[Any]) -> bool:
        for place, each in enumerate(left):
            if not self.differences(wanted, each):
                del left[place]
                return True
        return False


def _same(wanted: Any, found: Any) -> bool:
    if named := placeholder(wanted):
        if named.startswith(REGEX):
            return isinstance(found, str) and regexes.full_match(named.removeprefix(REGEX))(found)
        return PLACEHOLDERS[named](found)
    if _number(wanted) and _number(found):
        return bool(wanted == found)
    return type(wanted) is type(found) and bool(wanted == found)


def size(value: Any) -> int:
    """Count the values inside a value, including itself."""
    if isinstance(value, dict | list):
        return 1 + sum(map(size, value.values() if isinstance(value, dict) else value))
    return 1
