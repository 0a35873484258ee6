"""Finds numbers with a decimal comma, which YAML takes apart inside {} and []: `{latency: 1,5s}`."""

from __future__ import annotations

import re
from typing import Any

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.scenario.yaml.node import Collection, Node
from oifde_simulator.scenario.yaml.scalars import resolve
from oifde_simulator.text import KeyPath

FRACTION = re.compile(r"([0-9]+)(ms|s|m|h|%|KiB|MiB|GiB)?")
"""What stands behind the comma: digits, and mostly a unit."""
NUMBER = re.compile(r"-?[0-9]+")
KEY_ENDS = re.compile(r"\s*[,}]")
"""What follows a key that has no value."""


@dataclass(frozen=True, slots=True)
class Split:
    """A number in two parts, of which the first was read as a value of its own."""

    holder: Collection
    key: str | int
    """Where the first part stands in `holder`."""
    inside: KeyPath
    """Path from the collection that is being read to the first part."""
    first: str
    """The first part as it is written."""
    whole: Node
    message: str

    def rejoin(self) -> None:
        """Put the whole number in the place of its first part."""
        self.holder.value[self.key] = self.whole.value
        self.holder.items[self.key] = self.whole


def split(text: str, event: Any, level: Collection) -> Split | None:
    """Find the number of which a plain scalar in `level` is the second part; None for any other scalar."""
    found, comma = FRACTION.fullmatch(event.value), event.start_mark.index - 1
    if found is None or text[comma] != "," or not level.items:
        return None
    joined: Split | None
    if isinstance(level.value, dict):
        joined = _of_mapping(level, (), found) if KEY_ENDS.match(text, event.end_mark.index) else None
    else:
        joined = _of_list(level, found)
    return joined if joined and text.endswith(joined.first, 0, comma) else None


def _of_list(level: Collection, found: re.Match[str]) -> Split | None:
    last, place = level.items[-1], len(level.items) - 1
    if not found[2]:
        return None  # [1,5] is a list of two numbers
    if isinstance(last, Collection):
        return _of_mapping(last, (place,), found) if isinstance(last.value, dict) and last.items else None
    return _joined(level, place, (place,), found)


def _of_mapping(holder: Collection, inside: KeyPath, found: re.Match[str]) -> Split | None:
    key = next(reversed(holder.items))
    return _joined(holder, key, (*inside, key), found)


def _joined(holder: Collection, key: str | int, inside: KeyPath, found: re.Match[str]) -> Split | None:
    first = holder.items[key]
    if not NUMBER.fullmatch(first.text):
        return None
    written = f"{first.text}.{found[0]}"
    whole = Node(resolve(written)[0], first.mark, written)
    message = f'found "{first.text},{found[0]}"; inside {{}} and [] a comma ends a value: write {written}'
    return Split(holder, key, inside, first.text, whole, message)
