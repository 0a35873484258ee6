"""How a locale writes money and days, and what there is to choose from. Standard library only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

CENTS = 100


class Package(NamedTuple):
    """A plan: its monthly fee in cents, and its GB of data."""

    name: str
    price: int
    data: int


class Formats(NamedTuple):
    """The table [formats] of a dialogue file, with operator and packages."""

    operator: str
    space: str
    money: str
    date_pattern: str
    address: str
    phone: str
    months: Sequence[str]
    weekdays: Sequence[str]
    slots: Sequence[str]
    store_times: Sequence[str]
    holidays: Sequence[str]
    """Days on which nobody visits or delivers, as month and day: "12-25"."""
    countries: Sequence[str]
    topups: Sequence[int]
    compensations: Sequence[int]
    day_pass: int
    addon: int
    packages: Sequence[Package]

    def format_price(self, cents: int) -> str:
        """An amount of money as it is said: whole ones without cents."""
        whole, rest = divmod(cents, CENTS)
        return self.money.replace("{amount}", f"{whole}.{rest:02d}" if rest else str(whole))

    def format_day(self, day: date) -> str:
        """A date as it is said."""
        month, weekday = self.months[day.month - 1], self.weekdays[day.weekday()]
        return self.date_pattern.format(weekday=weekday, month=month, day=day.day)
