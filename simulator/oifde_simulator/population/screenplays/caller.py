"""What belongs to the user: equal in all sessions, and so made once for all sessions on a page."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import NamedTuple

from oifde_simulator.population.screenplays.formats import Formats
from oifde_simulator.population.vocabulary import Vocabulary
from oifde_simulator.randomness import KeyedRandom, key

MONTHS_KEPT = 36
"""Months of one user of which texts are in memory."""


class Person(NamedTuple):
    """Facts of the user; `habit` is the share of data used, from 0 to 1."""

    name: str
    city: str
    street: str
    address: str
    company: str
    plan: int
    habit: float


class Caller:
    """A user, and the texts that are equal in all of the user's sessions in a month."""

    def __init__(self, key: bytes, vocabulary: Vocabulary, formats: Formats, number: str = "") -> None:
        """Take the `key` of the user's own facts, and the user's `number`."""
        self._key = key
        self._months: dict[tuple[int, int], dict[str, str]] = {}
        self.vocabulary = vocabulary
        self.formats = formats
        self.number = number

    def draws(self, *purpose: object) -> KeyedRandom:
        """Make draws that depend on the user and `purpose` alone."""
        return KeyedRandom(key(self._key.hex(), *purpose))

    def texts(self, day: date) -> dict[str, str]:
        """Find the texts of the month of `day`, by placeholder; those that were not asked for are missing."""
        month = (day.year, day.month)
        known = self._months.get(month)
        if known is None:
            if len(self._months) >= MONTHS_KEPT:
                self._months.clear()
            known = self._months[month] = {}
        return known

    @cached_property
    def person(self) -> Person:
        """Facts of the user."""
        draws, words = KeyedRandom(self._key), self.vocabulary
        name, city, street = draws.pick(words.names), draws.pick(words.cities), draws.pick(words.streets)
        address = self.address(city, street, draws)
        # Neither the smallest nor the biggest plan, so that there is one to change to.
        plan = draws.between(1, len(self.formats.packages) - 2)
        return Person(name, city, street, address, draws.pick(words.companies), plan, draws.unit())

    def address(self, city: str, street: str, draws: KeyedRandom) -> str:
        """Format an address in a street, its house number drawn."""
        return self.formats.address.format(city=city, street=street, number=draws.between(2, 480))
