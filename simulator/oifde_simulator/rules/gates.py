"""The first tests of all rules together: one look at a field tells which rules it lets pass.

Rule: what is remembered is a pure function of the rules and of one value that a client has sent. It is kept
in a bounded cache. Few tests are made anew, which costs less than looking their verdict up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from sys import getsizeof
from typing import Any

from oifde_simulator.bounded_cache import BoundedCache
from oifde_simulator.model.view import ABSENT, View
from oifde_simulator.rules.rule import Rule

MANY = 4
"""Tests of one field from which on their verdict about a value is remembered."""
VERDICTS_KEPT = 1 << 20
"""Bytes of verdicts that are remembered, of all tenants."""
VERDICT = 80
"""Bytes of memory that a verdict takes beside its value and the places."""
PLAIN = frozenset((str, int, float, bool, type(None), type(ABSENT)))
"""Types of the values that a verdict is remembered of."""

Places = tuple[int, ...]
"""Places of rules among all of a tenant, ascending."""
Test = tuple[int, Callable[[Any], bool]]
"""Place of a rule, and its first test."""

VERDICTS: BoundedCache[Places] = BoundedCache(
    VERDICTS_KEPT, lambda key, places: VERDICT + getsizeof(key[2]) + getsizeof(places)
)


class _Field:
    """First tests of one field, of which there are many."""

    def __init__(self, tests: Sequence[Test]) -> None:
        self._tests = tests
        # Stands for the tests in the cache, which would otherwise outlive their tenant.
        self.mark = object()

    def passing(self, value: Any) -> Places:
        """Find the rules that a value lets pass; it was not asked about lately."""
        kind = type(value)
        if kind not in PLAIN:
            return self._tested(value)
        key = (self.mark, kind, value)
        found = VERDICTS.find(key)
        return VERDICTS.keep(key, self._tested(value)) if found is None else found

    def _tested(self, value: Any) -> Places:
        return tuple([place for place, accepts in self._tests if accepts(value)])


class Gates:
    """First tests of the rules of one tenant."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        """Compile the tests; rules that are never asked are not among those that pass."""
        fields: dict[tuple[int, str], list[Test]] = {}
        for place, rule in enumerate(rules):
            if not rule.only_lasts:
                part, name, accepts = rule.matcher.gate
                fields.setdefault((part, name), []).append((place, accepts))
        self._single = [
            (part, name, *test)
            for (part, name), tests in fields.items()
            if len(tests) < MANY
            for test in tests
        ]
        self._many = [
            (part, name, _Field(tests)) for (part, name), tests in fields.items() if len(tests) >= MANY
        ]

    def passing(self, view: View) -> Sequence[int]:
        """Find the rules whose first test a request meets, in their order."""
        gets = (view.request.get, view.headers.get, view.response.get)
        # Most rules are not about most requests: one test tells, without a call more.
        found = [place for part, name, place, accepts in self._single if accepts(gets[part](name, ABSENT))]
        if self._many:
            self._add_many(gets, found)
        found.sort()
        return found

    def _add_many(self, gets: Sequence[Callable[[str, Any], Any]], found: list[int]) -> None:
        """Find the rules by the verdicts about fields of which there are many tests."""
        young = VERDICTS.young
        for part, name, field in self._many:
            value = gets[part](name, ABSENT)
            kind = type(value)
            kept = young.get((field.mark, kind, value)) if kind in PLAIN else None
            found += field.passing(value) if kept is None else kept[0]
