"""Finds rules about a number that has no sessions, where one that differs by a slip has some."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from oifde_simulator.scenario.lint.finding import Finding, value_at
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.text import KeyPath, shown

KEYS: KeyPath = ("match", "request", "userMobile")
USERS = ("userMobile", "callSorId")
"""Fields of a record by which a query finds it, the one that counts first."""
LONGEST = 32
"""Characters of the longest number that is compared; telephones have up to 15 (ITU-T E.164)."""
TOLD_APART = 3
"""Characters at the end of a number by which users next to one another differ; a short one is often meant."""


def warnings(value: Mapping[str, Any], scenario: Scenario) -> Iterator[Finding]:
    """Find such rules in a scenario without mistakes, if only the users that it names have sessions."""
    if scenario.generate is not None and scenario.generate.anybody:
        return
    known = set(_users(value))
    shortened = {
        short: user for user in known if len(user) <= LONGEST for short in _without_one(user, TOLD_APART)
    }
    for place, rule in enumerate(value["rules"] if known else ()):
        number, path = value_at(rule, KEYS), KEYS
        if isinstance(number, dict) and "const" in number:
            number, path = number["const"], (*KEYS, "const")
        if not isinstance(number, str) or number in known or len(number) > LONGEST:
            continue
        if near := _near(number, known, shortened):
            message = f"no session here is of {shown(number)}; did you mean {shown(near)}?"
            yield Finding(("rules", place, *path), message)


def _users(value: Mapping[str, Any]) -> Iterator[str]:
    """Yield the numbers that have sessions."""
    yield from value_at(value, ("sessions", "users")) or ()
    for record in value_at(value, ("sessions", "records")) or ():
        user = next((record[name] for name in USERS if record.get(name)), ())
        yield from map(str, user if isinstance(user, list) else (user,))


def _near(number: str, known: set[str], shortened: Mapping[str, str]) -> str:
    """Find the user whose number has a digit more or less, or two that stand the other way round.

    A number that differs in one digit is another user's, and so is one with others at its end.
    """
    if number in shortened:
        return shortened[number]
    slips = (*_without_one(number), *_swapped(number))
    return next((slip for slip in slips if slip in known), "")


def _without_one(number: str, kept: int = 0) -> Iterator[str]:
    """Leave out each character once, but for `kept` at the end."""
    return (number[:place] + number[place + 1 :] for place in range(len(number) - kept))


def _swapped(number: str) -> Iterator[str]:
    return (
        number[:place] + number[place + 1] + number[place] + number[place + 2 :]
        for place in range(len(number) - TOLD_APART)
    )
