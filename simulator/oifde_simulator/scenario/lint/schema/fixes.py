"""Guesses how a value of the wrong type was meant: the fix at the end of a message."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from oifde_simulator.instants import epoch_milliseconds
from oifde_simulator.scenario.yaml.scalars import FLOAT, INTEGER, SWITCHES
from oifde_simulator.text import shown


def suggested_fix(expected: list[str], value: Any, text: str) -> str:
    """Suggest a value of one of the `expected` JSON types; empty where the meaning is not clear.

    `text` is the value as the document writes it.
    """
    if value is None:
        return "remove it, or give it a value"
    if isinstance(value, dict | list):
        return 'begin each item with "- "' if expected == ["array"] else ""
    if "string" in expected:
        return f"put it in quotes: {shown(text)}"
    return next((fix for name in expected if (fix := FIXES[name](str(value)))), "")


def _integer(written: str) -> str:
    if INTEGER.fullmatch(written):
        return f"take the quotes away: {written}"
    stamp = epoch_milliseconds(written)
    return "" if stamp is None else f"times are epoch milliseconds; if it is UTC, write {stamp}"


def _number(written: str) -> str:
    return f"take the quotes away: {written}" if FLOAT.fullmatch(written) else ""


def _boolean(written: str) -> str:
    meaning = {"true": True, "false": False, **SWITCHES}.get(written.lower())
    return "" if meaning is None else f"write {json.dumps(meaning)}, without quotes"


def _object(written: str) -> str:
    key, colon, value = written.partition(":")
    mapping = shown(f"{key}: {value}")
    return f"write a space after the colon: {mapping}" if colon and key.isidentifier() else ""


FIXES: Mapping[str, Callable[[str], str]] = {
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "object": _object,
    "array": lambda written: f"write it as a list: [{shown(written)}]",
    "null": lambda _written: "",
}
"""Suggestions for a text that stands where another type is expected, by that type."""
