"""How a value of the wrong type was likely meant: the fix that a message ends with."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from oifde_simulator.instants import epoch_milliseconds
from oifde_simulator.scenario.yaml.node import Node
from oifde_simulator.scenario.yaml.scalars import FLOAT, INTEGER, SWITCHES
from oifde_simulator.text import shown


def mended(expected: list[str], node: Node) -> str:
    """What to write where a type of `expected` should stand; empty where that is anybody's guess."""
    if node.value is None:
        return "remove it, or give it a value"
    if isinstance(node.value, dict | list):
        return 'begin each item with "- "' if expected == ["array"] else ""
    if "string" in expected:
        return f"put it in quotes: {shown(node.text)}"
    return next((fix for name in expected if (fix := MENDINGS[name](str(node.value)))), "")


def _whole_number(written: str) -> str:
    if INTEGER.fullmatch(written):
        return f"take the quotes away: {written}"
    stamp = epoch_milliseconds(written)
    return "" if stamp is None else f"times are epoch milliseconds; if it is UTC, write {stamp}"


def _number(written: str) -> str:
    return f"take the quotes away: {written}" if FLOAT.fullmatch(written) else ""


def _boolean(written: str) -> str:
    meaning = {"true": True, "false": False, **SWITCHES}.get(written.lower())
    return "" if meaning is None else f"write {json.dumps(meaning)}, without quotes"


def _mapping(written: str) -> str:
    key, colon, value = written.partition(":")
    return (
        f"write a space after the colon: {shown(f'{key}: {value}')}" if colon and key.isidentifier() else ""
    )


MENDINGS: Mapping[str, Callable[[str], str]] = {
    "integer": _whole_number,
    "number": _number,
    "boolean": _boolean,
    "object": _mapping,
    "array": lambda written: f"write it as a list: [{shown(written)}]",
    "null": lambda _written: "",
}
