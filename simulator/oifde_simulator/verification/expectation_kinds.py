"""Single expectations from JSON.

Rule: one member decides the kind of an expectation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any, Protocol

from oifde_simulator.journal.filters import ATTRIBUTES, Filter
from oifde_simulator.oifde.operations import REQUEST_FIELDS
from oifde_simulator.stepwise import Steps
from oifde_simulator.text import KeyPath, did_you_mean
from oifde_simulator.verification.counting import Count
from oifde_simulator.verification.descriptions import MOST_CONDITIONS, Description, DescriptionReader
from oifde_simulator.verification.order import Order
from oifde_simulator.verification.pages import PagesWalked
from oifde_simulator.verification.snapshot import JournalSnapshot, Result
from oifde_simulator.verification.tokens import TokensFetchedFirst

COUNTS = ("count", "atLeast", "atMost")
"""Members of an expectation of a number."""
MOST_STEPS = 100
"""Steps of one order."""
LARGEST = 10**9
"""Largest number of exchanges that can be expected."""


class Expectation(Protocol):
    """An expectation of the exchanges on record."""

    @property
    def tenant(self) -> str | None:
        """Tenant whose entries are searched; None for all."""
        ...

    @property
    def filters(self) -> Sequence[Filter]:
        """Filters of the exchanges that are looked for."""
        ...

    def verify(self, snapshot: JournalSnapshot) -> Steps[Result]:
        """Verify the expectation on a snapshot."""
        ...


def read_expectation(reader: DescriptionReader, path: KeyPath, given: Any) -> Steps[Expectation | None]:
    """Read one item of `expect`; None after an error."""
    if not isinstance(given, Mapping):
        reader.add_error(path, 'expected an object such as {"count": 3, "userMobile": "18000000001"}')
        return None
    kinds = list(dict.fromkeys(KINDS[name] for name in given if name in KINDS))
    if len(kinds) == 1:
        return (yield from kinds[0](reader, path, given))
    if kinds:
        named = ", ".join(name for name in given if name in KINDS)
        reader.add_error(path, f"{named} are expectations of their own; write one object for each")
    else:
        known = {*ATTRIBUTES, *REQUEST_FIELDS, "match"}
        hints = (did_you_mean(name, KINDS) for name in islice(given, MOST_CONDITIONS) if name not in known)
        hint = next(filter(None, hints), f"; expected one of {', '.join(KINDS)}")
        reader.add_error(path, f"says nothing to expect{hint}")
    return None


def _count(reader: DescriptionReader, path: KeyPath, given: Mapping[str, Any]) -> Steps[Expectation]:
    for name in COUNTS:
        if name in given and not _is_count(given[name]):
            reader.add_error((*path, name), f"expected a whole number from 0 to {LARGEST}")
            given = {each: value for each, value in given.items() if each != name} | {"atLeast": 0}
    if "count" in given and ("atLeast" in given or "atMost" in given):
        reader.add_error(path, "expected count, or atLeast and atMost, not both")
    flat = {name: value for name, value in given.items() if name not in (*COUNTS, "match", "since")}
    if "since" in given:
        reader.add_error((*path, "since"), "belongs beside expect, for all of it")
    parts = [((*path, "match"), given["match"])] if "match" in given else []
    description = yield from reader.describe(*parts, (path, flat))
    least, most = given.get("count", given.get("atLeast", 0)), given.get("count", given.get("atMost"))
    if most is not None and least > most:
        reader.add_error(path, f"atLeast {least} is more than atMost {most}")
    return Count(description, int(least), None if most is None else int(most))


def _is_count(value: Any) -> bool:
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return whole and not isinstance(value, bool) and 0 <= value <= LARGEST


def _none(reader: DescriptionReader, path: KeyPath, given: Mapping[str, Any]) -> Steps[Expectation]:
    _check_alone(reader, path, given)
    return Count((yield from reader.describe(((*path, "none"), given["none"]))), 0, 0)


def _order(reader: DescriptionReader, path: KeyPath, given: Mapping[str, Any]) -> Steps[Expectation]:
    _check_alone(reader, path, given)
    steps, path = given["order"], (*path, "order")
    if not isinstance(steps, list) or not 1 <= len(steps) <= MOST_STEPS:
        reader.add_error(path, f"expected a list of 1 to {MOST_STEPS} objects of conditions")
        steps = []
    described = []
    for place, step in enumerate(steps):
        described.append((yield from reader.describe(((*path, place), step))))
    return Order(described)


def _tokens(reader: DescriptionReader, path: KeyPath, given: Mapping[str, Any]) -> Steps[Expectation]:
    return TokensFetchedFirst((yield from _described(reader, path, given, "tokensFetchedFirst")))


def _pages(reader: DescriptionReader, path: KeyPath, given: Mapping[str, Any]) -> Steps[Expectation]:
    return PagesWalked((yield from _described(reader, path, given, "pagesWalked")))


def _described(
    reader: DescriptionReader, path: KeyPath, given: Mapping[str, Any], name: str
) -> Steps[Description]:
    _check_alone(reader, path, given)
    wanted = {} if given[name] is True else given[name]
    if wanted is False:
        reader.add_error((*path, name), "expected true, or an object of conditions")
        wanted = {}
    return (yield from reader.describe(((*path, name), wanted)))


def _check_alone(reader: DescriptionReader, path: KeyPath, given: Mapping[str, Any]) -> None:
    """Report members beside the one that decides the kind."""
    ((kind, *_), others) = [name for name in given if name in KINDS], [n for n in given if n not in KINDS]
    for name in others:
        reader.add_error((*path, name), f"is unknown beside {kind}; conditions belong inside it")


KINDS: Mapping[str, Callable[[DescriptionReader, KeyPath, Mapping[str, Any]], Steps[Expectation]]] = {
    **dict.fromkeys(COUNTS, _count),
    "none": _none,
    "order": _order,
    "tokensFetchedFirst": _tokens,
    "pagesWalked": _pages,
}
"""Readers by the member that decides the kind."""
