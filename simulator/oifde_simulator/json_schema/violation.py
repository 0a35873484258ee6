"""One way in which a value breaks its schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oifde_simulator.fast_dataclasses import dataclass

JSON = Any
"""A JSON value in Python: dict, list, str, int, float, bool or None."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One way in which a value breaks its schema."""

    path: tuple[str | int, ...]
    """Keys and indexes from the root of the value."""
    keyword: str
    """Keyword that refused the value: `type`, `enum`, `required`, `pattern`, `format` and so on."""
    expected: JSON
    """Value of that keyword in the schema."""
    found: JSON
    """Refused value; for `required`, the object that lacks a key."""
    schema: Mapping[str, JSON]
    """Subschema that refused the value, with its title and description."""
    message: str
    """Explanation in jsonschema's words."""
    alternatives: tuple[tuple[Violation, ...], ...] = ()
    """Violations of each alternative of a `oneOf` or `anyOf`, where the value fits none of them."""
