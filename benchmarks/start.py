"""How long until the first answer, and how much memory: the simulator beside a bare aiohttp server.

Rule: a fresh process each time, its turn among the others', and a client that asks for a connection without
pause; nobody sleeps, so nobody's start is rounded up.
"""

from __future__ import annotations

import argparse
import os
import socket
import ssl
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence

from measure import (
    EXAMPLE,
    HEADERS,
    QUERY,
    bare,
    circumstances,
    middle,
    process,
    serving,
    simulator,
    stay_off_the_servers_core,
    table,
    unverified,
)

REQUESTS = 10_000
COMMANDS: dict[str, Callable[[], list[str]]] = {
    "bare aiohttp": lambda: bare("application"),
    "simulator, `--tls off`": lambda: simulator("--tls", "off"),
    "simulator, `--tls auto`": lambda: simulator("--tls", "auto"),
}
BASE = "bare aiohttp"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    options.add_argument("--rounds", type=int, default=15)
    options.add_argument("--only", choices=COMMANDS, action="append", help="leave the others out; repeatable")
    chosen = options.parse_args()
    stay_off_the_servers_core()
    names = [name for name in COMMANDS if name in (chosen.only or COMMANDS)]
    starts = interleave(names, chosen.rounds)
    memory = {name: resident(name) for name in names}
    print(circumstances())
    print(report(starts, memory))
    print(f"\nMedian of {chosen.rounds} starts, in brackets least and greatest; an unmeasured round before.")


def interleave(names: list[str], rounds: int) -> dict[str, list[float]]:
    """Seconds of each start; the round before the first one fills the caches of files and bytecode."""
    starts: dict[str, list[float]] = {name: [] for name in names}
    for number in range(-1, rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            took = first_answer(COMMANDS[name](), tls="auto" in name)
            if number >= 0:
                starts[name].append(took)
    return starts


def first_answer(command: Sequence[str], *, tls: bool) -> float:
    """Seconds from the start of the process to the first bytes of its first answer."""
    port = free_port()
    client = unverified() if tls else None
    begun = time.perf_counter()
    with process([*command, "--port", str(port)]) as started:
        ask(connected(port, started), client)
        return time.perf_counter() - begun


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def connected(port: int, started: subprocess.Popen[bytes]) -> socket.socket:
    """The first connection that is not refused."""
    while started.poll() is None:
        caller = socket.socket()
        if caller.connect_ex(("127.0.0.1", port)) == 0:
            return caller
        caller.close()
        os.sched_yield()
    raise SystemExit(f"expected a server, found exit status {started.returncode}: {started.args!r}")


def ask(caller: socket.socket, client: ssl.SSLContext | None) -> None:
    """The example query; an answer that does not begin as a good one ends the benchmark."""
    with client.wrap_socket(caller) if client else caller as connection:
        lines = (f"POST {QUERY} HTTP/1.1", "Host: localhost", f"Content-Length: {len(EXAMPLE)}")
        headers = (f"{name}: {value}" for name, value in HEADERS.items())
        connection.sendall("\r\n".join((*lines, *headers, "", "")).encode() + EXAMPLE)
        if not (found := connection.recv(65536)).startswith(b"HTTP/1.1 200 "):
            raise SystemExit(f"expected an answer with status 200, found {found!r}")


def resident(name: str) -> tuple[float, float]:
    """MiB after the start and the first answer, and after many more."""
    with serving(COMMANDS[name]()) as server:
        server.ask()
        begun = server.resident()
        server.ask(times=REQUESTS)
        return begun, server.resident()


def report(starts: dict[str, list[float]], memory: dict[str, tuple[float, float]]) -> str:
    head = ("server", "first answer, ms", "ratio", "resident, MiB", f"after {REQUESTS:,} requests, MiB")
    return table(head, [row(name, took, starts.get(BASE), memory[name]) for name, took in starts.items()])


def row(name: str, took: list[float], base: list[float] | None, memory: tuple[float, float]) -> list[str]:
    ratio = f"{statistics.median(took) / statistics.median(base):.2f}" if base else "-"
    return [
        name,
        middle([seconds * 1e3 for seconds in took], ".0f"),
        ratio,
        *(f"{each:.1f}" for each in memory),
    ]


if __name__ == "__main__":
    main()
