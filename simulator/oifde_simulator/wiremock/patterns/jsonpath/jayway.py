"""Filters of JSONPaths, evaluated as Jayway's library does.

Rule: python-jsonpath does the work and is changed where the two differ: a filter on an object tests that
object, and `1 == '1'`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from jsonpath import JSONPathEnvironment, NodeList
from jsonpath.filter import UNDEFINED
from jsonpath.match import JSONPathMatch
from jsonpath.selectors import Filter, FilterContext

from oifde_simulator.wiremock.patterns import regexes
from oifde_simulator.wiremock.patterns.errors import WrongPattern

NOTHING: Any = UNDEFINED
"""Value of a path that finds nothing."""


class Jayway(JSONPathEnvironment):
    """Environment with Jayway's comparisons."""

    def compare(self, left: object, operator: str, right: object) -> bool:
        """Compare two values in a filter."""
        if operator in ("&&", "||"):
            return super().compare(left, operator, right)
        left, right = _single(left), _single(right)
        if left is NOTHING or right is NOTHING:
            return operator == "!=" and left is not right
        if operator == "=~":
            return isinstance(left, str) and isinstance(right, re.Pattern) and compile_regex(right)(left)
        left, right = _alike(left, right)
        return super().compare(left, operator, right)

    def is_truthy(self, obj: object) -> bool:
        """Check that a path alone finds something, whatever its value."""
        return bool(obj) if isinstance(obj, NodeList | bool) else obj is not NOTHING


class ObjectFilter(Filter):
    """A filter that tests the elements of an array, or an object itself."""

    __slots__ = ()

    def resolve(self, node: JSONPathMatch) -> Iterable[JSONPathMatch]:
        """Select the values that pass the filter."""
        if not isinstance(node.obj, Mapping):
            yield from super().resolve(node)
        elif self.expression.evaluate(
            FilterContext(env=self.env, current=node.obj, root=node.root, extra_context=node.filter_context())
        ):
            yield node


def compile_regex(given: re.Pattern[str]) -> Callable[[str], bool]:
    """Compile a full match with the bounds of our own expressions. Raises WrongPattern."""
    try:
        return regexes.full_match(f"(?i){given.pattern}" if given.flags & re.IGNORECASE else given.pattern)
    except ValueError as error:
        raise WrongPattern("", str(error)) from None


def _single(value: object) -> object:
    """Take the only value of a path in a comparison; NOTHING if there is none or several."""
    if isinstance(value, NodeList):
        return value[0].obj if len(value) == 1 else NOTHING
    return value


def _alike(left: object, right: object) -> tuple[object, object]:
    """Convert both to numbers if one is a number and the other the text of one."""
    for one, other in ((left, right), (right, left)):
        if isinstance(one, str) and isinstance(other, int | float) and not isinstance(other, bool):
            with suppress(ValueError):
                number = float(one)
                return (number, right) if one is left else (left, number)
    return left, right


ENVIRONMENT = Jayway(well_typed=False)
