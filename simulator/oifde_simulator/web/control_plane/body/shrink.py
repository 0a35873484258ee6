"""A large value that breaks its schema is shrunk to a small one that breaks it at the same place.

Rule: the explaining validator never walks a large value. The compiled one, which stops at the first breach,
finds the wrong member of a long list by halving.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from operator import itemgetter
from typing import Any

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.json_schema.schema import Schema, Violation

Path = tuple[str | int, ...]

MOST_EXPLAINED = 1000
"""Values that the explaining validator may have to walk."""
LONGEST_TEXT = 2000
"""Characters of a text that it may have to read."""
MOST_LISTS = 8
"""Lists that are cut to one member, one after another."""
MOST_CONTAINERS = 10_000
"""Lists and objects among which the longest list is looked for."""


@dataclass(frozen=True, slots=True)
class ShrunkValue:
    """A small value that breaks the schema as a large one does."""

    value: Any
    """Small value; still too large where `count` is above MOST_EXPLAINED."""
    count: int
    """Number of values in it, counted up to just above MOST_EXPLAINED."""
    too_long: tuple[Path, int, int] | None = None
    """Path of a list that is only too long, the length that the schema accepts, and its length."""
    kept: Mapping[Path, int] = field(default_factory=dict)
    """Index of the one member that is left, by the path of its list."""

    def placed(self, violation: Violation) -> Violation:
        """Move a breach of the small value to its places in the large one."""
        alternatives = tuple(tuple(map(self.placed, each)) for each in violation.alternatives)
        return replace(violation, path=self.place(violation.path), alternatives=alternatives)

    def place(self, path: Path) -> Path:
        """Find the path in the large value for a path of the small one."""
        return tuple(self.kept.get(path[:end], step) for end, step in enumerate(path))


def shrink(value: Any, schema: Schema) -> ShrunkValue:
    """Shrink a value that `schema` refuses."""
    kept: dict[Path, int] = {}
    for _ in range(MOST_LISTS):
        if (count := _count(value)) <= MOST_EXPLAINED or (path := _longest(value)) is None:
            break
        whole = _at(value, path)
        end = _first_refused(value, path, whole, schema)
        one = _replace_at(value, path, whole[end - 1 : end])
        if schema.accepts(one):
            place = ShrunkValue(None, 0, None, kept).place(path)
            return ShrunkValue(one, _count(one), (place, end - 1, len(whole)), kept)
        value, kept[path] = one, end - 1
    if (count := _count(value)) <= MOST_EXPLAINED:
        short = _shorten_texts(value)
        value = value if schema.accepts(short) else short  # the length of a text may be the breach
    return ShrunkValue(value, count, None, kept)


def _count(value: Any) -> int:
    """Count the values in it, itself included; stop just above MOST_EXPLAINED."""
    count = 1
    for _, each in _containers(value):
        count += len(each)
        if count > MOST_EXPLAINED:
            break
    return count


def _containers(value: Any) -> Iterator[tuple[Path, dict[str, Any] | list[Any]]]:
    """Yield the first MOST_CONTAINERS lists and objects with their paths, the outer ones first."""
    waiting: deque[tuple[Path, Any]] = deque([((), value)] if isinstance(value, dict | list) else ())
    seen = len(waiting)
    while waiting:
        path, each = waiting.popleft()
        yield path, each
        for step, inner in each.items() if isinstance(each, dict) else enumerate(each):
            if seen >= MOST_CONTAINERS:
                break
            if isinstance(inner, dict | list):
                seen += 1
                waiting.append(((*path, step), inner))


def _longest(value: Any) -> Path | None:
    """Find the path of the longest list of more than one member."""
    lists = [(len(each), path) for path, each in _containers(value) if isinstance(each, list)]
    length, path = max(lists, key=itemgetter(0), default=(0, ()))
    return path if length > 1 else None


def _first_refused(value: Any, path: Path, whole: list[Any], schema: Schema) -> int:
    """Find the least length, from 1, at which the beginning of the list is refused."""
    fits, refused = 0, len(whole)
    while refused - fits > 1:
        middle = (fits + refused) // 2
        if schema.accepts(_replace_at(value, path, whole[:middle])):
            fits = middle
        else:
            refused = middle
    return refused


def _at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def _replace_at(value: Any, path: Path, inner: Any) -> Any:
    """Copy `value` with `inner` at a path."""
    if not path:
        return inner
    copy = value.copy()
    copy[path[0]] = _replace_at(value[path[0]], path[1:], inner)
    return copy


def _shorten_texts(value: Any) -> Any:
    """Copy `value` with long texts cut to LONGEST_TEXT characters."""
    if isinstance(value, str):
        return value[:LONGEST_TEXT]
    if isinstance(value, dict):
        return {key: _shorten_texts(each) for key, each in value.items()}
    return [_shorten_texts(each) for each in value] if isinstance(value, list) else value
