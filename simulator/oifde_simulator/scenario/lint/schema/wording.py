"""Values as the messages of a lint name them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from oifde_simulator.json_schema.schema import Violation
from oifde_simulator.text import shown

PLAIN = re.compile(r"[A-Za-z][A-Za-z_-]*|[0-9]{1,9}(?:ms|s|m|h)|/[\w/*]+")
"""Texts that need no quotes."""
WORDS = ("true", "false", "null", "on", "off", "yes", "no", "y", "n")
LONGEST_PLAIN = 40
LONGEST_CHOICE = 10
"""Number of allowed values up to which a message names them all."""


def found(value: Any, text: str) -> str:
    """Name a value as a reader of the file does; `text` is the value as the file writes it."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, str):
        return shown(value)
    if value is None:
        return "nothing (null)"
    return text if isinstance(value, bool) else f"the number {text}"


def choices(allowed: Sequence[Any]) -> str:
    """Write the values to choose from, or the first of many."""
    first = [as_json(value) for value in allowed[:LONGEST_CHOICE]]
    rest = len(allowed) - len(first)
    return f"{', '.join(first)} or one of {rest} more" if rest else " or ".join(first)


def listed(known: Iterable[str]) -> str:
    """Write the end of a message that lists all known names."""
    return f"; known here: {', '.join(known)}"


def unquoted(value: Any) -> str:
    """Write a value as JSON, but a text without quotes."""
    return value if isinstance(value, str) else as_json(value)


def plain(value: Any) -> str:
    """Write a single value as a file may have it; `...` for a long one, and for a list or mapping."""
    if isinstance(value, str):
        bare = PLAIN.fullmatch(value) and value.lower() not in WORDS
        return value if bare else shown(value) if len(value) <= LONGEST_PLAIN else "..."
    return "..." if value is None or isinstance(value, dict | list) else as_json(value)


def as_json(value: Any) -> str:
    """Write a value as JSON in one line, with letters of every script as they are."""
    return json.dumps(value, ensure_ascii=False)


def advice(violation: Violation, otherwise: str = "") -> str:
    """Write the end of a message with the schema's own advice for this place, else `otherwise`."""
    fix = violation.schema.get("x-fix", otherwise)
    return f"; {fix}" if fix else ""
