"""Requests to the control plane that are dear to judge, and clients that do not stay for the judgement."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable
from urllib.parse import quote

from raw_http import post, request

from attacks.table import attack
from attacks.target import Target
from attacks.tokens import query

CLIENTS = 6
PATTERNS = 100
WAITERS = 100
MILLION = 1_000_000
NOTE = "a" * 200 + "!"
"""Nearly fits each of the patterns."""
FORMS = (
    "^(a+)+{0}$",
    "^(a|aa)+{0}$",
    "(a*)*b{0}",
    "^(?=a)(a+)+{0}$",
    "^(?=a)(.*a){{20}}{0}$",
    "(?<!b)(a|a)*c{0}$",
)
EXCHANGES = 50


def patterns(count: int) -> list[str]:
    """Make so many patterns that step back without end, no two alike."""
    return [FORMS[number % len(FORMS)].format(number) for number in range(count)]


def verdict() -> bytes:
    """Make a request for a verdict that asks each pattern."""
    expected = [{"count": 1, "request.note": {"pattern": pattern}} for pattern in patterns(PATTERNS)]
    return post("/verify", {"tenant": "victim", "expect": expected})


async def put_on_record(target: Target) -> None:
    """Make exchanges that each pattern nearly fits."""
    connection = await target.data.connect()
    for number in range(EXCHANGES):
        await connection.ask(query("victim", "any", note=NOTE, run=str(number)))
    connection.close()


@attack("/verify, 100 patterns that step back")
async def verify(target: Target) -> None:
    await put_on_record(target)
    await target.flood(CLIENTS, lambda number: verdict(), target.control)


@attack("/journal/wait, 100 waiters with such patterns")
async def wait(target: Target) -> None:
    ready = [
        request(
            "GET", f"/journal/wait?count=9999&timeout=9m&request.note={quote(json.dumps({'pattern': each}))}"
        )
        for each in patterns(WAITERS)
    ]
    left = itertools.cycle(ready)

    async with asyncio.TaskGroup() as group:
        group.create_task(
            target.hold(WAITERS, lambda connection: connection.send(next(left)), target.control)
        )
        group.create_task(target.flood(1, lambda number: query("victim", "any", note=NOTE, run=str(number))))


@attack("/verify, clients that leave at once")
async def leave(target: Target) -> None:
    await put_on_record(target)
    asked = verdict()

    async def step(_: int) -> None:
        async with target.counting():
            connection = await target.control.connect()
            connection.send(asked)
            await asyncio.sleep(0)
            connection.close()
            target.got["left"] += 1

    await target.repeat(CLIENTS, step)


@attack("WireMock counts, matches that step back")
async def count(target: Target) -> None:
    await put_on_record(target)
    await target.flood(CLIENTS, counted, target.control)


def counted(number: int) -> bytes:
    """Make a count of requests whose body fits a pattern of its own."""
    inner = patterns(number % MILLION + 1)[-1].strip("^$") if number < PATTERNS else f"(a+)+{number}"
    tests = [
        {"matches": f'(?=.)(.*"?)*{inner}.*'},
        {"matchesJsonPath": {"expression": "$.note", "matches": inner}},
    ]
    return post("/__admin/requests/count", {"method": "ANY", "bodyPatterns": tests})


@attack("a million items in a JSON body")
async def items(target: Target) -> None:
    ones = [1] * MILLION
    asked: tuple[Callable[[], bytes], ...] = (
        lambda: post("/verify", {"expect": ones}),
        lambda: post("/tenants", {"scenario": {"rules": ones}}),
        lambda: post("/tenants/victim/rules", ones),
        lambda: post("/__admin/requests/count", {"bodyPatterns": ones}),
        lambda: request("POST", "/verify", b'{"a":' * (MILLION // 2)),
    )
    ready = [make() for make in asked]
    await target.flood(CLIENTS, lambda number: ready[number % len(ready)], target.control)
