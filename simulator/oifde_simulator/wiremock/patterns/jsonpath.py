"""JSONPaths, as WireMock has them: compiled, refused where they are not understood, and read.

What Jayway's library has beyond python-jsonpath (`size`, `subsetof`, `.sum()`) is refused, not guessed.
tests/wiremock has a table of what WireMock 3.13.2 answered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from typing import Any

from jsonpath import JSONPath
from jsonpath.exceptions import JSONPathError
from jsonpath.filter import BaseExpression, FilterQuery
from jsonpath.segments import JSONPathRecursiveDescentSegment
from jsonpath.selectors import Filter, IndexSelector, NameSelector

from oifde_simulator.wiremock.patterns import jayway
from oifde_simulator.wiremock.patterns.errors import NotDone, WrongPattern
from oifde_simulator.wiremock.patterns.jayway import NOTHING

LONGEST = 1000
"""Characters of an expression."""
MOST_DESCENTS = 2
"""How many `..` there may be: each multiplies the work."""
BEYOND = re.compile(r"\b(nin|size|empty|subsetof|anyof|noneof|type)\b(?=\s*[\[('\w])|\.\w+\(|==\s*\{")
QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
LENGTH = ".length()"


class Path:
    """One compiled path."""

    def __init__(self, expression: str) -> None:
        """Raises WrongPattern or NotDone."""
        self._length = expression.endswith(LENGTH)
        self._path = _compiled(expression.removesuffix(LENGTH))
        self._definite = _definite(self._path)

    def read(self, value: Any) -> Any:
        """What is found: one value, or a list where the path can name many; NOTHING for nothing."""
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


@lru_cache(maxsize=256)
def path(expression: str) -> Path:
    """The path that an expression describes. Raises WrongPattern or NotDone."""
    return Path(expression)


def there(found: Any) -> bool:
    """Whether what was read counts as a match by itself: `null`, `[]` and `{}` do not."""
    return bool(found) if isinstance(found, list | dict) else found is not NOTHING and found is not None


def _compiled(expression: str) -> JSONPath:
    if len(expression) > LONGEST or QUOTED.sub("", expression).count("..") > MOST_DESCENTS:
        raise NotDone(f"a JSONPath of more than {LONGEST} characters, or with more than {MOST_DESCENTS} '..'")
    try:
        found = jayway.ENVIRONMENT.compile(re.sub(r"(?<!\.)\.\[", "[", expression))
    except (JSONPathError, re.error, RecursionError, ValueError) as error:
        if BEYOND.search(QUOTED.sub("''", expression)):
            raise NotDone(f"an operator or function of the JSONPath {expression[:200]!r}") from None
        message = str(error).partition("\n")[0]
        raise WrongPattern("", f"cannot understand the JSONPath {expression[:200]!r}: {message}") from None
    if not isinstance(found, JSONPath) or not expression:
        raise WrongPattern("", f"expected one JSONPath, found {expression[:200]!r}")
    _change(found)
    return found


def _definite(path: JSONPath) -> bool:
    """Whether it can name one value only."""
    return all(
        len(segment.selectors) == 1
        and isinstance(segment.selectors[0], NameSelector | IndexSelector)
        and not isinstance(segment, JSONPathRecursiveDescentSegment)
        for segment in path.segments
    )


def _change(found: JSONPath) -> None:
    """Give it filters of Jayway's kind."""
    for segment in found.segments:
        segment.selectors = tuple(map(_changed, segment.selectors))


def _changed(selector: Any) -> Any:
    if not isinstance(selector, Filter):
        return selector
    for inner in _within(selector.expression):
        if isinstance(inner, FilterQuery) and not _definite(inner.path):
            raise NotDone(f"within a JSONPath filter, a path that can name many: {inner}")
        if isinstance(value := getattr(inner, "value", None), re.Pattern):
            jayway.expression(value)
    return jayway.OfObjects(env=selector.env, token=selector.token, expression=selector.expression)


def _within(expression: BaseExpression) -> Iterator[BaseExpression]:
    yield expression
    for inner in expression.children():
        yield from _within(inner)
