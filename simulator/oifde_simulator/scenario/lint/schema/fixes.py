"""Guesses how a value of the wrong type was meant: the fix at the end of a message."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from oifde_simulator.instants import FARTHEST_OFFSET, epoch_milliseconds
from oifde_simulator.model.vendor_errors import BY_CODE, BY_NAME
from oifde_simulator.oifde import operations
from oifde_simulator.scenario.lint.schema.spellings import Spelling, spellings
from oifde_simulator.scenario.lint.schema.unknown_keys import OF_RULES, slipped
from oifde_simulator.scenario.lint.schema.wording import plain
from oifde_simulator.scenario.lint.windows import NUMBERED_FIX, meant_days, numbered_days
from oifde_simulator.scenario.yaml.scalars import FLOAT, INTEGER, SWITCHES
from oifde_simulator.text import KeyPath, shown

NEEDED = ("callSorId", "calledNumber", "startTime")
"""Fields of a record that must have a value, unless it is sent as it stands."""


NONE = ("none", "None", "nil", "empty")
"""Texts that stand for an empty list."""
MOST_FAULTS = 4
"""Faults in a mapping that are written out as a list."""


def suggested_fix(expected: list[str], value: Any, text: str) -> str:
    """Suggest a value of one of the `expected` JSON types; empty where the meaning is not clear.

    `text` is the value as the document writes it.
    """
    if value is None:
        return "remove it, or give it a value"
    if value in NONE and expected == ["array"]:
        return "for none write [], or leave the key out"
    if value in ({}, []) and expected in (["array"], ["object"]):
        return f"for none write {'{}' if isinstance(value, list) else '[]'}, or leave the key out"
    if isinstance(value, dict):
        return _list_of(value) if expected == ["array"] else ""
    if isinstance(value, list):
        return _mapping_of(value) if "object" in expected else ""
    if "string" in expected:
        return f"put it in quotes: {shown(text)}"
    if not isinstance(value, str):
        if expected != ["array"]:
            return ""
        return 'begin each item with "- "' if isinstance(value, bool) else f"write it as a list: [{text}]"
    return next((fix for name in expected if (fix := FIXES[name](value))), "")


def meant(value: Any, schema: Mapping[str, Any]) -> str:
    """Suggest what a text stands for that fits once it is written otherwise; empty where that is not clear.

    The suggestion is exact, so that no general advice is needed beside it.
    """
    if isinstance(value, dict | list):
        single = _types(schema) == ["array"] and "x-fix" in schema and isinstance(value, dict)
        whole = f"write it as a list: [{_flow(value)}]" if single and len(value) == 1 else ""
        return suggested_fix(_types(schema), value, "") if _is_slip(value) else whole
    if not isinstance(value, str):
        return ""
    slip = slipped(value)
    if slip:
        return slip if "object" in _types(schema) or value.startswith("-") else ""
    if _types(schema) == ["array"] and value not in NONE:
        return f"write it as a list: [{plain(value)}]"
    number = float(value) if FLOAT.fullmatch(value) else None
    if number is None or not schema.get("minimum", number) <= number <= schema.get("maximum", number):
        return ""
    fits = "number" in _types(schema) or ("integer" in _types(schema) and INTEGER.fullmatch(value))
    return f"take the quotes away: {value}" if fits else ""


def exact_fix(path: KeyPath, value: Any) -> str:
    """Suggest another key for a value of a type that this one never takes."""
    if value is None and path[-3:-2] == ("records",) and path[-1] in NEEDED:
        return _null_field(str(path[-1]))
    if path[-1:] == ("respond",) and (answer := _answer(value)):
        return f"write {{{answer}}}"
    if path[-1:] == ("match",) and isinstance(value, str) and value in operations.BY_NAME:
        return f"write {{endpoint: {value}}}"
    if path[-2:] == ("respond", "body") and isinstance(value, dict | list):
        return "for JSON write json instead of body"
    if "days" in path[-2:] and "window" in path[-3:] and (days := _days(path, value)):
        return days
    if path[-1:] == ("time_zone",) and type(value) is int and abs(value) <= FARTHEST_OFFSET:
        return f'write "{value:+03}:00"'
    return _whole_part(path, value)


def _days(path: KeyPath, value: Any) -> str:
    """Suggest the days that a text in place of a list stands for, or a number in place of a day."""
    whole = path[-1] == "days"
    if isinstance(value, str) and whole and (days := meant_days(value)):
        return f"write it as a list: [{days}]"
    if isinstance(value, str | int) and not isinstance(value, bool) and (days := numbered_days(str(value))):
        return f"{NUMBERED_FIX} {f'[{days}]' if whole else days}"
    return ""


def _whole_part(path: KeyPath, value: Any) -> str:
    """Suggest how a part of a scenario is written that stands in another shape."""
    if not path and isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
        return 'rules belong below the key rules: write "rules:" above the list, and indent it'
    if path == ("tenant",) and isinstance(value, str) and not set(value) & set(" :="):
        return f"write {{id: {plain(value)}}}"
    if path == ("sessions", "users") and not isinstance(value, dict | None):
        first = value[0] if isinstance(value, list) and value and isinstance(value[0], str) else "18000000001"
        return f"write how many sessions each has: {{{shown(first)}: 12}}"
    if path[-1:] == ("faults",) and isinstance(value, dict) and 1 < len(value) <= MOST_FAULTS:
        return f"write each as an item of a list: [{', '.join(_fault(*each) for each in value.items())}]"
    return ""


def tidied(value: Any, schema: Mapping[str, Any]) -> Spelling | None:
    """Spell a number or quantity as it is read here: `1.5s` for `1,5s`; None for any other text."""
    found = spellings(value) if isinstance(value, str) else iter(())
    return next((each for each in found if each.written != value and _accepts(schema, each.written)), None)


def mistaken_letters(value: Any, schema: Mapping[str, Any]) -> str:
    """Say which letters stand for digits, where a number is wanted; empty where none do."""
    if not isinstance(value, str) or not {"integer", "number"} & set(_types(schema)):
        return ""
    return next((each.note for each in spellings(value) if INTEGER.fullmatch(each.written)), "")


def _accepts(schema: Mapping[str, Any], written: str) -> bool:
    """Check that a schema accepts a number or a quantity, as far as its own keywords say."""
    if "pattern" in schema and re.search(schema["pattern"], written):
        return True
    types = _types(schema)
    whole = "integer" in types and INTEGER.fullmatch(written)
    if not whole and not ("number" in types and FLOAT.fullmatch(written)):
        return False
    number = float(written)
    least, most = schema.get("minimum", number), schema.get("maximum", number)
    return bool(least <= number <= most and schema.get("not", {}).get("const") != number)


def _null_field(name: str) -> str:
    patch = f"{{op: replace, path: /recordList/0/{name}, value: null}}"
    return (
        "give it a value; to send a null, write derive: false beside records, with userMobile in each, "
        f"or a rule with patch: [{patch}]"
    )


def _answer(value: Any) -> str:
    """Guess the answer that a single value stands for: a status, a code, or the name of an error."""
    if isinstance(value, str):
        return f"error: {value}" if value in BY_NAME else ""
    if type(value) is not int:
        return ""
    return f"status: {value}" if 200 <= value <= 599 else f"errorCode: {value}" if value in BY_CODE else ""


def _types(schema: Mapping[str, Any]) -> list[str]:
    types = schema.get("type", [])
    return types if isinstance(types, list) else [types]


def _flow(value: Any) -> str:
    """Write a mapping in one line; what is inside its values is left out."""
    return f"{{{', '.join(f'{key}: {plain(each)}' for key, each in value.items())}}}"


def _fault(name: str, settings: Any) -> str:
    return name if settings is None else _flow({name: settings})


def _is_slip(value: dict[str, Any] | list[Any]) -> bool:
    """Check for a mapping or list that stands for the other: dashes without space, items in braces."""
    if isinstance(value, list):
        return bool(value) and all(isinstance(each, dict) for each in value)
    return any(map(slipped, value)) or (bool(value) and all(each is None for each in value.values()))


def _list_of(value: Mapping[str, Any]) -> str:
    if slip := next(filter(None, map(slipped, value)), ""):
        return slip
    if value and all(each is None for each in value.values()):
        return f"{{}} holds keys with values, [] a list: write [{', '.join(value)}]"
    if value and all(
        isinstance(each, dict) and not each.keys().isdisjoint(OF_RULES) for each in value.values()
    ):
        return f'begin each item with "- " and its name, such as - name: {plain(next(iter(value)))}'
    return 'begin each item with "- "'


def _mapping_of(value: list[Any]) -> str:
    if not value or not all(isinstance(each, dict) for each in value):
        return ""
    keys = [f"{key}: {plain(each)}" for item in value for key, each in item.items()]
    return f"take the brackets or dashes away: {{{', '.join(keys[:3])}{', ...' * bool(keys[3:])}}}"


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
    key, space, value = written.partition(" ")
    if space and key.isidentifier() and " " not in value and not set(value) & set(":="):
        return f"write a colon after the key: {shown(f'{key}: {value}')}"
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
