"""Draws the facts behind a session's values: cents, GB, days and the person.

Facts of the user (name, address, plan) depend on the user alone, and facts of the month (bill, data used) on
user and month, so that sessions of one user agree as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from oifde_simulator.population.screenplays.formats import CENTS, Formats, Package
from oifde_simulator.population.vocabulary import Vocabulary
from oifde_simulator.randomness import KeyedRandom, key

SUNDAY = 6


class Facts(dict[str, Any]):
    """Facts by name; a missing fact is drawn at its first access."""

    __slots__ = ("caller", "draws", "formats", "number", "today", "vocabulary")

    def __init__(
        self,
        draws: KeyedRandom,
        vocabulary: Vocabulary,
        formats: Formats,
        *,
        day: date,
        caller: bytes,
        number: str,
    ) -> None:
        """Take the session's `day`, the key `caller` of the user's own facts, and the user's `number`."""
        self.draws = draws
        self.vocabulary = vocabulary
        self.formats = formats
        self.today = day
        self.caller = caller
        self.number = number

    def __missing__(self, name: str) -> Any:
        fact = self[name] = FACTS[name](self)
        return fact


class Person(NamedTuple):
    """Facts of the user, equal in all sessions; `habit` is the share of data used, from 0 to 1."""

    name: str
    city: str
    street: str
    address: str
    company: str
    plan: int
    habit: float


def format_address(facts: Facts, city: str, street: str, draws: KeyedRandom) -> str:
    """Format an address in a street, its house number drawn."""
    return facts.formats.address.format(city=city, street=street, number=draws.between(2, 480))


def _person(facts: Facts) -> Person:
    draws, words = KeyedRandom(facts.caller), facts.vocabulary
    name, city, street = draws.pick(words.names), draws.pick(words.cities), draws.pick(words.streets)
    address = format_address(facts, city, street, draws)
    # Neither the smallest nor the biggest plan, so that there is one to change to.
    plan = draws.between(1, len(facts.formats.packages) - 2)
    return Person(name, city, street, address, draws.pick(words.companies), plan, draws.unit())


def _bigger_plan(facts: Facts) -> Package:
    plans = facts.formats.packages
    return plans[facts.draws.between(facts["person"].plan + 1, len(plans) - 1)]


def _extra(facts: Facts) -> int:
    return KeyedRandom(key(facts.caller.hex(), facts.today.year, facts.today.month)).between(120, 3890)


def _used(facts: Facts) -> int:
    """Compute the data used in tenths of a GB: it grows through the month and stays below the plan's."""
    share: float = (0.3 + 0.65 * facts["person"].habit) * facts.today.day / 31
    return int(facts["plan"].data * 10 * share)


def _ahead(first: int, last: int) -> Callable[[Facts], date]:
    """Make the fact of a working day, drawn from `first` to `last` days after the session."""
    return lambda facts: _working(facts, facts.draws.between(first, last))


def _month_start(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)


def _working(facts: Facts, days: int, since: str = "") -> date:
    """Find the day that is `days` after today or the fact `since`, or the next working day after it."""
    day = (facts[since] if since else facts.today) + timedelta(days)
    while day.weekday() == SUNDAY or f"{day:%m-%d}" in facts.formats.holidays:
        day += timedelta(1)
    return day


def _contract_end(facts: Facts) -> date:
    """Compute the end of the user's contract, which stays the same for up to three months."""
    phase = KeyedRandom(key(facts.caller.hex(), "contract")).below(3)
    return _month_start(facts.today, 2 + (phase - facts.today.month) % 3) - timedelta(1)


# Functions of amounts in cents.
MONEY: Mapping[str, Callable[[Facts], int]] = {
    "price": lambda f: f["plan"].price,
    "extra": _extra,
    "amount": lambda f: f["price"] + f["extra"],
    "balance": lambda f: f.draws.between(210, 9490),
    "payment": lambda f: f.draws.pick(f.formats.topups) * CENTS,
    "after": lambda f: f["balance"] + f["payment"],
    "compensation": lambda f: f.draws.pick(f.formats.compensations) * CENTS,
    "new_price": lambda f: f["new"].price,
    "difference": lambda f: f["new"].price - f["price"],
    "small_price": lambda f: f["small"].price,
    "saving": lambda f: f["price"] - f["small"].price,
    "addon": lambda f: f.formats.addon * CENTS,
    "day_pass": lambda f: f.formats.day_pass * CENTS,
    "trip_cost": lambda f: f["days"] * f["day_pass"],
}
DATES: Mapping[str, Callable[[Facts], date]] = {
    "date": _ahead(2, 9),
    "other_date": lambda f: _working(f, f.draws.between(1, 4), "date"),
    "callback_date": _ahead(1, 2),
    "store_date": _ahead(1, 6),
    "repair_date": _ahead(1, 5),
    "delivery_date": _ahead(1, 4),
    "due": lambda f: _month_start(f.today, 1) - timedelta(1),
    "renews": lambda f: _month_start(f.today, 1),
    "contract_end": _contract_end,
    "trip_start": _ahead(3, 20),
    "trip_end": lambda f: f["trip_start"] + timedelta(f["days"] - 1),
    "past_date": lambda f: _working(f, -f.draws.between(3, 9)),
    "ordered_date": lambda f: f.today - timedelta(f.draws.between(2, 6)),
    "charge_date": lambda f: _month_start(f.today, -1) + timedelta(f.draws.below(28)),
}
FACTS: Mapping[str, Callable[[Facts], Any]] = {
    **MONEY,
    **DATES,
    "person": _person,
    "plan": lambda f: f.formats.packages[f["person"].plan],
    "new": _bigger_plan,
    "small": lambda f: f.formats.packages[f["person"].plan - 1],
    "days": lambda f: f.draws.between(3, 14),
    "used": _used,
}
