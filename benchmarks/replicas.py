"""What several processes cost: one in memory, one on Valkey, two and four workers, and where it ends.

Rule: one interleaved run. In each round every server has its turn with every scenario and load, and each
round begins with another server. CPU is that of all processes of a server, and of the store, by request.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from measure import ROOT, circumstances, simulator, wait_for
from processes import tree_cpu, valkey
from replicas_load import LOADS, available
from replicas_report import FOUR, MEMORY, ONE, TWO, Turn, Turns, report

TOKEN = "0dbe11892be840cf983453ea70b505de"
COUNTING = "headers: {X-Counted: '1'}"
RULES = {
    "nothing counted": "",
    "counted for each user": f"rules: [{{name: each, every: 2, per: [userMobile], {COUNTING}}}]",
    "one hot counter": f"rules: [{{name: hot, times: 1000000000, {COUNTING}}}]",
}
"""Rules by scenario, as the tables call it; its words joined are the tenant."""
WORKERS = {MEMORY: 0, ONE: 1, TWO: 2, FOUR: 4}
"""Processes on Valkey by deployment; 0 for memory."""


class Deployment(NamedTuple):
    """A server that runs, with the store that it has."""

    url: str
    pid: int
    store: int | None
    """Process of the store; None in memory."""

    def cpu(self) -> tuple[float, float]:
        """CPU of all our processes, and of the store, seconds."""
        return tree_cpu(self.pid), tree_cpu(self.store) if self.store else 0.0


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=int, default=4, help="of load, for each turn")
    options.add_argument("--connections", type=int, default=32)
    options.add_argument("--deployments", nargs="+", choices=WORKERS, default=list(WORKERS))
    options.add_argument("--scenarios", nargs="+", choices=RULES, default=list(RULES))
    options.add_argument("--loads", nargs="+", choices=LOADS, default=available())
    options.add_argument("--quick", action="store_true", help="two rounds of one second")
    chosen = options.parse_args()
    rounds, seconds = (2, 1) if chosen.quick else (chosen.rounds, chosen.seconds)
    print(circumstances())
    for name, turns in measured(chosen, rounds, seconds).items():
        print(report(turns, name))
    print(f"{rounds} rounds of {seconds:g} s each, {chosen.connections} connections. "
          "Medians, in brackets least and greatest.")  # fmt: skip


def measured(chosen: argparse.Namespace, rounds: int, seconds: float) -> dict[str, Turns]:
    """Serve in each of the ways, and load all of them; turns by load."""
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory()))
        write_scenarios(folder)
        servers = {name: running.enter_context(deployed(name, folder)) for name in chosen.deployments}
        return interleave(servers, chosen, rounds, seconds)


def write_scenarios(folder: Path) -> None:
    """Write a file for each tenant."""
    for scenario, rules in RULES.items():
        text = f"tenant: {{tokens: ['{TOKEN}']}}\nsettings: {{provenance: false}}\n{rules}\n"
        (folder / f"{tenant(scenario)}.yaml").write_text(text)


def tenant(scenario: str) -> str:
    """Make the ID of a scenario's tenant."""
    return scenario.replace(" ", "-")


@contextmanager
def deployed(name: str, scenarios: Path) -> Iterator[Deployment]:
    """Serve the scenarios in one of the ways that are compared."""
    with ExitStack() as running:
        options = ["--tls", "off", "--port", "0", "--log-level", "error", "--scenarios", str(scenarios)]
        store = None
        if WORKERS[name]:
            address, store = running.enter_context(valkey())
            options += ["--state", address]
        if WORKERS[name] > 1:
            options += ["--workers", str(WORKERS[name])]
        ready = Path(running.enter_context(tempfile.TemporaryDirectory())) / "ready.json"
        command = simulator(*options, "--ready-file", str(ready))
        started = running.enter_context(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL))
        running.callback(started.terminate)
        wait_for(ready, started)
        yield Deployment(json.loads(ready.read_text())["data"].rstrip("/"), started.pid, store)


def interleave(
    servers: dict[str, Deployment], chosen: argparse.Namespace, rounds: int, seconds: float
) -> dict[str, Turns]:
    """A short turn each to warm up, then the rounds."""
    names = list(servers)
    found: dict[str, Turns] = {
        load: {(name, scenario): [] for name in names for scenario in chosen.scenarios}
        for load in chosen.loads
    }
    for name in names:
        for scenario in chosen.scenarios:
            turn(servers[name], scenario, chosen.loads[0], 1, chosen.connections)
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            for scenario in chosen.scenarios:
                for load, turns in found.items():
                    seen = turn(servers[name], scenario, load, seconds, chosen.connections)
                    turns[name, scenario].append(seen)
    return found


def turn(server: Deployment, scenario: str, load: str, seconds: float, connections: int) -> Turn:
    """Load one tenant of a server."""
    ours, store = server.cpu()
    seen = LOADS[load](server.url, tenant(scenario), TOKEN, seconds, connections)
    now_ours, now_store = server.cpu()
    spent = (now_ours - ours) / seen.requests, (now_store - store) / seen.requests
    return Turn(seen.rate, seen.p50, seen.p99, *spent)


if __name__ == "__main__":
    main()
