"""Changes between the honest body and the one that was sent, each at its place.

Rule: in steps, and bounded: of each value the beginning is told, of all changes the first.
"""

from __future__ import annotations

import base64
from typing import Any, NamedTuple

import orjson

from oifde_simulator.engine.changes.document_changes import ABSENT, step
from oifde_simulator.stepwise import Steps

MOST_CHANGES = 200
"""Changes that are told."""
LONGEST_VALUE = 1000
"""Characters of a value, or of its JSON, that are told."""


class Changes(NamedTuple):
    """The first changes, and the number of the others."""

    told: list[dict[str, Any]]
    more: int = 0


def body_changes(honest: bytes, sent: bytes) -> Steps[Changes]:
    """List the changes between two bodies that differ; where one is no JSON, the one change of the whole."""
    try:
        pairs = [("", orjson.loads(honest), orjson.loads(sent))]
    except orjson.JSONDecodeError:
        return Changes([_change("", _whole(honest), _whole(sent))])
    told: list[dict[str, Any]] = []
    more = 0
    while pairs:
        path, old, new = pairs.pop()
        yield
        if type(old) is dict and type(new) is dict:
            names = dict.fromkeys((*old, *new))
            pairs += [
                (f"{path}/{step(name)}", old.get(name, ABSENT), new.get(name, ABSENT))
                for name in reversed(names)
            ]
        elif type(old) is list and type(new) is list:
            pairs += reversed(_elements(path, old, new))
        elif old is ABSENT or new is ABSENT or type(old) is not type(new) or old != new:
            if len(told) < MOST_CHANGES:
                told.append(_change(path, old, new))
            else:
                more += 1
    return Changes(told, more)


def _whole(octets: bytes) -> Any:
    """Read a body as one value: JSON, else text, else base64; ABSENT for an empty one."""
    if not octets:
        return ABSENT
    try:
        return orjson.loads(octets)
    except orjson.JSONDecodeError:
        return _as_text(octets)


def _as_text(octets: bytes) -> str:
    """Write bytes as text, in base64 where they are none."""
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return base64.b64encode(octets).decode()


def _elements(path: str, old: list[Any], new: list[Any]) -> list[tuple[str, Any, Any]]:
    """Pair the elements of two lists; where some were put in or left out, those at both ends stay pairs.

    The path of an element that was put in has its place in the new list, any other its place in the old one.
    """
    shorter, begin, end = min(len(old), len(new)), 0, 0
    if len(old) != len(new):
        while begin < shorter and old[begin] == new[begin]:
            begin += 1
        while end < shorter - begin and old[-1 - end] == new[-1 - end]:
            end += 1
    else:
        begin = shorter
    middle = range(begin, max(len(old), len(new)) - end)
    pairs = [(place, old[place], new[place]) for place in range(begin)]
    pairs += [(place, _at(old, place, end), _at(new, place, end)) for place in middle]
    return [(f"{path}/{place}", one, other) for place, one, other in pairs]


def _at(values: list[Any], place: int, end: int) -> Any:
    return values[place] if place < len(values) - end else ABSENT


def _change(path: str, old: Any, new: Any) -> dict[str, Any]:
    """Write a change; a value that is not there has no member."""
    values = {"honest": old, "sent": new}
    shown = {name: _shown(value) for name, value in values.items() if value is not ABSENT}
    cut = any(shown[name] is not values[name] for name in shown)
    return {"path": path, **shown, **({"cut": True} if cut else {})}


def _shown(value: Any) -> Any:
    """Shorten a value: a text to its beginning, a list or an object to the beginning of its JSON."""
    if isinstance(value, str):
        return value if len(value) <= LONGEST_VALUE else value[:LONGEST_VALUE]
    if not isinstance(value, dict | list):
        return value
    text = orjson.dumps(value).decode()
    return value if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE]
