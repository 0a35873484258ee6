"""Tenants made on demand, many, large or for a moment."""

from __future__ import annotations

from raw_http import post, request

from attacks.table import attack
from attacks.target import Target

CLIENTS = 4
MADE = 2_000
INLINE_USERS = 40_000
"""Numbers in an inline scenario, about a megabyte."""


@attack("tenants made and deleted")
async def make_and_delete(target: Target) -> None:
    async def step(number: int) -> None:
        async with target.counting():
            connection = await target.control.connect()
            try:
                tenant = f"made-{number}"
                target.count(
                    await connection.ask(post("/tenants", {"scenario": "victim", "tenantId": tenant}))
                )
                target.count(await connection.ask(request("DELETE", f"/tenants/{tenant}")))
            finally:
                connection.abort()

    try:
        await target.repeat(CLIENTS, step)
    finally:
        await target.undo("POST", "/reset")  # a DELETE may have been cut off by the end


@attack("2,000 tenants made, then reset")
async def many(target: Target) -> None:
    connection = await target.control.connect()
    try:
        while True:
            for _ in range(MADE):
                target.count(await connection.ask(post("/tenants", {"scenario": "victim"})))
            target.count(await connection.ask(request("POST", "/reset")))
    finally:
        connection.abort()
        await target.undo("POST", "/reset")


@attack("inline scenarios of 1 MB, until refused")
async def inline(target: Target) -> None:
    def make(number: int) -> bytes:
        if number % 2:
            return post("/tenants", {"scenario": {"description": f"{number:0>10}" * 100_000}})
        users = {f"18{number:0>4}{each:0>7}": each % 9 for each in range(INLINE_USERS)}
        return post("/tenants", {"scenario": {"sessions": {"users": users}}})

    try:
        await target.flood(CLIENTS, make, target.control)
    finally:
        await target.undo("POST", "/reset")
