"""From one item of `expect` to the expectation that it is: a kind for each member that makes it one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any, Protocol

from oifde_simulator.journal.filters import ATTRIBUTES
from oifde_simulator.text import KeyPath as Path
from oifde_simulator.text import did_you_mean
from oifde_simulator.verification.counting import Count
from oifde_simulator.verification.describing import MOST_CONDITIONS, Reader, fields
from oifde_simulator.verification.order import Order
from oifde_simulator.verification.pages import PagesWalked
from oifde_simulator.verification.snapshot import Past, Result
from oifde_simulator.verification.tokens import TokensFetchedFirst

COUNTS = ("count", "atLeast", "atMost")
MOST_STEPS = 100
LARGEST = 10**9


class Expectation(Protocol):
    """What is expected of the past."""

    @property
    def tenant(self) -> str | None:
        """Whose entries are looked at."""
        ...

    def judge(self, past: Past) -> Result:
        """What became of it."""
        ...


def expectation(reader: Reader, path: Path, given: Any) -> Expectation | None:
    """What one item of `expect` means; None where it means nothing."""
    if not isinstance(given, Mapping):
        reader.wrong(path, 'expected an object such as {"count": 3, "userMobile": "18000000001"}')
        return None
    kinds = list(dict.fromkeys(KINDS[name] for name in given if name in KINDS))
    if len(kinds) == 1:
        return kinds[0](reader, path, given)
    if kinds:
        said = ", ".join(name for name in given if name in KINDS)
        reader.wrong(path, f"{said} are expectations of their own; write one object for each")
    else:
        known = {*ATTRIBUTES, *fields(), "match"}
        hints = (did_you_mean(name, KINDS) for name in islice(given, MOST_CONDITIONS) if name not in known)
        hint = next(filter(None, hints), f"; expected one of {', '.join(KINDS)}")
        reader.wrong(path, f"says nothing to expect{hint}")
    return None


def _count(reader: Reader, path: Path, given: Mapping[str, Any]) -> Expectation:
    for name in COUNTS:
        if name in given and not _is_count(given[name]):
            reader.wrong((*path, name), f"expected a whole number from 0 to {LARGEST}")
            given = {each: value for each, value in given.items() if each != name} | {"atLeast": 0}
    if "count" in given and ("atLeast" in given or "atMost" in given):
        reader.wrong(path, "expected count, or atLeast and atMost, not both")
    flat = {name: value for name, value in given.items() if name not in (*COUNTS, "match", "since")}
    if "since" in given:
        reader.wrong((*path, "since"), "belongs beside expect, for all of it")
    parts = [((*path, "match"), given["match"])] if "match" in given else []
    description = reader.describe(*parts, (path, flat))
    least, most = given.get("count", given.get("atLeast", 0)), given.get("count", given.get("atMost"))
    if most is not None and least > most:
        reader.wrong(path, f"atLeast {least} is more than atMost {most}")
    return Count(description, int(least), None if most is None else int(most))


def _is_count(value: Any) -> bool:
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return whole and not isinstance(value, bool) and 0 <= value <= LARGEST


def _none(reader: Reader, path: Path, given: Mapping[str, Any]) -> Expectation:
    _alone(reader, path, given)
    return Count(reader.describe(((*path, "none"), given["none"])), 0, 0)


def _order(reader: Reader, path: Path, given: Mapping[str, Any]) -> Expectation:
    _alone(reader, path, given)
    steps, path = given["order"], (*path, "order")
    if not isinstance(steps, list) or not 1 <= len(steps) <= MOST_STEPS:
        reader.wrong(path, f"expected a list of 1 to {MOST_STEPS} objects of conditions")
        steps = []
    return Order([reader.describe(((*path, place), step)) for place, step in enumerate(steps)])


def _tokens(reader: Reader, path: Path, given: Mapping[str, Any]) -> Expectation:
    return TokensFetchedFirst(_some(reader, path, given, "tokensFetchedFirst"))


def _pages(reader: Reader, path: Path, given: Mapping[str, Any]) -> Expectation:
    return PagesWalked(_some(reader, path, given, "pagesWalked"))


def _some(reader: Reader, path: Path, given: Mapping[str, Any], name: str) -> Any:
    _alone(reader, path, given)
    wanted = {} if given[name] is True else given[name]
    if wanted is False:
        reader.wrong((*path, name), "expected true, or an object of conditions")
        wanted = {}
    return reader.describe(((*path, name), wanted))


def _alone(reader: Reader, path: Path, given: Mapping[str, Any]) -> None:
    """There must be nothing beside the one member that is an expectation."""
    ((kind, *_), others) = [name for name in given if name in KINDS], [n for n in given if n not in KINDS]
    for name in others:
        reader.wrong((*path, name), f"is unknown beside {kind}; conditions belong inside it")


KINDS: Mapping[str, Callable[[Reader, Path, Mapping[str, Any]], Expectation]] = {
    **dict.fromkeys(COUNTS, _count),
    "none": _none,
    "order": _order,
    "tokensFetchedFirst": _tokens,
    "pagesWalked": _pages,
}
"""The members of an object that make it an expectation."""
