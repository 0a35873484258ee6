"""Whether a query costs more among many literal records: the same query with a few, and with 100,000.

Rule: the answers are equally long (one record, or one full page of a single user's), so that only the search
differs.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from contextlib import ExitStack
from pathlib import Path

from load import Load, generator, load
from measure import Server, circumstances, middle, serving, simulator, stay_off_the_servers_core, table

FIRST_USER, FIRST_START, MINUTE = 13_900_000_000, 1_618_558_942_000, 60_000
PAGE = 10
"""Records on the page that is asked for."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    options.add_argument("--records", type=int, default=100_000)
    options.add_argument("--one-user", action="store_true", help="all of one user; default: each of another")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=float, default=3, help="of load, for each server in each round")
    options.add_argument("--connections", type=int, default=16)
    chosen = options.parse_args()
    stay_off_the_servers_core()
    counts = (PAGE if chosen.one_user else 1, chosen.records)
    with ExitStack() as running:
        servers = {count: start(running, count, chosen.one_user) for count in counts}
        turns = interleave(servers, chosen)
        resident = {count: server.resident() for count, server in servers.items()}
    print(circumstances())
    print(report(turns, resident))
    print(
        f"\n{chosen.rounds} rounds of {chosen.seconds:g} s each, {chosen.connections} connections, ", end=""
    )
    print(f"load by {generator()}. Medians, in brackets least and greatest.")


def start(running: ExitStack, count: int, one_user: bool) -> Server:
    """A simulator with one tenant, `records`, that has so many."""
    scenario = Path(running.enter_context(tempfile.TemporaryDirectory())) / "records.yaml"
    scenario.write_text(written(count, one_user))
    command = simulator("--tls", "off", "--no-bundled", "--scenarios", str(scenario))
    server = running.enter_context(serving(command))
    said = json.loads(server.ask(query(count, one_user)))
    expected = (count, PAGE) if one_user else (1, 1)
    if (found := (said["total"], len(said["recordList"]))) != expected:
        raise SystemExit(f"expected total and records {expected}, found {found}")
    return server


def written(count: int, one_user: bool) -> str:
    """The scenario file; a record a line."""
    lines = (json.dumps(record(number, one_user)) for number in range(count))
    head = ("tenant:", "  tokens: any", "sessions:", "  generate: false", "  records:")
    return "\n".join((*head, *(f"    - {line}" for line in lines), ""))


def record(number: int, one_user: bool) -> dict[str, str | int]:
    return {
        "callSorId": str(FIRST_USER + (0 if one_user else number)),
        "calledNumber": "899149138753490944",
        "startTime": FIRST_START + number * MINUTE,
    }


def query(count: int, one_user: bool) -> bytes:
    """Ask for the user in the middle."""
    user = str(FIRST_USER + (0 if one_user else count // 2))
    fields = {"tenantId": "records", "authToken": "any", "userMobile": user, "pageSize": str(PAGE)}
    return json.dumps(fields).encode()


def interleave(servers: dict[int, Server], chosen: argparse.Namespace) -> dict[int, list[Load]]:
    """A short turn to warm up, then the rounds, each beginning with the other server."""
    turns: dict[int, list[Load]] = {count: [] for count in servers}
    for count, server in servers.items():
        load(server, query(count, chosen.one_user), 1, chosen.connections)
    for number in range(chosen.rounds):
        for count in sorted(servers, reverse=bool(number % 2)):
            body = query(count, chosen.one_user)
            turns[count].append(load(servers[count], body, chosen.seconds, chosen.connections))
    return turns


def report(turns: dict[int, list[Load]], resident: dict[int, float]) -> str:
    base = turns[min(turns)]
    head = ("literal records", "server CPU a query, µs", "ratio", "resident, MiB")
    rows = [
        [
            f"{count:,}",
            middle([load.cpu * 1e6 for load in loads]),
            middle([own.cpu / other.cpu for own, other in zip(loads, base, strict=True)], ".2f"),
            f"{resident[count]:.1f}",
        ]
        for count, loads in turns.items()
    ]
    return table(head, rows)


if __name__ == "__main__":
    main()
