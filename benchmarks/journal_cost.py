"""What the journal costs a request: the decision alone, and the decision put on record.

Rule: both decide the same requests in one process, in turns; only the journal stands between them. The log is
silent, as it is at `--log-level error`: what it costs to write a line is not the journal's.
"""

from __future__ import annotations

import argparse
import gc
import json
import logging
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from measure import HEADERS, QUERY, circumstances, middle, table
from multidict import CIMultiDict, CIMultiDictProxy

from oifde_simulator.config import Settings
from oifde_simulator.engine.attempt import Attempts
from oifde_simulator.engine.pipeline import Pipeline
from oifde_simulator.immediate import immediate
from oifde_simulator.journal import Journal
from oifde_simulator.model.entry import Entry
from oifde_simulator.model.exchange import Answer, Exchange
from oifde_simulator.model.http import Request
from oifde_simulator.oifde.router import Router
from oifde_simulator.scenario import selection
from oifde_simulator.tenants import Tenants

GETTOKEN = "/oifde/rest/api/gettoken"
ASKED = {
    "tenantId": "tenant001",
    "authToken": "0dbe11892be840cf983453ea70b505de",
    "userMobile": "180****9999",
}
CLIENT = {
    "Host": "127.0.0.1:8443",
    "User-Agent": "python-requests/2.32.3",
    "Accept-Encoding": "gzip, deflate",
    "Accept": "*/*",
    "Connection": "keep-alive",
}
"""Headers that `requests` sends beside those of the body."""
KINDS: dict[str, Callable[[int], Any]] = {
    "the same body again": lambda n: ASKED,
    "no two bodies alike": lambda n: ASKED | {"callId": f"c{n}"},
    "a large answer": lambda n: ASKED | {"tenantId": "paging", "userMobile": "18000000250"},
    "spoiled by a rule": lambda n: ASKED | {"tenantId": "outage"},
    "refused": lambda n: ASKED | {"pageSize": "7"},
    "refused, no two bodies alike": lambda n: ASKED | {"pageSize": f"7{n}"},
    "a token fetched": lambda n: {"appKey": "tenant001", "appSecret": "secret"},
}
"""By what the table calls them, the body of the nth request."""

Way = Callable[[Request], object]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    options.add_argument("--rounds", type=int, default=15)
    options.add_argument(
        "--requests", type=int, default=2000, help="of each kind, in each turn of each round"
    )
    chosen = options.parse_args()
    logging.disable(logging.WARNING)
    print(circumstances())
    print(table(("requests", "decided, µs", "on record too, µs", "more, µs", "ratio"), rows(chosen)))
    print(f"\nThe medians of {chosen.rounds} rounds of {chosen.requests:,} requests, ", end="")
    print("in brackets least and greatest.")


def rows(chosen: argparse.Namespace) -> list[list[str]]:
    tenants = Tenants(selection.scenarios(Settings()), seed="0", error_status=200)
    router, journal = Router(bad_json_status=400), Journal(tenants.state)
    whole, decided = Pipeline(router, tenants, journal), Unrecorded(router, tenants, journal)
    ways = [partial(ask, pipeline) for pipeline in (decided, whole)]
    return [row(name, chosen, ways) for name in KINDS]


class Unrecorded(Pipeline):
    """Decides about requests, and puts none on record but the first."""

    def __init__(self, router: Router, tenants: Tenants, journal: Journal) -> None:
        super().__init__(router, tenants, journal)
        self._attempts = UnrecordedAttempts(tenants, journal)


class UnrecordedAttempts(Attempts):
    """Makes attempts, and puts none on record but the first."""

    def __init__(self, tenants: Tenants, journal: Journal) -> None:
        super().__init__(tenants, journal)
        self._state: Any = Unrecording(self._state)

    def _enter(self, exchange: Exchange, given: Answer | None) -> Entry:
        return self._state.first or super()._enter(exchange, given)


class Unrecording:
    """What requests ask of the state, but that it records the first one alone."""

    def __init__(self, state: Any) -> None:
        self.admit, self.turn, self._state = state.admit, state.turn, state
        self.first: Entry | None = None

    async def record(self, read: Any, entry: Entry, *rest: Any, **options: Any) -> Entry:
        if self.first is None:
            self.first = await self._state.record(read, entry, *rest, **options)
        return self.first

    def finish(self, *_: Any) -> None:
        """Record no end either."""


def ask(pipeline: Pipeline, request: Request) -> None:
    immediate(pipeline.handle(request))


def row(name: str, chosen: argparse.Namespace, ways: Sequence[Way]) -> list[str]:
    """Microseconds a request, the one way and the other, in turns."""
    taken: list[list[float]] = [[], []]
    for number in range(chosen.rounds + 1):
        for place in (0, 1) if number % 2 else (1, 0):
            found = turn(ways[place], requests(name, number, place, chosen.requests))
            if number:  # the first round fills the caches
                taken[place].append(found)
    alone, both = taken
    more = statistics.median(each - other for each, other in zip(both, alone, strict=True))
    ratio = statistics.median(each / other for each, other in zip(both, alone, strict=True))
    return [name, middle(alone), middle(both), f"{more:.1f}", f"{ratio:.2f}"]


def requests(name: str, number: int, place: int, count: int) -> list[Request]:
    """Requests as sockets bring them: no object of one is in another."""
    beginning = (2 * number + place) * count
    path = GETTOKEN if name == "a token fetched" else QUERY
    return [request(path, KINDS[name](beginning + n)) for n in range(count)]


def request(path: str, fields: Any) -> Request:
    body = json.dumps(fields).encode()
    headers = CIMultiDict(CLIENT | HEADERS | {"Content-Length": str(len(body))})
    return Request("POST", path, CIMultiDictProxy(headers), body)


def turn(way: Way, asked: Sequence[Request]) -> float:
    gc.collect()
    gc.disable()  # a collection would be charged to whoever has the turn
    began = time.process_time()
    for each in asked:
        way(each)
    seconds = time.process_time() - began
    gc.enable()
    return seconds / len(asked) * 1e6


if __name__ == "__main__":
    main()
