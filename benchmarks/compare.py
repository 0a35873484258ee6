"""Compare this checkout with an older version, by the requests that matter and by the start.

Rule: one interleaved run. In each round both versions and a bare aiohttp server have their turns, and a ratio
is that of two turns of one round, so what else the machine does is charged to all alike.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from compare_cases import CASES, NUMBERED, Case, write_tenants
from load import by_wrk, generator
from measure import (
    ROOT,
    Server,
    bare,
    circumstances,
    middle,
    serving,
    simulator,
    stay_off_the_servers_core,
    table,
)
from start import first_answer

OLD, NEW, BARE = "old", "new", "bare aiohttp"
Turns = dict[str, list[float]]
"""Measured values of each server, a value a round."""


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument(
        "old", metavar="COMMIT", help="commit of this repository, or the folder of a checkout"
    )
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=int, default=1, help="of load, for each server in each round")
    options.add_argument("--only", metavar="TEXT", default="", help="only what has this text in its name")
    chosen = options.parse_args()
    if generator() != "wrk":
        raise SystemExit("expected wrk, which makes the load, found none; see benchmarks/README.md")
    stay_off_the_servers_core()
    with checkout(chosen.old) as old:
        requests = {case.name: turns for case, turns in compare_requests(old, chosen) if turns}
        starts = compare_starts(old, chosen)
        memory = compare_memory(old, chosen)
    print(circumstances())
    if requests:
        print(report("server CPU a request, µs", requests, 1e6))
        print(f"\n{chosen.rounds} rounds of {chosen.seconds:g} s for each server, load by wrk.\n")
    if starts:
        print(report("first answer, ms", starts, 1e3))
        print(f"\n{chosen.rounds} starts of each, after one that is not counted.\n")
    if memory:
        print(report("resident, MiB", memory, 1), "\n")
    print("Medians, in brackets least and greatest. `to bare`: new, to a constant `web.Response` of aiohttp.")


@contextmanager
def checkout(old: str) -> Iterator[Path]:
    """Check out a commit, unless it is a folder already."""
    if Path(old).is_dir():
        yield Path(old).resolve()
        return
    with tempfile.TemporaryDirectory() as folder:
        place = str(Path(folder) / "old")
        git("worktree", "add", "--quiet", "--detach", place, old)
        try:
            yield Path(place)
        finally:
            git("worktree", "remove", "--force", place)


def git(*arguments: str) -> None:
    if subprocess.run(["git", "-C", str(ROOT), *arguments], check=False).returncode:
        raise SystemExit("expected a commit of this repository, or a folder")


def version(place: Path, *options: str) -> list[str]:
    """Make the command that serves the simulator of a checkout, with the packages of this environment.

    Each keeps its bytecode: a fresh checkout has none before its first start.
    """
    environment = ("-u", "PYTHONDONTWRITEBYTECODE", f"PYTHONPATH={place / 'simulator'}")
    return ["env", *environment, *simulator(*options)]


def serve_each(old: Path, *options: str) -> dict[str, list[str]]:
    """Make the command of each server."""
    return {OLD: version(old, *options), NEW: version(ROOT, *options), BARE: bare("application")}


def compare_requests(old: Path, chosen: argparse.Namespace) -> Iterator[tuple[Case, Turns]]:
    """Measure the server's CPU a request, in seconds, case by case."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        write_tenants(Path(folder))
        commands = serve_each(old, "--tls", "off", "--scenarios", folder, "--log-level", "error")
        servers = {name: running.enter_context(serving(command)) for name, command in commands.items()}
        for case in CASES:
            if chosen.only in case.name:
                yield case, interleave(servers, case, chosen)


def interleave(servers: dict[str, Server], case: Case, chosen: argparse.Namespace) -> Turns:
    """Give each server its turn in each round, each round beginning with another; one more round warms up."""
    turns: Turns = {name: [] for name in servers}
    names = list(servers)
    for number in range(-1, chosen.rounds):
        for name in names[number % 3 :] + names[: number % 3]:
            alike = name == BARE  # it answers one path, with constant bytes
            spent = cost(servers[name], CASES[0] if alike else case, chosen.seconds, number + 1)
            if number >= 0:
                turns[name].append(spent)
    return turns


def cost(server: Server, case: Case, seconds: float, number: int) -> float:
    """Measure CPU a request, in seconds, in one turn."""
    lua = f"local FIRST = {number * 1_000_000}\n{case.lua}" if case.lua is NUMBERED else case.lua
    before = server.cpu()
    seen = by_wrk(server.url + case.path, case.body, seconds, case.connections, lua, case.headers)
    return (server.cpu() - before) / max(seen.requests, 1)


def compare_starts(old: Path, chosen: argparse.Namespace) -> dict[str, Turns]:
    """Measure the seconds from the start of a process to its first answer."""
    found: dict[str, Turns] = {}
    for tls in ("off", "auto"):
        commands = serve_each(old, "--tls", tls)
        name = f"start with --tls {tls}"
        if chosen.only in name:
            found[name] = {each: [] for each in commands}
            for number in range(-1, chosen.rounds):
                for each, command in commands.items():
                    took = first_answer(command, tls=tls == "auto" and each != BARE)
                    if number >= 0:
                        found[name][each].append(took)
    return found


def compare_memory(old: Path, chosen: argparse.Namespace) -> dict[str, Turns]:
    """Measure resident memory, in MiB, after a start and one answer."""
    found: dict[str, Turns] = {}
    for tls in ("off", "auto"):
        commands = serve_each(old, "--tls", tls)
        name = f"memory with --tls {tls}"
        if chosen.only in name:
            found[name] = {each: [resident(command)] for each, command in commands.items()}
    return found


def resident(command: Sequence[str]) -> float:
    with serving(command) as server:
        server.ask()
        return server.resident()


def report(unit: str, found: dict[str, Turns], factor: float) -> str:
    """Write the table: old, new, their ratio, and the ratio to bare aiohttp."""
    head = ("", f"old, {unit}", f"new, {unit}", "new / old", "to bare")
    return table(head, [row(name, turns, factor) for name, turns in found.items()])


def row(name: str, turns: Turns, factor: float) -> list[str]:
    own = (f"{statistics.median(turns[each]) * factor:,.1f}" for each in (OLD, NEW))
    return [name, *own, middle(ratios(turns, OLD), ".2f"), middle(ratios(turns, BARE), ".2f")]


def ratios(turns: Turns, base: str) -> Sequence[float]:
    return [own / other for own, other in zip(turns[NEW], turns[base], strict=True)]


if __name__ == "__main__":
    main()
