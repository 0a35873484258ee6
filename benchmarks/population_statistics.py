"""Statistics of generated sessions by locale: how many users have, and when they begin in local time.

python benchmarks/population_statistics.py                   # 2,000 users as they are by default
python benchmarks/population_statistics.py --per-day 0.5     # with per_day, as a scenario may have it
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from measure import table

from oifde_simulator.model.sessions import Criteria
from oifde_simulator.population import generator

NOW = 1_767_225_600_000
"""2026-01-01T00:00:00Z in epoch milliseconds."""
DAYS = 90
ZONES = {"en_US": "America/New_York", "zh_CN": "Asia/Shanghai"}
WORLD: dict[str, Any] = {"seed": "0", "world": "statistics", "tenant": "statistics"}
OUTBOUND = "2"
WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class Population:
    """The sessions of some users of one locale."""

    def __init__(self, locale: str, users: int, **options: Any) -> None:
        history = generator.history(**WORLD, locale=locale, days=DAYS, **options)
        zone = ZoneInfo(ZONES[locale])
        self.counts: list[int] = []
        self.most_a_day = 0
        self.inward: list[datetime] = []
        self.outward: list[datetime] = []
        for number in range(users):
            user = str(18_000_000_000 + number)
            starts = [session.start // 1000 for session in history.select(Criteria(user=user), NOW)]
            begun = [datetime.fromtimestamp(start, zone) for start in starts]
            self.counts.append(len(starts))
            self.most_a_day = max([self.most_a_day, *Counter(moment.date() for moment in begun).values()])
            for start, moment in zip(starts, begun, strict=True):
                outward = history.source.dialog_type(user, start) == OUTBOUND
                (self.outward if outward else self.inward).append(moment)

    def rows(self) -> Iterator[tuple[str, str]]:
        """Name the numbers of one column."""
        total = len(self.inward) + len(self.outward)
        yield "sessions of a user, mean", f"{total / len(self.counts):.1f}"
        yield "median", f"{median(self.counts):g}"
        yield "most", str(max(self.counts))
        yield "users with none", share(self.counts, lambda count: count == 0)
        yield "users with one to five", share(self.counts, lambda count: 1 <= count <= 5)
        yield "most sessions of a user on one day", str(self.most_a_day)
        yield "outbound calls among all", f"{100 * len(self.outward) / total:.1f} %"
        for name, moments in (("inbound and chats", self.inward), ("outbound", self.outward)):
            yield f"{name}, 22:00 to 06:00 local", share(moments, night)
            yield f"{name}, 09:00 to 20:00 local", share(moments, lambda moment: 9 <= moment.hour < 20)
            for place, day in enumerate(WEEK):
                yield f"{name}, {day}", share(moments, lambda moment, at=place: moment.weekday() == at)


def night(moment: datetime) -> bool:
    """Check that people sleep."""
    return moment.hour >= 22 or moment.hour < 6


def share(things: Sequence[Any], fits: Any) -> str:
    """Tell the share of things that fit."""
    return f"{100 * sum(map(fits, things)) / max(1, len(things)):.1f} %"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    options.add_argument("--users", type=int, default=2000)
    options.add_argument("--per-day", type=float, help="sessions a user and day, in place of the default")
    chosen = options.parse_args()
    how = {} if chosen.per_day is None else {"per_day": chosen.per_day}
    columns = [dict(Population(locale, chosen.users, **how).rows()) for locale in ZONES]
    print(f"{chosen.users:,} users, {DAYS} days, generator {generator.VERSION}\n")
    print(table(("", *ZONES), [[name, *(column[name] for column in columns)] for name in columns[0]]))


if __name__ == "__main__":
    main()
