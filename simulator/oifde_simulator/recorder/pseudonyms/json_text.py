"""JSON inside strings: read, and written again as it was written."""

from __future__ import annotations

import json
from typing import Any

STYLES: tuple[dict[str, Any], ...] = (
    {"separators": (",", ":"), "ensure_ascii": False},
    {"separators": (",", ":"), "ensure_ascii": True},
    {"separators": (", ", ": "), "ensure_ascii": False},
    {"separators": (", ", ": "), "ensure_ascii": True},
)


def read(text: str) -> tuple[Any, dict[str, Any]] | None:
    """Read an object or a list, and how it is written; None for other text."""
    if text[:1] not in ("{", "["):
        return None
    try:
        value = json.loads(text)
        style = next((each for each in STYLES if json.dumps(value, **each) == text), STYLES[0])
    except (ValueError, RecursionError):
        return None
    return value, style


def write(value: Any, style: dict[str, Any]) -> str:
    """Write a value in a style of `read`."""
    return json.dumps(value, **style)
