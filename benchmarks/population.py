"""What generated sessions cost to answer: pages, and lookups by ID, as the pipeline decides them.

Rule: nothing is remembered unless the row says so: each first page is of a user never seen before, each
session that is looked up was never made before, and what is compared takes turns.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from statistics import median
from typing import Any

from measure import HEADERS, QUERY, circumstances, middle, stay_off_the_servers_core, table
from multidict import CIMultiDict

from oifde_simulator.engine.pipeline import Pipeline
from oifde_simulator.immediate import immediate
from oifde_simulator.journal import Journal
from oifde_simulator.model.http import Request
from oifde_simulator.model.sessions import CallSession, Criteria
from oifde_simulator.oifde.router import Router
from oifde_simulator.population import generator
from oifde_simulator.scenario import loader
from oifde_simulator.tenants import Tenants

CLOCK = "2026-01-01T14:00:00Z"
PAGE = 100
"""Records on a page."""
HISTORIES = (1, 100, 5000)
"""Sessions of users whose sessions are looked up."""
USERS = {f"1390000{sessions:04}": sessions for sessions in HISTORIES}
HEAVY = f"1390000{HISTORIES[-1]:04}"
LAST_PAGE = HISTORIES[-1] // PAGE
numbers = map(str, count(18_000_000_000))
"""Users never seen before."""


class World:
    """A tenant in which everybody has some 180 sessions, and a few users exactly so many."""

    def __init__(self, clock: str = CLOCK, *records: Mapping[str, Any]) -> None:
        written = {
            "tenant": {"tokens": "any"},
            "clock": clock,
            "sessions": {"generate": {"per_day": 2}, "users": USERS, "records": records},
        }
        scenario = loader.loads(json.dumps(written).encode(), "generated.yaml", "generated")
        self.tenants = Tenants({"generated": scenario}, seed="0", error_status=200)
        generator.warm("en_US")
        self._pipeline = Pipeline(Router(bad_json_status=400), self.tenants, Journal(self.tenants.state))

    def asked(self, expected: int, **wanted: str) -> float:
        """Milliseconds of CPU that a query takes; its answer must have so many records."""
        body = json.dumps({"tenantId": "generated", "authToken": "any"} | wanted).encode()
        request = Request("POST", QUERY, CIMultiDict(HEADERS), body)
        begun = time.process_time_ns()
        exchange = immediate(self._pipeline.handle(request))
        taken = (time.process_time_ns() - begun) / 1e6
        said: Any = json.loads(exchange.response.body)
        if len(said["recordList"]) != expected:
            raise SystemExit(f"expected {expected} records, found {len(said['recordList'])}: {wanted}")
        return taken

    def sessions(self, user: str) -> Sequence[CallSession]:
        """A user's sessions, newest first."""
        return immediate(self.tenants.select("generated", Criteria(user=user)))

    def call_ids(self, user: str) -> Iterator[str]:
        """Those of a user's sessions, newest first."""
        for session in self.sessions(user):
            yield session.call_id or ""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    options.add_argument("--rounds", type=int, default=30)
    chosen = options.parse_args()
    stay_off_the_servers_core()
    rounds = range(chosen.rounds)
    print(circumstances())
    print(table(("first page of 100 records", "CPU, ms"), first_pages(rounds)))
    print()
    print(table(("page of a user with 5,000 sessions", "CPU, ms", "ratio"), far_pages(rounds)))
    print()
    print(table(("page 49 of a user with 5,000 sessions, again", "CPU, ms", "ratio"), beside_literal(rounds)))
    print()
    print(table(("by callId; sessions of the user", "CPU, ms", "ratio"), lookups(rounds)))
    print(
        f"\n{chosen.rounds} rounds in one process, without sockets. Medians, in brackets least and greatest."
    )


def first_pages(rounds: Sequence[int]) -> list[list[str]]:
    """A user never seen before, and the same again; with the time of day some sessions are going on."""
    rows = []
    for name, clock in (("a clock that stands", CLOCK), ("the time of day", "now")):
        scout, world = World(clock), World(clock)
        users = [busy(scout) for _ in rounds]
        first = [world.asked(PAGE, userMobile=user) for user in users]
        again = [median(world.asked(PAGE, userMobile=user) for _ in range(5)) for user in users]
        rows.append([f"user never seen before, {name}", middle(first, ".2f")])
        rows.append([f"the same again, {name}", middle(again, ".2f")])
    world = World("now")
    world.asked(PAGE, userMobile=HEAVY)
    again = [world.asked(PAGE, userMobile=HEAVY) for _ in rounds]
    return [*rows, ["the same again, 5,000 sessions, the time of day", middle(again, ".2f")]]


def busy(scout: World) -> str:
    """The next user with a page of sessions; another world looks, so that the one that is asked has not."""
    return next(user for user in numbers if len(scout.sessions(user)) >= PAGE)


def far_pages(rounds: Sequence[int]) -> list[list[str]]:
    """Pages of the heavy user, each in a world of its own that knows nothing yet; then once more."""
    taken: dict[str, list[float]] = {}
    pages = {"1": "1", str(LAST_PAGE): str(LAST_PAGE)}
    for number in rounds:
        for page in sorted(pages, reverse=bool(number % 2)):
            world = World()
            first = world.asked(PAGE, userMobile=HEAVY, pageNum=page)
            again = median(world.asked(PAGE, userMobile=HEAVY, pageNum=page) for _ in range(5))
            taken.setdefault(f"page {page}, never asked before", []).append(first)
            taken.setdefault(f"page {page}, again", []).append(again)
    return compared(taken, lambda name: name.replace(f"page {LAST_PAGE},", "page 1,"))


def beside_literal(rounds: Sequence[int]) -> list[list[str]]:
    """The heavy user's last page but one, again and again, without a literal record and with one."""
    record = {"callSorId": HEAVY, "calledNumber": "899149138753490944", "startTime": 1_766_000_000_000}
    worlds = {"no literal record": World(), "one literal record": World(CLOCK, record)}
    taken: dict[str, list[float]] = {name: [] for name in worlds}
    for number in range(-1, len(rounds)):
        for name in sorted(worlds, reverse=bool(number % 2)):
            took = [worlds[name].asked(PAGE, userMobile=HEAVY, pageNum=str(LAST_PAGE - 1)) for _ in range(5)]
            taken[name] += [median(took)] * (number >= 0)
    return compared(taken, lambda name: "no literal record")


def lookups(rounds: Sequence[int]) -> list[list[str]]:
    """The first request to a world of its own: for a session of a user who has few or many."""
    scout = World()
    ids = {user: [*scout.call_ids(user)] for user in USERS}
    taken: dict[str, list[float]] = {f"{sessions:,}": [] for sessions in HISTORIES}
    for number in rounds:
        for user in sorted(USERS, reverse=bool(number % 2)):
            took = World().asked(1, callId=ids[user][number * 37 % len(ids[user])])
            taken[f"{USERS[user]:,}"].append(took)
    return compared(taken, lambda name: "1")


def compared(taken: dict[str, list[float]], base: Callable[[str], str]) -> list[list[str]]:
    """Rows with ratios to the turns of the row that `base` names."""
    return [
        [
            name,
            middle(own, ".2f"),
            middle([a / b for a, b in zip(own, taken[base(name)], strict=True)], ".2f"),
        ]
        for name, own in taken.items()
    ]


if __name__ == "__main__":
    main()
