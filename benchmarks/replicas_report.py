"""Tables of replicas.py: what was measured, the aims, and a cost model."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from typing import NamedTuple

from measure import middle, table

MEMORY, ONE, TWO, FOUR = "one process, memory", "one process, Valkey", "two workers", "four workers"
MACHINES = (16, 64)
"""Cores of the machines of the cost model."""
MOST_TO_MEMORY, MOST_TO_ONE = 1.6, 1.2
"""Aims: of one process on Valkey to memory where nothing is counted, and of two workers to one process."""


class Turn(NamedTuple):
    """What one round of load saw and cost; seconds, CPU a request."""

    rate: float
    p50: float
    p99: float
    ours: float
    store: float

    @property
    def cpu(self) -> float:
        """All CPU of a request."""
        return self.ours + self.store


Turns = dict[tuple[str, str], list[Turn]]
"""Turns by deployment and scenario."""

NOTES = {
    "wrk": "Load by wrk, which fills the servers: requests come together and share round trips.",
    "Python": "Load in Python, which takes more CPU than the servers: each request has wake-ups of its own.",
}
HEAD = ("server", "scenario", "requests/s", "p50, ms", "p99, ms", "our CPU a request, µs", "the store's, µs",
        "both, to memory", "both, to one on Valkey")  # fmt: skip
MODEL = """
The cost model, from the figures of the most workers above. With `u` seconds of our CPU and `s` of the
store's a request, a machine of `C` cores, one of which is the store's, answers `min((C - 1) / u, 1 / s)`
requests a second: a Valkey server runs one script after the other, so it is full at `1 / s`, which takes
`u / s` cores of ours. The CPU of clients and of the network is not in it.
"""


def report(turns: Turns, load: str) -> str:
    """Make all tables of one load."""
    parts = [NOTES[load], "", table(HEAD, list(rows(turns))), ""]
    if found := list(summary(turns)):
        parts += [table(SUMMARY, found), ""]
    if found := list(aims(turns)):
        parts += [table(("aim", "found"), found)]
    if models := [row for scenario in scenarios(turns) for row in model(turns, scenario)]:
        head = ("scenario", *(f"{cores} cores" for cores in MACHINES), "Valkey is full at", "cores")
        parts += [MODEL, table(head, models)]
    return "\n".join((*parts, ""))


def scenarios(turns: Turns) -> list[str]:
    """Scenarios that were measured."""
    return list(dict.fromkeys(scenario for _, scenario in turns))


def rows(turns: Turns) -> Iterator[list[str]]:
    """Make the rows of what was measured, by scenario."""
    for scenario in scenarios(turns):
        for name in dict.fromkeys(name for name, _ in turns):
            own = turns[name, scenario]
            seen = f"{median(own, 'rate'):,.0f}", *(f"{median(own, q) * 1e3:.2f}" for q in ("p50", "p99"))
            cpu = (middle([getattr(each, whose) * 1e6 for each in own]) for whose in ("ours", "store"))
            bases = (compared(turns, name, base, scenario) for base in (MEMORY, ONE))
            yield [name, scenario, *seen, *cpu, *bases]


def compared(turns: Turns, name: str, base: str, scenario: str) -> str:
    """Compare all CPU a request with that of another server in the same rounds."""
    found = ratios(turns, name, base, scenario)
    return middle(found, ".2f") if found else "-"


def ratios(turns: Turns, name: str, base: str, scenario: str) -> list[float]:
    """Ratios of all CPU a request, by round; none where one of the servers was left out."""
    own, other = turns.get((name, scenario), []), turns.get((base, scenario), [])
    return [a.cpu / b.cpu for a, b in zip(own, other, strict=False)]


SUMMARY = ("scenario", "one on Valkey, to memory", "two workers, to one on Valkey", "the store's share",
           "Valkey is full with")  # fmt: skip


def summary(turns: Turns) -> Iterator[list[str]]:
    """Make the rows that docs/scaling.md has."""
    for scenario in scenarios(turns):
        one, two = ratios(turns, ONE, MEMORY, scenario), ratios(turns, TWO, ONE, scenario)
        if one and two:
            own, many = turns[ONE, scenario], most_workers(turns, scenario)
            share = statistics.median(each.store / each.cpu for each in own)
            full = median(many, "ours") / median(many, "store")
            medians = (f"{statistics.median(each):.2f}" for each in (one, two))
            yield [scenario, *medians, f"{share:.0%}", f"{full:.1f} cores of ours"]


def aims(turns: Turns) -> Iterator[list[str]]:
    """Tell which aims are reached."""
    for text, name, base, most, which in (
        ("nothing counted, one on Valkey to memory", ONE, MEMORY, MOST_TO_MEMORY, scenarios(turns)[:1]),
        ("two workers to one on Valkey", TWO, ONE, MOST_TO_ONE, scenarios(turns)),
    ):
        if found := [each for scenario in which if (each := ratios(turns, name, base, scenario))]:
            worst = max(statistics.median(each) for each in found)
            told = ", ".join(middle(each, ".2f") for each in found)
            verdict = "reached" if worst <= most else "**missed**"
            yield [f"{text}: at most {most:g} times the CPU", f"{told}: {verdict}"]


def model(turns: Turns, scenario: str) -> Iterator[list[str]]:
    """Make the row of a scenario in the cost model, where workers were measured."""
    found = most_workers(turns, scenario)
    if not found or not median(found, "store"):
        return
    ours, store = median(found, "ours"), median(found, "store")
    rates = [f"{min((cores - 1) / ours, 1 / store):,.0f}/s" for cores in MACHINES]
    yield [scenario, *rates, f"{1 / store:,.0f}/s", f"{ours / store:.1f}"]


def most_workers(turns: Turns, scenario: str) -> list[Turn]:
    """Turns of the most workers that were measured."""
    return next((turns[name, scenario] for name in (FOUR, TWO, ONE) if (name, scenario) in turns), [])


def median(turns: list[Turn], field: str) -> float:
    """The median of one figure."""
    return statistics.median(getattr(each, field) for each in turns)
