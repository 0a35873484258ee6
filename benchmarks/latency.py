"""Whether a latency is as asked: 200 connections delayed by 200 ms, and others beside them that are not.

Rule: the delayed and the undelayed are tenants of one server, so that what the ones cost the others shows.
The delayed come spread over time, as independent clients do, and once more all at one moment.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import fallback_load
from load import Load, generator, load
from measure import QUERY, Server, circumstances, middle, serving, simulator, stay_off_the_servers_core, table

USER = "13900000000"
DELAY, MOST = 0.2, 0.23
LATE, PROMPT = "late", "prompt"
RULE = {"name": "late", "faults": [{"latency": "200ms"}]}
HEAD = ("requests", "requests/s", "p50, ms", "p99, ms", "200 to 230 ms")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=float, default=3, help="of load, for each turn of each round")
    options.add_argument("--delayed", type=int, default=200, help="connections")
    options.add_argument("--connections", type=int, default=4, help="connections that nothing delays")
    chosen = options.parse_args()
    stay_off_the_servers_core()
    with ExitStack() as running:
        server = start(running)
        late, prompt = play(server, chosen)
    print(circumstances())
    late_rows = [late_row(name, turns, chosen.seconds) for name, turns in late.items()]
    print(table(HEAD, late_rows + [prompt_row(name, turns) for name, turns in prompt.items()]))
    print(f"\n{chosen.rounds} rounds of {chosen.seconds:g} s each; {chosen.delayed} connections ", end="")
    print(
        f"delayed by {DELAY * 1e3:g} ms, by a client on asyncio; {chosen.connections} that nothing ", end=""
    )
    print(f"delays, one request after the other, by {generator()}. Medians, in brackets least and greatest.")


def start(running: ExitStack) -> Server:
    """A simulator with two tenants that differ in one rule."""
    folder = Path(running.enter_context(tempfile.TemporaryDirectory()))
    for tenant, more in ((LATE, {"rules": [RULE]}), (PROMPT, {})):
        (folder / f"{tenant}.yaml").write_text(json.dumps(scenario() | more))
    command = simulator("--tls", "off", "--no-bundled", "--scenarios", str(folder))
    server = running.enter_context(serving(command))
    for tenant in (LATE, PROMPT):
        if (found := json.loads(server.ask(query(tenant))))["total"] != 1:
            raise SystemExit(f"expected one record, found {found}")
    return server


def scenario() -> dict[str, object]:
    record = {"callSorId": USER, "calledNumber": "899149138753490944", "startTime": 1618558942000}
    return {"tenant": {"tokens": "any"}, "sessions": {"generate": False, "records": [record]}}


def query(tenant: str) -> bytes:
    return json.dumps({"tenantId": tenant, "authToken": "any", "userMobile": USER}).encode()


def play(
    server: Server, chosen: argparse.Namespace
) -> tuple[dict[str, list[list[float]]], dict[str, list[Load]]]:
    """What the delayed and the others saw, round by round, alone and together."""
    late: dict[str, list[list[float]]] = {
        "delayed, spread, alone": [],
        "delayed, spread": [],
        "delayed, at once": [],
    }
    prompt: dict[str, list[Load]] = {
        "not delayed, alone": [],
        "not delayed, beside the spread": [],
        "not delayed, beside those at once": [],
    }

    def promptly() -> Load:
        return load(server, query(PROMPT), chosen.seconds, chosen.connections)

    def lately(spread: bool) -> list[float]:
        return asyncio.run(delayed(server, chosen.delayed, chosen.seconds, DELAY if spread else 0.0))

    promptly()
    with ThreadPoolExecutor(1) as thread:
        for _ in range(chosen.rounds):
            late["delayed, spread, alone"].append(lately(True))
            prompt["not delayed, alone"].append(promptly())
            for spread, name, beside in zip((True, False), [*late][1:], [*prompt][1:], strict=True):
                beginning = thread.submit(lately, spread)
                prompt[beside].append(promptly())
                late[name].append(beginning.result())
    return late, prompt


async def delayed(server: Server, connections: int, seconds: float, spread: float) -> list[float]:
    """How long each answer took; the connections begin within `spread` seconds."""
    url = server.url + QUERY
    octets = fallback_load.request(url, query(LATE))
    until = time.perf_counter() + seconds

    async def one(number: int) -> list[float]:
        await asyncio.sleep(spread * number / connections)
        return await fallback_load.connection(url, octets, until)

    each = await asyncio.gather(*map(one, range(connections)))
    return sorted(took for times in each for took in times)


def late_row(name: str, turns: list[list[float]], seconds: float) -> list[str]:
    met = [sum(DELAY <= took <= MOST for took in turn) / len(turn) * 100 for turn in turns]
    return [
        name,
        f"{statistics.median(map(len, turns)) / seconds:,.0f}",
        middle([turn[len(turn) // 2] * 1e3 for turn in turns]),
        middle([turn[len(turn) * 99 // 100] * 1e3 for turn in turns]),
        f"{statistics.median(met):.1f}%",
    ]


def prompt_row(name: str, turns: list[Load]) -> list[str]:
    return [
        name,
        f"{statistics.median(turn.rate for turn in turns):,.0f}",
        middle([turn.p50 * 1e3 for turn in turns], ".2f"),
        middle([turn.p99 * 1e3 for turn in turns], ".2f"),
        "-",
    ]


if __name__ == "__main__":
    main()
