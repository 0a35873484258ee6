"""New TLS connections: our acceptor beside the TLS servers of uvloop and asyncio, in one interleaved run.

Rule: each handshake is a whole one, without a session of an earlier one; the client's work is not charged.
"""

from __future__ import annotations

import argparse
import socket
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from handshakes_server import KINDS
from measure import ROOT, Server, circumstances, middle, serving, stay_off_the_servers_core, table, unverified

BASE = "uvloop"
NAMES = {
    "acceptor": "our acceptor, on uvloop, as the simulator has it",
    "plain": "our acceptor, without log of handshakes, half-close and RSA on demand",
    "uvloop": "uvloop's own server",
    "asyncio": "asyncio's own server",
}
CONNECTIONS = 4


@dataclass(frozen=True, slots=True)
class Turn:
    """Handshakes with one server in one round."""

    rate: float
    """Handshakes a second."""
    cpu: float
    """CPU of the server, seconds a handshake."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    options.add_argument("--rounds", type=int, default=15)
    options.add_argument("--handshakes", type=int, default=200, help="with each server in each round")
    chosen = options.parse_args()
    stay_off_the_servers_core()
    with ExitStack() as running:
        servers = {kind: running.enter_context(serving(command(kind))) for kind in KINDS}
        turns = interleave(servers, chosen.rounds, chosen.handshakes)
    print(circumstances())
    head = ("server", "handshakes/s", "ratio", "server CPU a handshake, µs", "ratio")
    print(table(head, [row(NAMES[kind], turns[kind], turns[BASE]) for kind in KINDS]))
    print(
        f"\n{chosen.rounds} rounds of {chosen.handshakes:,} handshakes each, {CONNECTIONS} at once.", end=" "
    )
    print("Medians, in brackets least and greatest; ratios within a round.")


def command(kind: str) -> list[str]:
    return [sys.executable, str(ROOT / "benchmarks" / "handshakes_server.py"), kind]


def interleave(servers: dict[str, Server], rounds: int, count: int) -> dict[str, list[Turn]]:
    """A short turn to warm up, then the rounds, each of which begins with another server."""
    kinds = list(servers)
    turns: dict[str, list[Turn]] = {kind: [] for kind in kinds}
    for kind in kinds:
        shake(servers[kind], 50)
    for number in range(rounds):
        first = number % len(kinds)
        for kind in kinds[first:] + kinds[:first]:
            turns[kind].append(shake(servers[kind], count))
    return turns


def shake(server: Server, count: int) -> Turn:
    """Open so many connections, each until the handshake is over on both sides, and close them."""
    address = urlsplit(server.url)
    context, place = unverified(), (address.hostname or "", address.port or 0)

    def connect(_: int) -> None:
        with context.wrap_socket(socket.create_connection(place), server_hostname="localhost"):
            pass

    before, begun = cpu(server), time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        list(threads.map(connect, range(count)))
    seconds = time.perf_counter() - begun
    return Turn(count / seconds, (cpu(server) - before) / count)


def cpu(server: Server) -> float:
    """CPU of the server's one thread so far, seconds; finer than the ticks of `Server.cpu`."""
    return int(Path(f"/proc/{server.pid}/schedstat").read_text().split()[0]) / 1e9


def row(name: str, own: list[Turn], base: list[Turn]) -> list[str]:
    pairs = list(zip(own, base, strict=True))
    return [
        name,
        f"{statistics.median(turn.rate for turn in own):,.0f}",
        middle([turn.rate / other.rate for turn, other in pairs], ".2f"),
        middle([turn.cpu * 1e6 for turn in own], ".0f"),
        middle([turn.cpu / other.cpu for turn, other in pairs], ".2f"),
    ]


if __name__ == "__main__":
    main()
