"""What was changed between two JSON documents, by pointer: same changes in several elements are told once.

Rule: pure and without recursion, since documents may be nested deeply.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any, Literal, NamedTuple

import orjson

from oifde_simulator.model.exchange import Exchange
from oifde_simulator.rules.patch import Patch
from oifde_simulator.rules.rule import Action, Rule

How = Literal["added", "removed", "replaced"]
ABSENT: Any = object()
"""Stands for a value that is not there."""


class Change(NamedTuple):
    """One change, in so many places."""

    path: str
    """JSON pointer (RFC 6901); `*` stands for the elements of an array."""
    how: How
    times: int
    before: Any
    """Value in the first of the places; ABSENT where it was added."""
    after: Any
    """Value in the first of the places; ABSENT where it was removed."""

    def as_json(self) -> dict[str, Any]:
        """Write the change for machines."""
        return {name: value for name, value in self._asdict().items() if value is not ABSENT}


def patch_changes(rule: Rule, exchange: Exchange) -> tuple[Change, ...]:
    """List what a rule with a patch has changed; nothing for rules that send other answers."""
    before, after = exchange.honest.response.body, exchange.response.body
    if before == after or not any(_patches(rule, action, exchange) for action, _ in rule.actions):
        return ()
    if not (isinstance(before, bytes) and isinstance(after, bytes)):
        return ()
    try:
        return tuple(changes(orjson.loads(before), orjson.loads(after)))
    except orjson.JSONDecodeError:
        return ()


def _patches(rule: Rule, action: Action, exchange: Exchange) -> bool:
    named = tuple(fault.fault_name for fault in action.faults)
    return named == exchange.faults_of(rule.name) and any(isinstance(each, Patch) for each in action.reshapes)


def changes(before: Any, after: Any) -> list[Change]:
    """List the changes from one document to another, in the order of the documents."""
    found: dict[tuple[str, How], Change] = {}
    for path, old, new in _differences(before, after):
        how: How = "added" if old is ABSENT else "removed" if new is ABSENT else "replaced"
        known = found.get((path, how))
        change = Change(path, how, 1, old, new) if known is None else known._replace(times=known.times + 1)
        found[path, how] = change
    return list(found.values())


def _differences(before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    pairs = [("", before, after)]
    while pairs:
        path, old, new = pairs.pop()
        if type(old) is dict and type(new) is dict:
            names = dict.fromkeys((*old, *new))
            inner = [(f"{path}/{step(name)}", old.get(name, ABSENT), new.get(name, ABSENT)) for name in names]
        elif type(old) is list and type(new) is list:
            inner = [(f"{path}/*", one, other) for one, other in _elements(old, new)]
        else:
            if old is ABSENT or new is ABSENT or type(old) is not type(new) or old != new:
                yield path, old, new
            continue
        pairs.extend(reversed(inner))


def _elements(old: list[Any], new: list[Any]) -> Iterator[tuple[Any, Any]]:
    """Pair the elements of two lists; where some were put in or left out, those at both ends stay pairs."""
    if len(old) == len(new):
        yield from zip(old, new, strict=True)
        return
    begin, shorter = 0, min(len(old), len(new))
    while begin < shorter and old[begin] == new[begin]:
        begin += 1
    end = 0
    while end < shorter - begin and old[-1 - end] == new[-1 - end]:
        end += 1
    yield from zip_longest(old[begin : len(old) - end], new[begin : len(new) - end], fillvalue=ABSENT)


def step(name: str) -> str:
    """Write a name as a step of a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")
