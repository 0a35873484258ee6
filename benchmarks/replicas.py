"""What several processes cost: one in memory, one on Valkey, two and four workers, and where it ends.

Rule: one interleaved run. In each round every server has its turn with every scenario, and each round begins
with another server. CPU is that of all processes of a server, and of the store, divided by the requests.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from measure import ROOT, circumstances, middle, simulator, table, wait_for
from processes import tree_cpu, valkey

TOKEN = "0dbe11892be840cf983453ea70b505de"
COUNTING = "headers: {X-Counted: '1'}"
SCENARIOS = {
    "nothing": ("nothing counted", ""),
    "users": ("counted for each user", f"rules: [{{name: each, every: 2, per: [userMobile], {COUNTING}}}]"),
    "hot": ("one hot counter", f"rules: [{{name: hot, times: 1000000000, {COUNTING}}}]"),
}
"""Scenarios by tenant: how the table calls them, and their rules."""
MEMORY, ONE, TWO, FOUR = "one process, memory", "one process, Valkey", "two workers", "four workers"
WORKERS = {MEMORY: 0, ONE: 1, TWO: 2, FOUR: 4}
"""Processes on Valkey by deployment; 0 for memory."""
MACHINES = (16, 64)
"""Cores of the machines of the cost model."""


class Deployment(NamedTuple):
    """A server that runs, with the store that it has."""

    url: str
    pid: int
    store: int | None
    """Process of the store; None in memory."""

    def cpu(self) -> tuple[float, float]:
        """CPU of all our processes, and of the store, seconds."""
        return tree_cpu(self.pid), tree_cpu(self.store) if self.store else 0.0


class Turn(NamedTuple):
    """What one round of load saw and cost; seconds, CPU a request."""

    rate: float
    p50: float
    p99: float
    ours: float
    store: float


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=float, default=4, help="of load, for each turn")
    options.add_argument("--connections", type=int, default=32)
    options.add_argument("--deployments", nargs="+", choices=WORKERS, default=list(WORKERS))
    options.add_argument("--quick", action="store_true", help="two rounds of one second")
    chosen = options.parse_args()
    rounds, seconds = (2, 1.0) if chosen.quick else (chosen.rounds, chosen.seconds)
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory()))
        write_scenarios(folder)
        servers = {name: running.enter_context(deployed(name, folder)) for name in chosen.deployments}
        turns = interleave(servers, rounds, seconds, chosen.connections)
    print(circumstances())
    print(report(turns))
    print(f"\n{rounds} rounds of {seconds:g} s each, {chosen.connections} connections, load in Python. "
          "Medians, in brackets least and greatest.")  # fmt: skip
    if models := [row for tenant in SCENARIOS for row in model(turns, tenant)]:
        print(MODEL)
        print(
            table(
                ("scenario", *(f"{cores} cores" for cores in MACHINES), "Valkey is full at", "cores"), models
            )
        )


def write_scenarios(folder: Path) -> None:
    """Write a file for each tenant."""
    for tenant, (_, rules) in SCENARIOS.items():
        text = f"tenant: {{tokens: ['{TOKEN}']}}\nsettings: {{provenance: false}}\n{rules}\n"
        (folder / f"{tenant}.yaml").write_text(text)


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
    servers: dict[str, Deployment], rounds: int, seconds: float, connections: int
) -> dict[tuple[str, str], list[Turn]]:
    """A short turn each to warm up, then the rounds; turns by server and tenant."""
    names = list(servers)
    turns: dict[tuple[str, str], list[Turn]] = {(name, tenant): [] for name in names for tenant in SCENARIOS}
    for name, tenant in turns:
        turn(servers[name], tenant, 0.5, connections)
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            for tenant in SCENARIOS:
                turns[name, tenant].append(turn(servers[name], tenant, seconds, connections))
    return turns


def turn(server: Deployment, tenant: str, seconds: float, connections: int) -> Turn:
    """Load one tenant of a server."""
    ours, store = server.cpu()
    script = str(ROOT / "benchmarks" / "replicas_load.py")
    command = [sys.executable, script, server.url, tenant, TOKEN, str(seconds), str(connections)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"the load ended with {done.returncode}: {done.stderr.strip()}")
    seen = json.loads(done.stdout)
    now_ours, now_store = server.cpu()
    count = seen["requests"]
    return Turn(
        seen["rate"], seen["p50"], seen["p99"], (now_ours - ours) / count, (now_store - store) / count
    )


HEAD = ("server", "scenario", "requests/s", "p50, ms", "p99, ms", "our CPU a request, µs", "the store's, µs",
        "both, to memory", "both, to one on Valkey")  # fmt: skip


def report(turns: dict[tuple[str, str], list[Turn]]) -> str:
    """Make the table of what was measured."""
    rows = []
    for tenant, (scenario, _) in SCENARIOS.items():
        for name in dict.fromkeys(name for name, _ in turns):
            own, memory, one = (turns.get((each, tenant), []) for each in (name, MEMORY, ONE))
            seen = f"{median(own, 'rate'):,.0f}", *(f"{median(own, q) * 1e3:.2f}" for q in ("p50", "p99"))
            cpu = (middle([getattr(each, whose) * 1e6 for each in own]) for whose in ("ours", "store"))
            rows.append([name, scenario, *seen, *cpu, ratio(own, memory), ratio(own, one)])
    return table(HEAD, rows)


def median(turns: list[Turn], field: str) -> float:
    """The median of one figure."""
    return statistics.median(getattr(each, field) for each in turns)


def ratio(own: list[Turn], base: list[Turn]) -> str:
    """All CPU a request beside that of another server in the same rounds."""
    if not base:
        return "-"
    pairs = zip(own, base, strict=True)
    return middle([(a.ours + a.store) / (b.ours + b.store) for a, b in pairs], ".2f")


MODEL = """
The cost model, from the workers' figures above. With `u` seconds of our CPU and `s` of the store's a
request, a machine of `C` cores, one of which is the store's, answers `min((C - 1) / u, 1 / s)` requests a
second: a Valkey server runs one script after the other, so it is full at `1 / s`, which takes `u / s` cores
of ours. The CPU of clients and of the network is not in it.
"""


def model(turns: dict[tuple[str, str], list[Turn]], tenant: str) -> Iterator[list[str]]:
    """Make the row of a scenario in the cost model, where workers were measured."""
    found = next((turns[name, tenant] for name in (FOUR, TWO, ONE) if (name, tenant) in turns), None)
    if not found or not median(found, "store"):
        return
    ours, store = median(found, "ours"), median(found, "store")
    rates = [f"{min((cores - 1) / ours, 1 / store):,.0f}/s" for cores in MACHINES]
    yield [SCENARIOS[tenant][0], *rates, f"{1 / store:,.0f}/s", f"{ours / store:.1f}"]


if __name__ == "__main__":
    main()
