"""Compiles JSON Schemas written by users, with bounds on size, references and backtracking.

Rule: a schema from a file, a body or a URL is compiled here, so that none can hold up a server. The class
`Schema` alone is for our own documents.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from oifde_simulator.json_schema.regex import VALUES, explicit_patterns
from oifde_simulator.json_schema.schema import Schema, pattern

MOST_PARTS = 1000
"""Keywords, schemas and list items that may be walked for one value, with references written out."""
MOST_VALUES = 10_000
"""Values that a schema may hold in all, those of `enum` and `$defs` included."""
MOST_CHARACTERS = 64_000
"""Characters of all texts and keys of a schema."""
DEEPEST = 64
"""Levels of values inside one another."""
BACKTRACKS = 20_000
"""Backtracking steps after which a regular expression with look-around or back references fails."""
LARGEST_PATTERN = 1 << 20
"""Bytes of a compiled regular expression."""
MOST_PATTERNS = 50
"""Regular expressions in one schema."""
CLASSES = re.compile(r"\\\\|\\[dDsSwW]")
MOST_CLASSES = 300
"""Classes such as `\\w` in the regular expressions of one schema: compiling takes their square in time."""

FOREIGN_REFERENCES = ("$dynamicRef", "$recursiveRef", "$id", "id", "$anchor", "$dynamicAnchor")
"""Keywords that refer to a schema without a path to it, and that are refused."""


class NoSchema(ValueError):
    """A document that is no JSON Schema, but within the bounds."""


def bounded(document: Mapping[str, Any]) -> Schema:
    """Compile a schema. Raises ValueError, in one line: NoSchema, or for one beyond the bounds."""
    _measure(document)
    meter = _Meter(document)
    meter.count(document, 0)
    try:
        return Schema(
            explicit_patterns(document),
            backtracks=BACKTRACKS,
            largest_pattern=LARGEST_PATTERN,
            patterns=meter.patterns,
        )
    except Exception:  # noqa: BLE001  jsonschema-rs raises errors of several kinds, in its own words
        from oifde_simulator.json_schema.mistakes import first_mistake  # seldom needed

        raise NoSchema(first_mistake(document, is_regex)) from None


def is_regex(expression: str) -> bool:
    """Check that a text is a regular expression within the bounds."""
    try:
        pattern(expression, backtracks=BACKTRACKS, largest=LARGEST_PATTERN)
    except Exception:  # noqa: BLE001  as above
        return False
    return True


def check_classes(*expressions: str) -> None:
    r"""Count the classes such as `\w` of regular expressions. Raises ValueError for too many."""
    found = sum(each != r"\\" for expression in expressions for each in CLASSES.findall(expression))
    if found > MOST_CLASSES:
        raise ValueError(
            rf"has {found:,} classes such as \w in its patterns; expected {MOST_CLASSES} at most: "
            r"write repetitions, as in \w{9}, or ranges, as in [0-9]"
        )


def _measure(document: Any) -> None:
    """Check the size of a schema as it is written. Raises ValueError for one that is too large."""
    values, characters, level = 0, 0, [document]
    for _ in range(DEEPEST):
        values += len(level)
        characters += sum(len(each) for each in level if isinstance(each, str))
        inner: list[Any] = []
        for each in level:
            if isinstance(each, Mapping):
                inner += each.values()
                characters += sum(map(len, each))
            elif isinstance(each, list):
                inner += each
        if values + len(inner) > MOST_VALUES or characters > MOST_CHARACTERS:
            raise ValueError(
                f"too large: expected a schema of at most {MOST_VALUES:,} values "
                f"and {MOST_CHARACTERS:,} characters"
            )
        if not inner:
            return
        level = inner
    raise ValueError(f"nested deeper than {DEEPEST} levels; write it flatter")


class _Meter:
    """Counts the work that a validator may have with one value."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root
        self._parts = 0
        self._patterns: list[str] = []

    @property
    def patterns(self) -> int:
        """Number of regular expressions that may be asked about one value."""
        return len(self._patterns)

    def count(self, schema: Any, depth: int) -> None:
        """Count a schema, or a list or mapping of schemas. Raises ValueError beyond the bounds."""
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise ValueError(
                f"too large: with its references written out it has more than {MOST_PARTS:,} parts; "
                "write less"
            )
        if depth > DEEPEST:
            raise ValueError(
                "refers to itself, or is nested too deep; write out as many levels as are wanted"
            )
        if isinstance(schema, Mapping):
            for keyword, value in schema.items():
                self._keyword(keyword, value, depth + 1)
        elif isinstance(schema, list):
            for each in schema:
                self.count(each, depth + 1)

    def _keyword(self, keyword: str, value: Any, depth: int) -> None:
        if keyword in FOREIGN_REFERENCES and isinstance(value, str):
            raise ValueError(f"{keyword} is not known here; refer by a path, such as #/$defs/name")
        if keyword == "$ref" and isinstance(value, str):
            self.count(self._target(value), depth)
        elif keyword not in VALUES and keyword != "$defs":
            self._count_patterns(keyword, value)
            self.count(value, depth)

    def _count_patterns(self, keyword: str, value: Any) -> None:
        if keyword == "pattern" and isinstance(value, str):
            self._patterns.append(value)
        elif keyword == "patternProperties" and isinstance(value, Mapping):
            self._patterns += value
        else:
            return
        check_classes(*self._patterns[: MOST_PATTERNS + 1])
        if len(self._patterns) > MOST_PATTERNS:
            raise ValueError(f"has more than {MOST_PATTERNS} patterns; write fewer, or one with | in it")

    def _target(self, reference: str) -> Any:
        """Return the schema that a reference leads to."""
        if reference != "#" and not reference.startswith("#/"):
            raise ValueError(
                f"{reference[:200] or '$ref'}: nothing is fetched; copy what is wanted below $defs"
            )
        found: Any = self._root
        for step in unquote(reference).split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            try:
                found = found[int(name)] if isinstance(found, list) else found[name]
            except (LookupError, TypeError, ValueError):
                raise ValueError(f"{reference[:200]}: leads nowhere in this schema") from None
        return found
