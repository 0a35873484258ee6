"""What rules cost: the same query to a tenant without rules, and to one with 50 of which none matches.

Rule: both tenants live in one server and differ in nothing else. A second tenant without rules shows how far
two equal things differ in one run.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import timeit
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from load import Load, generator, load
from measure import (
    HEADERS,
    QUERY,
    circumstances,
    middle,
    serving,
    simulator,
    stay_off_the_servers_core,
    table,
)
from multidict import CIMultiDict

from oifde_simulator.engine.pipeline import Pipeline
from oifde_simulator.immediate import immediate
from oifde_simulator.journal import Journal
from oifde_simulator.model.http import Request
from oifde_simulator.oifde.router import Router
from oifde_simulator.scenario import loader
from oifde_simulator.tenants import Tenants

USER, RULES = "13900000000", 50
KINDS: Mapping[str, Any] = {
    "a request field is equal": lambda n: {"request": {"userMobile": f"138000000{n:02}"}},
    "a request field fits a schema": lambda n: {"request": {"userMobile": {"pattern": f"^15{n:02}"}}},
    "a header is equal": lambda n: {"headers": {"X-Request-Source": f"test-{n}"}},
    "an answer's field is equal": lambda n: {"response": {"errorCode": 900001 + n}},
    "an answer's field fits a schema": lambda n: {"response": {"total": {"minimum": 1000 + n}}},
}
"""Kinds of `match`, none of which the query meets."""
NONE, AGAIN, MIXED = "no rules", "no rules, again", f"{RULES} rules, ten of each kind"
IDS = {NONE: "rules-none", AGAIN: "rules-anew", MIXED: "rules-many"} | {
    f"{RULES} rules: {kind}": f"rules-all{place}" for place, kind in enumerate(KINDS)
}
"""Tenant ids, equally long, by what the tables call them."""
OVER_THE_WIRE = (NONE, AGAIN, MIXED)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--seconds", type=float, default=2, help="of load, for each tenant in each round")
    options.add_argument("--connections", type=int, default=16)
    options.add_argument(
        "--against", metavar="PYTHON", help="that has another version, served in the same run"
    )
    chosen = options.parse_args()
    stay_off_the_servers_core()
    turns, *others = over_the_wire(chosen)
    decided = in_process(chosen.rounds)
    print(circumstances())
    print(report("server CPU a request, µs", turns))
    for other in others:
        print(f"\nThe same of `{chosen.against}`, by turns with this one:\n")
        print(report("server CPU a request, µs", other, turns))
    print(
        f"\n{chosen.rounds} rounds of {chosen.seconds:g} s each, {chosen.connections} connections, ", end=""
    )
    print(f"load by {generator()}. Medians, in brackets least and greatest.\n")
    print(report("the decision alone, µs", decided))
    print(f"\nThe median of {chosen.rounds} rounds of {TIMES:,} calls in one process, without sockets.")


def scenario(name: str) -> str:
    """A scenario file with one record and these rules."""
    rules = [{"match": make(n)} | {"respond": {"status": 503}} for n, make in enumerate(matches(name))]
    record = {"callSorId": USER, "calledNumber": "899149138753490944", "startTime": 1618558942000}
    world = {"tenant": {"tokens": "any"}, "sessions": {"generate": False, "records": [record]}}
    return json.dumps(world | ({"rules": rules} if rules else {}))


def matches(name: str) -> list[Any]:
    if name in (NONE, AGAIN):
        return []
    kind = name.partition(": ")[2]
    return [KINDS[kind]] * RULES if kind else list(KINDS.values()) * (RULES // len(KINDS))


def query(name: str) -> bytes:
    return json.dumps({"tenantId": IDS[name], "authToken": "any", "userMobile": USER}).encode()


def over_the_wire(chosen: argparse.Namespace) -> list[dict[str, list[float]]]:
    """CPU a request at each server; a short turn to warm up, then the rounds, each beginning with another."""
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory()))
        for name in OVER_THE_WIRE:
            (folder / f"{IDS[name]}.yaml").write_text(scenario(name))
        options = ("--tls", "off", "--no-bundled", "--scenarios", str(folder))
        commands = [simulator(*options)]
        commands += [simulator(*options, python=chosen.against)] if chosen.against else []
        servers = [running.enter_context(serving(command)) for command in commands]
        turns: list[dict[str, list[Load]]] = [{name: [] for name in OVER_THE_WIRE} for _ in servers]
        places = [(place, name) for name in OVER_THE_WIRE for place in range(len(servers))]
        for place, name in places:
            expect_a_record(servers[place].ask(query(name)))
            load(servers[place], query(name), 1, chosen.connections)
        for number in range(chosen.rounds):
            first = number % len(places)
            for place, name in places[first:] + places[:first]:
                found = load(servers[place], query(name), chosen.seconds, chosen.connections)
                turns[place][name].append(found)
    return [{name: [turn.cpu * 1e6 for turn in loads] for name, loads in each.items()} for each in turns]


def expect_a_record(answer: bytes) -> None:
    """An answer that a rule has made must not pass for an honest one."""
    if (found := json.loads(answer))["total"] != 1:
        raise SystemExit(f"expected the honest answer with its one record, found {found}")


TIMES = 5000
"""Calls a round."""


def in_process(rounds: int) -> dict[str, list[float]]:
    """Microseconds that `Pipeline.handle` takes, for each tenant in turn."""
    scenarios = {IDS[name]: loader.loads(scenario(name).encode(), f"{name}.yaml", IDS[name]) for name in IDS}
    tenants = Tenants(scenarios, seed="0", error_status=200)
    pipeline = Pipeline(Router(bad_json_status=400), tenants, Journal(tenants.state))
    requests = {name: Request("POST", QUERY, CIMultiDict(HEADERS), query(name)) for name in IDS}
    taken: dict[str, list[float]] = {name: [] for name in IDS}
    for request in requests.values():
        expect_a_record(immediate(pipeline.handle(request)).response.body)
    for number in range(rounds):
        for name in sorted(IDS, reverse=bool(number % 2)):
            seconds = timeit.timeit(
                lambda name=name: immediate(pipeline.handle(requests[name])), number=TIMES
            )
            taken[name].append(seconds / TIMES * 1e6)
    return taken


def report(unit: str, turns: Mapping[str, list[float]], new: Mapping[str, list[float]] | None = None) -> str:
    """Write a table; with `new` also how many times these costs the new ones are."""
    base = turns[NONE]
    rows = [
        [name, middle(taken), middle([own - other for own, other in zip(taken, base, strict=True)])]
        for name, taken in turns.items()
    ]
    head = ["tenant", unit, "more than without, µs"]
    if new:
        head.append("new / old")
        for row in rows:
            ratios = [own / other for own, other in zip(new[row[0]], turns[row[0]], strict=True)]
            row.append(middle(ratios, ".3f"))
    return table(head, rows)


if __name__ == "__main__":
    main()
