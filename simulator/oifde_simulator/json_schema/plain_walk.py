"""Explains refused values by the keywords that the contract's requests have, in jsonschema's words.

jsonschema takes a tenth of a server's start to import, and all requests are refused by these few keywords.

Rule: a schema with any other keyword is jsonschema's. `tests/json_schema/test_plain_walk.py` holds both to
the same violations in the same order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from oifde_simulator.json_schema.violation import JSON, Violation

Path = tuple[str | int, ...]
Told = tuple[str, tuple[tuple[Violation, ...], ...]]
"""Message of a violation, and those of its alternatives."""

ANNOTATIONS = frozenset(
    ("title", "description", "default", "examples", "contentMediaType", "components", "$defs", "deprecated")
)
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
        self._fits_pattern = fits_pattern
        self._assertions: dict[str, Callable[[JSON, JSON, Mapping[str, JSON], Path], Iterator[Told]]] = {
            "type": self._type,
            "required": self._required,
            "minLength": self._min_length,
            "maxLength": self._max_length,
            "enum": self._enum,
            "const": self._const,
            "pattern": self._pattern,
            "format": self._format,
            "anyOf": self._any_of,
        }

    def knows_all(self) -> bool:
        """Check that the schema has no keyword but those of this module."""
        return self._knows(self._document, set())

    def violations(self, value: JSON) -> Iterator[Violation]:
        """Yield the violations of a value, outermost first."""
        return self._walk(value, self._document, ())

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
        known = ANNOTATIONS | self._assertions.keys() | {"$ref", "properties"}
        return keyword in known or keyword.startswith("x-")

    def _target(self, reference: str) -> JSON:
        """Find what a reference within the document points at; None for any other."""
        if not reference.startswith("#/") or "~" in reference or "%" in reference:
            return None
        target: JSON = self._document
        for key in reference[2:].split("/"):
            target = target.get(key) if isinstance(target, dict) else None
        return target

    def _walk(self, value: JSON, schema: Mapping[str, JSON], path: Path) -> Iterator[Violation]:
        for keyword, expected in schema.items():
            if keyword == "$ref":
                yield from self._walk(value, self._target(expected), path)
            elif keyword == "properties" and isinstance(value, dict):
                for name in filter(value.__contains__, expected):
                    yield from self._walk(value[name], expected[name], (*path, name))
            elif keyword in self._assertions:
                for message, alternatives in self._assertions[keyword](expected, value, schema, path):
                    yield Violation(path, keyword, expected, value, schema, message, alternatives)

    def _type(self, expected: JSON, value: JSON, *_: object) -> Iterator[Told]:
        names = [expected] if isinstance(expected, str) else expected
        if not any(TYPES[name](value) for name in names):
            yield f"{value!r} is not of type {', '.join(map(repr, names))}", ()

    def _required(self, expected: Sequence[str], value: JSON, *_: object) -> Iterator[Told]:
        if isinstance(value, dict):
            for name in expected:
                if name not in value:
                    yield f"{name!r} is a required property", ()

    def _min_length(self, expected: int, value: JSON, *_: object) -> Iterator[Told]:
        if isinstance(value, str) and len(value) < expected:
            yield f"{value!r} {'should be non-empty' if expected == 1 else 'is too short'}", ()

    def _max_length(self, expected: int, value: JSON, *_: object) -> Iterator[Told]:
        if isinstance(value, str) and len(value) > expected:
            yield f"{value!r} {'is expected to be empty' if expected == 0 else 'is too long'}", ()

    def _enum(self, expected: Sequence[str], value: JSON, *_: object) -> Iterator[Told]:
        if value not in expected:
            yield f"{value!r} is not one of {expected!r}", ()

    def _const(self, expected: str, value: JSON, *_: object) -> Iterator[Told]:
        if value != expected:
            yield f"{expected!r} was expected", ()

    def _pattern(self, expected: str, value: JSON, *_: object) -> Iterator[Told]:
        if not self._fits_pattern(expected, value):
            yield f"{value!r} does not match {expected!r}", ()

    def _format(self, expected: str, value: JSON, *_: object) -> Iterator[Told]:
        accepts = self._formats.get(expected)
        if accepts is not None and isinstance(value, str) and not accepts(value):
            yield f"{value!r} is not a {expected!r}", ()

    def _any_of(self, expected: JSON, value: JSON, _: object, path: Path) -> Iterator[Told]:
        alternatives = []
        for each in expected:
            alternatives.append(tuple(self._walk(value, each, path)))
            if not alternatives[-1]:
                return
        yield f"{value!r} is not valid under any of the given schemas", tuple(alternatives)
