"""Decides by the few keywords that most of our schemas have, without jsonschema-rs.

jsonschema-rs takes 10 MiB of a server's memory; its answer comes half a microsecond sooner.

Rule: a schema with any other keyword, or with a value of a keyword that may be a mistake, is jsonschema-rs's.
`tests/json_schema/test_plain_predicate.py` holds both to one verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from oifde_simulator.json_schema import plain_checks
from oifde_simulator.json_schema.plain_checks import Predicate
from oifde_simulator.json_schema.plain_pattern import plain_pattern
from oifde_simulator.json_schema.violation import JSON

UNASSERTED_FORMATS = frozenset(("int32", "int64", "password"))
"""Formats of OpenAPI, by which no value is refused."""
DESCRIPTIONS: Mapping[str, type] = {
    "title": str,
    "description": str,
    "contentMediaType": str,
    "examples": list,
    "default": object,
    "components": object,
}
"""Keywords by which no value is refused, and the type of each."""
OF_OBJECTS = ("required", "properties", "additionalProperties")
MISSING = object()
"""Stands for a keyword that a schema has not; one with null is a mistake, which jsonschema-rs tells."""
DEEPEST = 16
"""Levels of schemas inside one another; a schema that refers to itself has more."""
Known = TypeVar("Known")


class NotPlain(Exception):
    """A schema that is left to jsonschema-rs."""


def plain_predicate(
    document: Mapping[str, JSON], formats: Mapping[str, Callable[[str], bool]], *, patterns: bool
) -> Predicate | None:
    """Make the predicate of a schema; None for one that is left to jsonschema-rs.

    `formats` are those of the keyword `format`. A regular expression is known with `patterns` only.
    """
    try:
        return _Compiler(document, formats, patterns=patterns).compile(document, 0)
    except NotPlain:
        return None


class _Compiler:
    """Makes one predicate of the keywords of a schema."""

    def __init__(
        self, document: Mapping[str, JSON], formats: Mapping[str, Callable[[str], bool]], *, patterns: bool
    ) -> None:
        self._document = document
        self._formats = formats
        self._patterns = patterns

    def compile(self, schema: JSON, depth: int) -> Predicate:
        """Make the predicate of a schema at a depth. Raises NotPlain."""
        _require(isinstance(schema, dict) and depth < DEEPEST)
        rest = dict(schema)
        checks: list[Predicate | None] = []
        if not rest.keys().isdisjoint(OF_OBJECTS):
            checks.append(self._object(rest, depth + 1))
        checks += [self._check(keyword, value, depth + 1) for keyword, value in rest.items()]
        return plain_checks.all_of([check for check in checks if check is not None])

    def _object(self, rest: dict[str, JSON], depth: int) -> Predicate:
        """Take the keywords of objects out of a schema, and make one check of them."""
        required, members = rest.pop("required", []), rest.pop("properties", {})
        closed = rest.pop("additionalProperties", MISSING)
        _require(plain_checks.are_different_texts(required) and isinstance(members, dict))
        _require(closed is MISSING or closed is False)
        only = rest.get("type") == "object" and bool(rest.pop("type"))
        alternatives = names_of_alternatives(rest.get("anyOf"))
        if alternatives:
            del rest["anyOf"]
        checks = {name: self.compile(each, depth) for name, each in members.items()}
        return plain_checks.of_objects(required, alternatives, checks, only=only, closed=closed is False)

    def _check(self, keyword: str, value: JSON, depth: int) -> Predicate | None:
        """Make the check of a keyword; None for one that refuses nothing."""
        if keyword.startswith("x-"):
            return None
        if keyword in DESCRIPTIONS:
            _require(isinstance(value, DESCRIPTIONS[keyword]))
            return None
        if keyword in plain_checks.BY_VALUE:
            return _known(plain_checks.BY_VALUE[keyword](value))
        if keyword == "format":
            return self._format(value)
        if keyword == "pattern":
            return self._pattern(value)
        return self._applied(keyword, value, depth)

    def _format(self, name: JSON) -> Predicate | None:
        _require(isinstance(name, str))
        if name in UNASSERTED_FORMATS and name not in self._formats:
            return None
        return plain_checks.of_texts(_known(self._formats.get(name)))

    def _pattern(self, expression: JSON) -> Predicate:
        _require(self._patterns and isinstance(expression, str))
        return plain_checks.of_texts(_known(plain_pattern(expression)))

    def _applied(self, keyword: str, value: JSON, depth: int) -> Predicate:
        """Make the check of a keyword that applies other schemas to the same value."""
        if keyword == "$ref":
            return self.compile(self._target(value), depth)
        if keyword == "not":
            return plain_checks.none_of(self.compile(value, depth))
        _require(keyword == "anyOf" and isinstance(value, list) and bool(value))
        return plain_checks.any_of([self.compile(each, depth) for each in value])

    def _target(self, reference: JSON) -> JSON:
        """Find what a reference within the document points at."""
        _require(isinstance(reference, str) and reference.startswith("#/"))
        _require("~" not in reference and "%" not in reference)
        target: JSON = self._document
        for key in reference[2:].split("/"):
            target = target.get(key) if isinstance(target, dict) else None
        return target


def names_of_alternatives(schemas: JSON) -> frozenset[str]:
    """List the members of which `anyOf` wants one and nothing else; none where it wants anything else."""
    if not isinstance(schemas, list) or not all(map(_requires_one, schemas)):
        return frozenset()
    return frozenset(each["required"][0] for each in schemas)


def _requires_one(schema: JSON) -> bool:
    if not isinstance(schema, dict) or schema.keys() != {"required"}:
        return False
    names = schema["required"]
    return plain_checks.are_different_texts(names) and len(names) == 1


def _require(plain: bool) -> None:
    if not plain:
        raise NotPlain


def _known(found: Known | None) -> Known:
    if found is None:
        raise NotPlain
    return found
