"""Plots the generated population for docs/population.md: sessions a user, hours, durations, turns.

python benchmarks/population_plot.py            # prints them
python benchmarks/population_plot.py --write    # puts them into docs/population.md
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from oifde_simulator.model.sessions import Criteria
from oifde_simulator.population import generator

PAGE = Path(__file__).parents[1] / "docs" / "population.md"
BEGIN, END = "<!-- plots: python benchmarks/population_plot.py --write -->\n", "<!-- end of plots -->\n"
NOW = 1_767_225_600_000
"""2026-01-01T00:00:00Z in epoch milliseconds."""
USERS = 2500
NUMBERS = range(18_000_000_000, 18_000_000_000 + USERS)
ZONE = ZoneInfo("America/New_York")


def main() -> None:
    options = argparse.ArgumentParser(description="Plots of the generated population.")
    options.add_argument("--write", action="store_true", help="put them into docs/population.md")
    text = plots(sample())
    if options.parse_args().write:
        before, _, rest = PAGE.read_text().partition(BEGIN)
        PAGE.write_text(before + BEGIN + text + END + rest.partition(END)[2])
    else:
        print(text)


def sample() -> list[Mapping[str, Any]]:
    """Make the records of the users of one world."""
    history = generator.history(seed="0", world="plots", tenant="plots", locale="en_US", days=90)
    return [
        session.record for user in map(str, NUMBERS) for session in history.select(Criteria(user=user), NOW)
    ]


def plots(records: list[Mapping[str, Any]]) -> str:
    """Draw four bar charts in one block of text."""
    hours = Counter(datetime.fromtimestamp(record["startTime"] // 1000, ZONE).hour for record in records)
    users = Counter(record["callSorId"] for record in records)
    counts = Counter(min(users[user], 12) for user in map(str, NUMBERS))
    minutes = Counter(min(length(record) // 60, 15) for record in records)
    turns = Counter(min(len(record["recordDetials"]), 12) for record in records)
    charts = (
        chart("sessions by hour of the local day", [(f"{hour:02d}", hours[hour]) for hour in range(24)]),
        chart("users by sessions", [(edge(count, 12), counts[count]) for count in range(13)]),
        chart("sessions by minutes they last", [(edge(minute, 15), minutes[minute]) for minute in range(16)]),
        chart("sessions by turns", [(edge(count, 12), turns[count]) for count in range(13)]),
    )
    return (
        "\n```text\n"
        + f"{len(records):,} sessions of {USERS:,} users, 90 days\n\n"
        + "\n\n".join(charts)
        + "\n```\n\n"
    )


def length(record: Mapping[str, Any]) -> int:
    """Compute the length of a session in seconds."""
    return int(record.get("endTime", NOW) - record["startTime"]) // 1000


def edge(value: int, last: int) -> str:
    return f"{value}+" if value == last else str(value)


def chart(title: str, rows: list[tuple[str, int]]) -> str:
    """Draw one bar a row, the longest of 50 characters."""
    most = max(count for _, count in rows)
    return "\n".join(
        [title, *(f"{name:>4} {'#' * round(50 * count / most)} {count}" for name, count in rows)]
    )


if __name__ == "__main__":
    main()
