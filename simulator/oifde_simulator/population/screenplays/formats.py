"""Formats money and days of a locale, and holds its choices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from oifde_simulator.fast_dataclasses import dataclass

CENTS = 100


class Package(NamedTuple):
    """A plan: its monthly fee in cents, and its GB of data."""

    name: str
    price: int
    data: int


@dataclass(frozen=True, slots=True)
class Formats:
    """The table [formats] of a screenplay file, with operator and packages."""

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
    holidays: tuple[str, ...]
    """Days without visits and deliveries, as month and day: "12-25"."""
    countries: Sequence[str]
    topups: Sequence[int]
    compensations: Sequence[int]
    day_pass: int
    addon: int
    packages: Sequence[Package]

    def format_price(self, cents: int) -> str:
        """Format an amount of money; whole amounts have no cents."""
        whole, rest = divmod(cents, CENTS)
        return self.money.replace("{amount}", f"{whole}.{str(rest).zfill(2)}" if rest else str(whole))

    def format_day(self, day: date) -> str:
        """Format a date with weekday and month."""
        # A format string takes twice as long.
        named = self.date_pattern.replace("{weekday}", self.weekdays[day.weekday()])
        return named.replace("{month}", self.months[day.month - 1]).replace("{day}", str(day.day))
