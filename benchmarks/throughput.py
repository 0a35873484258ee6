"""What an answer costs: the simulator's whole honest path beside aiohttp with a constant answer.

Rule: one interleaved run. In each round every server has its turn, each round begins with another one, and a
ratio is that of two turns of one round; so what else the machine does is charged to all alike.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from contextlib import ExitStack
from pathlib import Path

from load import Load, generator, load
from measure import (
    EXAMPLE,
    Server,
    bare,
    circumstances,
    middle,
    serving,
    simulator,
    stay_off_the_servers_core,
    table,
)

NAMES = {
    "simulator": "the simulator: schema, token, query, render",
    "fresh": "the same, no two bodies alike",
    "application": "bare aiohttp: constant `web.Response`",
    "raw": "`web.Server`, constant raw write",
}
BASE = "application"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    options.add_argument("--servers", default=",".join(NAMES), help="some of them (default: %(default)s)")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=float, default=3, help="of load, for each server in each round")
    options.add_argument("--connections", type=int, default=16)
    chosen = options.parse_args()
    stay_off_the_servers_core()
    with ExitStack() as running:
        servers = start(running, [name for name in NAMES if name in chosen.servers.split(",")])
        turns = interleave(servers, chosen.rounds, chosen.seconds, chosen.connections)
    print(circumstances())
    print(report(turns))
    print(
        f"\n{chosen.rounds} rounds of {chosen.seconds:g} s each, {chosen.connections} connections, ", end=""
    )
    print(f"load by {generator()}. Medians, in brackets least and greatest.")


def start(running: ExitStack, names: list[str]) -> dict[str, Server]:
    """Start them; the constant answers are the simulator's own answer to the example, byte for byte."""
    servers = {}
    constant: list[str] = []
    if "simulator" in names:
        servers["simulator"] = running.enter_context(serving(simulator("--tls", "off")))
        body = Path(running.enter_context(tempfile.TemporaryDirectory())) / "body.json"
        body.write_bytes(example_answer(servers["simulator"]))
        constant = ["--body-file", str(body)]
    for name in names:
        if name == "fresh":
            servers[name] = servers["simulator"]
        elif name != "simulator":
            servers[name] = running.enter_context(serving(bare(name, *constant)))
    return servers


def example_answer(server: Server) -> bytes:
    """The answer to the example query; a fast refusal must not pass for it."""
    answer = server.ask()
    said = json.loads(answer)
    if said["errorCode"] != 0 or len(said["recordList"]) != 1:
        raise SystemExit(f"expected the example's one record, found {answer!r}")
    return answer


def interleave(
    servers: dict[str, Server], rounds: int, seconds: float, connections: int
) -> dict[str, list[Load]]:
    """A short turn to warm up, then the rounds."""
    names = list(servers)
    for name in names:
        load(servers[name], EXAMPLE, 1, connections)
    turns: dict[str, list[Load]] = {name: [] for name in names}
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            turns[name].append(load(servers[name], EXAMPLE, seconds, connections, fresh=name == "fresh"))
    if "simulator" in servers:
        example_answer(servers["simulator"])
    return turns


def report(turns: dict[str, list[Load]]) -> str:
    head = ("server", "requests/s", "p50, ms", "p99, ms", "server CPU a request, µs", "ratio")
    return table(head, [row(name, turns[name], turns.get(BASE)) for name in turns])


def row(name: str, loads: list[Load], base: list[Load] | None) -> list[str]:
    return [
        NAMES[name],
        f"{statistics.median(load.rate for load in loads):,.0f}",
        f"{statistics.median(load.p50 for load in loads) * 1e3:.2f}",
        f"{statistics.median(load.p99 for load in loads) * 1e3:.2f}",
        middle([load.cpu * 1e6 for load in loads]),
        middle([own.cpu / other.cpu for own, other in zip(loads, base, strict=True)], ".2f") if base else "-",
    ]


if __name__ == "__main__":
    main()
