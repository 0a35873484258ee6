"""Draws the facts behind a session's values: cents, GB and days.

Facts of the user (name, address, plan) depend on the user alone, and facts of the month (bill, data used) on
user and month, so that sessions of one user agree as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from oifde_simulator.bounded_cache import bounded_cache
from oifde_simulator.population.draws import Draws
from oifde_simulator.population.screenplays.caller import Caller
from oifde_simulator.population.screenplays.formats import CENTS, Package

SUNDAY = 6
WORKING_DAYS_KEPT = 512 << 10
"""Bytes of the working days in memory: some 1,000 days of a locale."""


class Facts(dict[str, Any]):
    """Facts by name; a missing fact is drawn at its first access."""

    __slots__ = ("caller", "draws", "formats", "today")

    def __init__(self, draws: Draws, caller: Caller, day: date) -> None:
        """Take the session's `day`, and the `caller` with the user's own facts."""
        self.draws = draws
        self.caller = caller
        self.formats = caller.formats
        self.today = day

    def __missing__(self, name: str) -> Any:
        fact = self[name] = FACTS[name](self)
        return fact


def _bigger_plan(facts: Facts) -> Package:
    plans = facts.formats.packages
    return plans[facts.draws.between(facts.caller.person.plan + 1, len(plans) - 1)]


def _used(facts: Facts) -> int:
    """Compute the data used in tenths of a GB: it grows through the month and stays below the plan's."""
    share: float = (0.3 + 0.65 * facts.caller.person.habit) * facts.today.day / 31
    return int(facts["plan"].data * 10 * share)


def _ahead(first: int, last: int) -> Callable[[Facts], date]:
    """Make the fact of a working day, drawn from `first` to `last` days after the session."""
    return lambda facts: _working(facts, facts.draws.between(first, last))


def _month_start(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)


def _working(facts: Facts, days: int, since: str = "") -> date:
    """Find the day that is `days` after today or the fact `since`, or the next working day after it."""
    day = facts[since] if since else facts.today
    return _working_day((day.toordinal() + days, facts.formats.holidays))


@bounded_cache(WORKING_DAYS_KEPT)
def _working_day(asked: tuple[int, tuple[str, ...]]) -> date:
    ordinal, holidays = asked
    day = date.fromordinal(ordinal)
    while day.weekday() == SUNDAY or day.isoformat()[5:] in holidays:
        day += timedelta(1)
    return day


def _contract_end(facts: Facts) -> date:
    """Compute the end of the user's contract, which stays the same for up to three months."""
    phase = facts.caller.draws("contract").below(3)
    return _month_start(facts.today, 2 + (phase - facts.today.month) % 3) - timedelta(1)


# Functions of amounts in cents.
MONEY: Mapping[str, Callable[[Facts], int]] = {
    "price": lambda f: f["plan"].price,
    "extra": lambda f: f.caller.draws(f.today.year, f.today.month).between(120, 3890),
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
    "plan": lambda f: f.formats.packages[f.caller.person.plan],
    "new": _bigger_plan,
    "small": lambda f: f.formats.packages[f.caller.person.plan - 1],
    "days": lambda f: f.draws.between(3, 14),
    "used": _used,
}
