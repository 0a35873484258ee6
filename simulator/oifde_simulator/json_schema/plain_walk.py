"""Explains refused values by the keywords that the contract's requests have, in jsonschema's words.

jsonschema takes a tenth of a server's start to import, and all requests are refused by these few keywords.

Rule: a schema with any other keyword is jsonschema's. `tests/json_schema/test_plain_walk.py` holds both to
the same violations in the same order. Each part of a schema is compiled once, so that what fits costs little.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from oifde_simulator.json_schema.plain_assertions import (
    ASSERTIONS,
    Assertion,
    exact_types,
    format_assertion,
    pattern_assertion,
)
from oifde_simulator.json_schema.plain_predicate import names_of_alternatives
from oifde_simulator.json_schema.violation import JSON, Violation

Path = tuple[str | int, ...]
Walk = Callable[[JSON, Path, list[Violation]], None]
"""Function that adds the violations of the value at a path to those that were found."""

Step = tuple[str, Assertion | None, Walk | None]
"""A keyword with its assertion, or with the walk of the schemas below it."""

ANNOTATIONS = frozenset(
    ("title", "description", "default", "examples", "contentMediaType", "components", "$defs", "deprecated")
)


class Part:
    """One compiled schema."""

    __slots__ = ("_schema", "_steps", "exact", "others")

    def __init__(self, schema: Mapping[str, JSON], steps: Iterable[Step]) -> None:
        self._schema = schema
        self._steps = tuple(steps)
        self.exact = exact_types(schema["type"]) if "type" in schema else frozenset()
        """Python types whose values the keyword `type` accepts without a look at them."""
        self.others = tuple(step for step in self._steps if step[0] != "type")
        """Steps of all keywords but `type`."""

    def walk(self, value: JSON, path: Path, found: list[Violation]) -> None:
        """Add the violations of the value at a path to those that were found."""
        schema = self._schema
        for keyword, assertion, below in self.others if type(value) in self.exact else self._steps:
            if below is not None:
                below(value, path, found)
            elif assertion is not None and (messages := assertion(value)):
                expected = schema[keyword]
                for each in messages:
                    found.append(Violation(path, keyword, expected, value, schema, each))  # noqa: PERF401


class PlainWalk:
    """Walk of one schema."""

    def __init__(
        self,
        document: Mapping[str, JSON],
        formats: Mapping[str, Callable[[str], bool]],
        fits_pattern: Callable[[str, JSON], bool],
    ) -> None:
        """Explain by `document`; `fits_pattern` compares a value with a regular expression."""
        self._document = document
        self._formats = formats
        self._assertions: Mapping[str, Callable[[JSON], Assertion]] = {
            **ASSERTIONS,
            "pattern": pattern_assertion(fits_pattern),
            "format": format_assertion(formats),
        }
        self._applicators: Mapping[str, Callable[[JSON, Mapping[str, JSON]], Walk]] = {
            "$ref": self._reference,
            "properties": self._properties,
            "anyOf": self._any_of,
        }
        self._parts: dict[int, Part] = {}
        """Parts by the identity of their schema, which the document holds."""

    def knows_all(self) -> bool:
        """Check that the schema has no keyword but those of this module."""
        return self._knows(self._document, set())

    def violations(self, value: JSON) -> list[Violation]:
        """List the violations of a value, outermost first."""
        found: list[Violation] = []
        self._root.walk(value, (), found)
        return found

    @cached_property
    def _root(self) -> Part:
        """Part of the whole schema."""
        return self._part(self._document)

    def _knows(self, schema: JSON, seen: set[int]) -> bool:
        if not isinstance(schema, dict):
            return False
        if id(schema) in seen:
            return True
        seen.add(id(schema))
        below = [*schema.get("properties", {}).values(), *schema.get("anyOf", ())]
        if "$ref" in schema:
            below.append(self._target(schema["$ref"]))
        return all(self._knows_keyword(*item) for item in schema.items()) and all(
            self._knows(each, seen) for each in below
        )

    def _knows_keyword(self, keyword: str, value: JSON) -> bool:
        if keyword in ("enum", "const"):
            return all(isinstance(each, str) for each in (value if keyword == "enum" else [value]))
        known = ANNOTATIONS | self._assertions.keys() | self._applicators.keys()
        return keyword in known or keyword.startswith("x-")

    def _target(self, reference: str) -> JSON:
        """Find what a reference within the document points at; None for any other."""
        if not reference.startswith("#/") or "~" in reference or "%" in reference:
            return None
        target: JSON = self._document
        for key in reference[2:].split("/"):
            target = target.get(key) if isinstance(target, dict) else None
        return target

    def _part(self, schema: Mapping[str, JSON]) -> Part:
        """Compile a schema, once."""
        part = self._parts.get(id(schema))
        if part is None:
            part = self._parts[id(schema)] = Part(schema, self._steps(schema))
        return part

    def _steps(self, schema: Mapping[str, JSON]) -> Iterator[Step]:
        for keyword, expected in schema.items():
            if keyword in self._applicators:
                yield keyword, None, self._applicators[keyword](expected, schema)
            elif keyword in self._assertions and not (keyword == "format" and expected not in self._formats):
                yield keyword, self._assertions[keyword](expected), None

    def _reference(self, expected: str, _: Mapping[str, JSON]) -> Walk:
        target = self._target(expected)
        walks: list[Walk] = []

        def walk(value: JSON, path: Path, found: list[Violation]) -> None:
            if not walks:  # compiled when it is walked: a schema may refer to itself
                walks.append(self._part(target).walk)
            walks[0](value, path, found)

        return walk

    def _properties(self, expected: Mapping[str, JSON], _: Mapping[str, JSON]) -> Walk:
        parts = [(name, self._part(inner)) for name, inner in expected.items()]

        def walk(value: JSON, path: Path, found: list[Violation]) -> None:
            if isinstance(value, dict):
                for name, part in parts:
                    if name in value and (part.others or type(value[name]) not in part.exact):
                        part.walk(value[name], (*path, name), found)

        return walk

    def _any_of(self, expected: Sequence[Mapping[str, JSON]], schema: Mapping[str, JSON]) -> Walk:
        parts = [*map(self._part, expected)]
        names = names_of_alternatives(expected)

        def walk(value: JSON, path: Path, found: list[Violation]) -> None:
            if names and isinstance(value, dict) and not names.isdisjoint(value):
                return
            alternatives = []
            for part in parts:
                own: list[Violation] = []
                part.walk(value, path, own)
                if not own:
                    return
                alternatives.append(tuple(own))
            message = f"{value!r} is not valid under any of the given schemas"
            found.append(Violation(path, "anyOf", expected, value, schema, message, tuple(alternatives)))

        return walk
