"""Whether attacks hurt: a server's memory, and honest clients beside each attack, one attack after another.

Rule: honest clients are a process of their own, and so never wait for what an attack costs its client.
Exit status 1: an honest client saw an error, memory stayed high, or the server did not end by itself.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from random import Random
from typing import IO

from attacks import ATTACKS, SCENARIOS, Attack, Target
from measure import LOAD_CORE, ROOT, circumstances, pinned, stay_off_the_servers_core, table
from soak_filling import fill
from soak_honest import TENANTS, scenario
from soak_report import HEAD, Soak, Turn
from soak_server import JOURNAL_BYTES, SoakedServer, soaked

BASELINE = "nothing"
CALM_WITHIN = 20.0
"""Seconds after an attack; a server that takes longer is given up, and the next attack meets another one."""


def main() -> int:
    chosen = arguments()
    stay_off_the_servers_core()
    names = chosen.only or list(ATTACKS)
    groups = by_server([ATTACKS[name] for name in ATTACKS if name in names])
    share = chosen.minutes * 60 / sum(len(attacks) + 1 for attacks in groups.values())
    print(circumstances())
    print(f"{share:.1f} s for each row.\n")
    wrong = [
        lapse
        for options, attacks in groups.items()
        for done in soaks(options, attacks, share, chosen.seed)
        for lapse in show(options, done)
    ]
    print("\n".join(wrong) or "No honest client saw an error, and memory came back.")
    return 1 if wrong else 0


def arguments() -> argparse.Namespace:
    options = argparse.ArgumentParser(
        description=__doc__.partition("\n")[0] if __doc__ else "",
        epilog="Attacks: " + "; ".join(ATTACKS),
    )
    options.add_argument("--minutes", type=float, default=5, help="in all, shared alike (default: 5)")
    options.add_argument(
        "--only", choices=ATTACKS, metavar="ATTACK", action="append", help="leave the others out; repeatable"
    )
    options.add_argument("--seed", default="0", help="what the attacks draw from (default: 0)")
    return options.parse_args()


def by_server(attacks: Sequence[Attack]) -> dict[tuple[str, ...], list[Attack]]:
    """Group attacks by the options that their server needs."""
    groups: dict[tuple[str, ...], list[Attack]] = {}
    for attack in attacks:
        groups.setdefault(attack.options, []).append(attack)
    return groups


def soaks(options: tuple[str, ...], attacks: Sequence[Attack], share: float, seed: str) -> Iterator[Soak]:
    """Try all attacks, on another server after each that one did not bear."""
    while attacks:
        done = soak(options, attacks, share, seed)
        attacks = attacks[max(len(done.turns) - 1, 1) :]
        yield done


def show(options: tuple[str, ...], done: Soak) -> list[str]:
    """Print one server's table; return what was wrong."""
    print(f"`serve {' '.join(options)}`\n")
    print(table(HEAD, [turn.row() for turn in done.turns]))
    print(f"\nAfter SIGTERM: {done.ending}.\n", flush=True)
    return done.wrong


def soak(options: tuple[str, ...], attacks: Sequence[Attack], share: float, seed: str) -> Soak:
    """Start a server, attack it, and stop it."""
    done = Soak()
    scenarios = SCENARIOS | {tenant: scenario() for tenant in TENANTS}
    with soaked(scenarios, options) as server:
        target = Target(server.data, server.control, server.log, Random(seed))
        asyncio.run(fill(target, JOURNAL_BYTES))
        with honest_clients(server.url, done.turns) as honest:
            for attack in (None, *attacks):
                done.turns.append(play(server, honest, attack, share, seed))
                if done.turns[-1].calm is None:
                    break
        done.stopped(*server.stop())
    done.judge()
    return done


@contextmanager
def honest_clients(url: str, turns: Sequence[Turn]) -> Iterator[IO[str]]:
    """Run honest clients beside all turns: a written line begins a phase; turns get what was seen in it."""
    command = pinned(LOAD_CORE, [sys.executable, str(ROOT / "benchmarks" / "soak_honest.py"), url])
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as clients:
        assert clients.stdin
        yield clients.stdin
        seen, _ = clients.communicate()
    if clients.returncode:
        raise SystemExit(f"expected the honest clients to end with 0, found {clients.returncode}")
    for turn, line in zip(turns, seen.splitlines(), strict=True):
        turn.honest = json.loads(line)


def play(server: SoakedServer, honest: IO[str], attack: Attack | None, share: float, seed: str) -> Turn:
    """Carry out one attack for its share of the time, or none; measure the server's memory."""
    turn = Turn(attack.name if attack else BASELINE, server.resident())
    server.forget_peak()
    print(turn.name, file=honest, flush=True)
    print(f"... {turn.name}", file=sys.stderr)
    target = Target(server.data, server.control, server.log, Random(f"{seed} {turn.name}"), turn.got)
    asyncio.run(carry_out(attack.run if attack else rest, target, share))
    turn.calm = asyncio.run(time_to_rest(server))
    turn.peak, turn.after = server.peak(), server.resident()
    return turn


async def rest(_: Target) -> None:
    """Do nothing: the baseline."""


async def carry_out(attack: Callable[[Target], Awaitable[None]], target: Target, seconds: float) -> None:
    """Attack for so long."""
    until = asyncio.get_running_loop().time() + seconds
    try:
        async with asyncio.timeout_at(until):
            await attack(target)
    except* TimeoutError:
        pass
    except* (OSError, EOFError) as broken:
        target.got[f"ended early: {broken.exceptions[0]!r}"] += 1
    await asyncio.sleep(until - asyncio.get_running_loop().time())


async def time_to_rest(server: SoakedServer) -> float | None:
    """Wait until the server is calm; return the seconds that it took, None if it did not become so."""
    begun = time.perf_counter()
    return time.perf_counter() - begun if await server.calm(CALM_WITHIN) else None


if __name__ == "__main__":
    sys.exit(main())
