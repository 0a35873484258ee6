"""A large value that breaks its schema, made small: what breaks it stays, and messages keep its places.

Rule: nothing here walks a large value with the explaining validator. The compiled one, which gives up at
the first breach, tells by halving which member of a long list is wrong.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import Any

from oifde_simulator.json_schema.schema import Schema, Violation

Path = tuple[str | int, ...]

MOST_EXPLAINED = 1000
"""Values that the explaining validator is given."""
LONGEST_TEXT = 2000
"""Characters of a text that it is given."""
MOST_LISTS = 8
"""Lists that are cut, one after another."""
MOST_LOOKED_AT = 10_000
"""Lists and objects among which the longest list is looked for."""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A small value that is as wrong as a large one."""

    value: Any
    """Too large still where `count` is more than MOST_EXPLAINED."""
    count: int
    """The values in it, or just too many."""
    too_long: tuple[Path, int, int] | None = None
    """A list of which no member is wrong: where, how many members would do, how many there are."""
    kept: Mapping[Path, int] = field(default_factory=dict)
    """By the path of a list that was cut: the place in it of the one member that is left."""

    def placed(self, violation: Violation) -> Violation:
        """A breach of the small value, with its places in the large one."""
        alternatives = tuple(tuple(map(self.placed, each)) for each in violation.alternatives)
        return replace(violation, path=self.place(violation.path), alternatives=alternatives)

    def place(self, path: Path) -> Path:
        """Where in the large value a path of the small one leads."""
        return tuple(self.kept.get(path[:end], step) for end, step in enumerate(path))


def narrowed(value: Any, schema: Schema) -> Narrowed:
    """`value`, which `schema` refuses, made small."""
    kept: dict[Path, int] = {}
    for _ in range(MOST_LISTS):
        if (count := _count(value)) <= MOST_EXPLAINED or (path := _longest(value)) is None:
            break
        whole = _at(value, path)
        end = _first_refused(value, path, whole, schema)
        one = _with(value, path, whole[end - 1 : end])
        if schema.accepts(one):
            place = Narrowed(None, 0, None, kept).place(path)
            return Narrowed(one, _count(one), (place, end - 1, len(whole)), kept)
        value, kept[path] = one, end - 1
    if (count := _count(value)) <= MOST_EXPLAINED:
        short = _shortened(value)
        value = value if schema.accepts(short) else short  # its length may be what is wrong
    return Narrowed(value, count, None, kept)


def _count(value: Any) -> int:
    """How many values it holds, itself included; just too many where there are more than are explained."""
    count = 1
    for _, each in _containers(value):
        count += len(each)
        if count > MOST_EXPLAINED:
            break
    return count


def _containers(value: Any) -> Iterator[tuple[Path, dict[str, Any] | list[Any]]]:
    """The first MOST_LOOKED_AT lists and objects in it with their paths, the outer ones first."""
    waiting: deque[tuple[Path, Any]] = deque([((), value)] if isinstance(value, dict | list) else ())
    seen = len(waiting)
    while waiting:
        path, each = waiting.popleft()
        yield path, each
        for step, inner in each.items() if isinstance(each, dict) else enumerate(each):
            if seen >= MOST_LOOKED_AT:
                break
            if isinstance(inner, dict | list):
                seen += 1
                waiting.append(((*path, step), inner))


def _longest(value: Any) -> Path | None:
    """Where the longest list of more than one member is."""
    lists = [(len(each), path) for path, each in _containers(value) if isinstance(each, list)]
    length, path = max(lists, key=itemgetter(0), default=(0, ()))
    return path if length > 1 else None


def _first_refused(value: Any, path: Path, whole: list[Any], schema: Schema) -> int:
    """The least length, from 1, at which the beginning of the list is refused."""
    fits, refused = 0, len(whole)
    while refused - fits > 1:
        middle = (fits + refused) // 2
        if schema.accepts(_with(value, path, whole[:middle])):
            fits = middle
        else:
            refused = middle
    return refused


def _at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def _with(value: Any, path: Path, inner: Any) -> Any:
    """The same with another value at a path."""
    if not path:
        return inner
    copy = value.copy()
    copy[path[0]] = _with(value[path[0]], path[1:], inner)
    return copy


def _shortened(value: Any) -> Any:
    """The same with the beginnings of long texts."""
    if isinstance(value, str):
        return value[:LONGEST_TEXT]
    if isinstance(value, dict):
        return {key: _shortened(each) for key, each in value.items()}
    return [_shortened(each) for each in value] if isinstance(value, list) else value
