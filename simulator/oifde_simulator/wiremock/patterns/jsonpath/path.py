"""JSONPaths as WireMock evaluates them.

Rule: operators and functions of Jayway's library that python-jsonpath lacks (`size`, `subsetof`, `.sum()`)
are refused, not guessed. tests/wiremock has a table of the answers of WireMock 3.13.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from jsonpath import JSONPath
from jsonpath.exceptions import JSONPathError
from jsonpath.filter import BaseExpression, FilterQuery
from jsonpath.segments import JSONPathRecursiveDescentSegment
from jsonpath.selectors import Filter, IndexSelector, NameSelector

from oifde_simulator.bounded_cache import bounded_cache
from oifde_simulator.wiremock.patterns.errors import Unsupported, WrongPattern
from oifde_simulator.wiremock.patterns.jsonpath import jayway
from oifde_simulator.wiremock.patterns.jsonpath.jayway import NOTHING

LONGEST = 1000
"""Characters of an expression."""
MOST_DESCENTS = 2
"""Recursive descents (`..`) of an expression: each multiplies the work."""
BEYOND = re.compile(r"\b(nin|size|empty|subsetof|anyof|noneof|type)\b(?=\s*[\[('\w])|\.\w+\(|==\s*\{")
"""Operators and functions that only Jayway's library has."""
QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
LENGTH = ".length()"


class JsonPath:
    """A compiled path."""

    def __init__(self, expression: str) -> None:
        """Compile `expression`. Raises WrongPattern or Unsupported."""
        self._length = expression.endswith(LENGTH)
        self._path = _compiled(expression.removesuffix(LENGTH))
        self._definite = _definite(self._path)

    def read(self, value: Any) -> Any:
        """Read one value, or a list if the path can name several; NOTHING if there is none."""
        found = self._read(value)
        if not self._length:
            return found
        return len(found) if isinstance(found, list | dict) else NOTHING

    def _read(self, value: Any) -> Any:
        if not isinstance(value, dict | list):
            return NOTHING if self._path.segments else value
        with suppress(JSONPathError):
            found = [match.obj for match in self._path.finditer(value)]
            return (found[0] if found else NOTHING) if self._definite else found
        return NOTHING


PATHS_KEPT = 4 << 20
"""Bytes of compiled paths in the cache."""
PER_CHARACTER = 400
"""Bytes of a compiled path for each of its characters."""


@bounded_cache(PATHS_KEPT, lambda expression, _: PER_CHARACTER * len(expression), share=8)
def compile_path(expression: str) -> JsonPath:
    """Compile an expression. Raises WrongPattern or Unsupported."""
    return JsonPath(expression)


def is_match(found: Any) -> bool:
    """Check that a value read counts as a match by itself; `null`, `[]` and `{}` do not."""
    return bool(found) if isinstance(found, list | dict) else found is not NOTHING and found is not None


def _compiled(expression: str) -> JSONPath:
    if len(expression) > LONGEST or QUOTED.sub("", expression).count("..") > MOST_DESCENTS:
        raise Unsupported(
            f"a JSONPath of more than {LONGEST} characters, or with more than {MOST_DESCENTS} '..'"
        )
    try:
        found = jayway.ENVIRONMENT.compile(re.sub(r"(?<!\.)\.\[", "[", expression))
    except (JSONPathError, re.error, RecursionError, ValueError, ArithmeticError) as error:
        if BEYOND.search(QUOTED.sub("''", expression)):
            raise Unsupported(f"an operator or function of the JSONPath {expression[:200]!r}") from None
        message = str(error).partition("\n")[0]
        raise WrongPattern("", f"cannot understand the JSONPath {expression[:200]!r}: {message}") from None
    if not isinstance(found, JSONPath) or not expression:
        raise WrongPattern("", f"expected one JSONPath, found {expression[:200]!r}")
    _use_object_filters(found)
    return found


def _definite(path: JSONPath) -> bool:
    """Check that a path can name one value only."""
    return all(
        len(segment.selectors) == 1
        and isinstance(segment.selectors[0], NameSelector | IndexSelector)
        and not isinstance(segment, JSONPathRecursiveDescentSegment)
        for segment in path.segments
    )


def _use_object_filters(found: JSONPath) -> None:
    """Replace the filters of a path by those of Jayway's kind."""
    for segment in found.segments:
        segment.selectors = tuple(map(_object_filter, segment.selectors))


def _object_filter(selector: Any) -> Any:
    if not isinstance(selector, Filter):
        return selector
    for inner in _within(selector.expression):
        if isinstance(inner, FilterQuery) and not _definite(inner.path):
            raise Unsupported(f"within a JSONPath filter, a path that can name many: {inner}")
        if isinstance(value := getattr(inner, "value", None), re.Pattern):
            jayway.compile_regex(value)
    return jayway.ObjectFilter(env=selector.env, token=selector.token, expression=selector.expression)


def _within(expression: BaseExpression) -> Iterator[BaseExpression]:
    yield expression
    for inner in expression.children():
        yield from _within(inner)
