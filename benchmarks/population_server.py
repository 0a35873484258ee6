"""Measures a server with generated sessions: start, memory after 100,000 users, and a page over the wire.

Rule: the server without them differs in one key of its scenario, `generate`; the literal page over the
wire is the generated one, frozen by `sessions --export`.
"""

from __future__ import annotations

import argparse
import http.client
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import start
from load import Load, generator, load
from measure import (
    HEADERS,
    QUERY,
    ROOT,
    Server,
    circumstances,
    middle,
    serving,
    simulator,
    stay_off_the_servers_core,
    table,
)

EXAMPLE_WORLD = (ROOT / "scenarios" / "tenant001.yaml").read_text()
GENERATES = "  generate: {}\n"
WITH, WITHOUT = "with generated sessions", "without"
TOKEN = "0dbe11892be840cf983453ea70b505de"
"""Token of the specification's example."""
USER, PAGE = "18000000010", 10
"""User number and number of records of the page that is asked for over the wire."""
FROZEN = "frozen1"
"""Id of the tenant with the literal records, as long as the id of the other tenant."""
WARM = "13900000000"
"""Number of the user who is asked for first."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    options.add_argument("--rounds", type=int, default=9)
    options.add_argument("--seconds", type=float, default=2, help="of load, for each tenant in each round")
    options.add_argument("--connections", type=int, default=16)
    options.add_argument("--users", type=int, default=100_000, help="whose first page is asked for")
    chosen = options.parse_args()
    stay_off_the_servers_core()
    with tempfile.TemporaryDirectory() as folder:
        began = starts(Path(folder), chosen.rounds)
        turns = over_the_wire(Path(folder) / "wire", chosen)
        held = memory(Path(folder) / WITH, chosen.users)
    print(circumstances())
    print(table(("cold start", "first answer, ms", "ratio"), began))
    print(f"\nMedian of {chosen.rounds} starts each, in brackets least and greatest.\n")
    print(table(("first page of 10 records", "server CPU a request, µs", "ratio"), turns))
    print(
        f"\n{chosen.rounds} rounds of {chosen.seconds:g} s each, {chosen.connections} connections, ", end=""
    )
    print(f"load by {generator()}. Medians, in brackets least and greatest.\n")
    print(table(("resident memory", "MiB", "above the start, MiB"), held))


def starts(folder: Path, rounds: int) -> list[list[str]]:
    """Measure the time to the first answer, that of the example, with and without `generate`."""
    if GENERATES not in EXAMPLE_WORLD:
        raise SystemExit(f"expected {GENERATES!r} in scenarios/tenant001.yaml, found none")
    for name, text in ((WITH, EXAMPLE_WORLD), (WITHOUT, EXAMPLE_WORLD.replace(GENERATES, ""))):
        (folder / name).mkdir()
        (folder / name / "tenant001.yaml").write_text(text)
        command = simulator("--tls", "off", "--no-bundled", "--scenarios", str(folder / name))
        start.COMMANDS[name] = lambda command=command: command  # type: ignore[misc]
    taken = start.interleave([WITH, WITHOUT], rounds)
    return [
        [
            name,
            middle([seconds * 1e3 for seconds in taken[name]], ".0f"),
            middle([own / base for own, base in zip(taken[name], taken[WITHOUT], strict=True)], ".2f"),
        ]
        for name in (WITHOUT, WITH)
    ]


def over_the_wire(folder: Path, chosen: argparse.Namespace) -> list[list[str]]:
    """Measure the same page, generated and literal, in turns of one server."""
    folder.mkdir()
    written = {
        "tenant": {"tokens": [TOKEN]},
        "clock": "2026-01-01T14:00:00Z",
        "sessions": {"generate": {"oddities": {"emoji": 0}}, "users": {USER: PAGE}},
    }
    (folder / "fresh01.yaml").write_text(json.dumps(written))
    freeze(folder)
    turns: dict[str, list[Load]] = {"fresh01": [], FROZEN: []}
    with ExitStack() as running:
        command = simulator("--tls", "off", "--no-bundled", "--scenarios", str(folder))
        server = running.enter_context(serving(command))
        same_bytes(server)
        for number in range(-1, chosen.rounds):
            for name in sorted(turns, reverse=bool(number % 2)):
                turn = load(server, query(USER, name), chosen.seconds, chosen.connections)
                if number >= 0:
                    turns[name].append(turn)
    named = {"literal": turns[FROZEN], "generated": turns["fresh01"]}
    return [
        [
            name,
            middle([turn.cpu * 1e6 for turn in own]),
            middle([a.cpu / b.cpu for a, b in zip(own, named["literal"], strict=True)], ".2f"),
        ]
        for name, own in named.items()
    ]


def freeze(folder: Path) -> None:
    """Write the generated records as a scenario with literal ones."""
    target = folder / f"{FROZEN}.yaml"
    command = [sys.executable, "-m", "oifde_simulator", "sessions", str(folder / "fresh01.yaml"), USER]
    subprocess.run([*command, "--export", str(PAGE), "--to", str(target)], check=True, cwd=ROOT, stdout=2)


def same_bytes(server: Server) -> None:
    """Check that both tenants give the same answer."""
    fresh, frozen = (json.loads(server.ask(query(USER, name))) for name in ("fresh01", FROZEN))
    if fresh != frozen or len(fresh["recordList"]) != PAGE:
        raise SystemExit(f"expected {PAGE} equal records, found {len(fresh['recordList'])} and others")


def query(user: str, tenant: str = "tenant001") -> bytes:
    return json.dumps({"tenantId": tenant, "authToken": TOKEN, "userMobile": user, "pageSize": "10"}).encode()


def memory(folder: Path, users: int) -> list[list[str]]:
    """Measure the resident memory of a fresh process at the start, after one user and after `users` users."""
    with serving(simulator("--tls", "off", "--no-bundled", "--scenarios", str(folder))) as server:
        begun = server.resident()
        server.ask(query(WARM))
        drawn = server.resident()
        ask_all(server, (f"180{number:08}" for number in range(users)))
        after = server.resident()
    return [
        ["as soon as it listens", f"{begun:.1f}", "-"],
        ["the start: one user answered", f"{drawn:.1f}", "0.0"],
        [f"after the first page of {users:,} users", f"{after:.1f}", f"{after - drawn:.1f}"],
    ]


def ask_all(server: Server, users: Iterator[str]) -> None:
    """Ask for the first page of each user on one connection; more than half of the pages must be full."""
    address = urlsplit(server.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port)
    totals = []
    for user in users:
        connection.request("POST", QUERY, query(user), HEADERS)
        totals.append(json.loads(connection.getresponse().read())["total"])
    connection.close()
    if statistics.median(totals) < PAGE:
        raise SystemExit(f"expected users with {PAGE} sessions and more, found {statistics.median(totals)}")


if __name__ == "__main__":
    main()
