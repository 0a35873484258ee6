"""Long credentials and unknown tenants: what a server might remember of each."""

from __future__ import annotations

from measure import QUERY
from raw_http import post
from soak_honest import GETTOKEN, USER

from attacks.table import attack
from attacks.target import Target

MEGABYTE = 1_000_000
CLIENTS = 4


def query(tenant: str, token: str, **more: str) -> bytes:
    """Make a query."""
    return post(QUERY, {"tenantId": tenant, "authToken": token, "userMobile": USER, **more})


def long(number: int) -> str:
    """Make a text of a megabyte that differs from every other number's."""
    return f"{number:0>10}" * (MEGABYTE // 10)


@attack("authTokens of 1 MB")
async def long_tokens(target: Target) -> None:
    await target.flood(CLIENTS, lambda number: query("victim", long(number)))


@attack("authTokens of 1 MB, uses counted")
async def long_counted_tokens(target: Target) -> None:
    await target.flood(CLIENTS, lambda number: query("counted", long(number)))


@attack("short authTokens, uses counted")
async def counted_tokens(target: Target) -> None:
    await target.flood(CLIENTS, lambda number: query("counted", f"token-{number}"))


@attack("appSecrets of 1 MB")
async def long_secrets(target: Target) -> None:
    await target.flood(
        CLIENTS, lambda number: post(GETTOKEN, {"appKey": "victim", "appSecret": long(number)})
    )


@attack("unknown tenants, short ids")
async def unknown_tenants(target: Target) -> None:
    await target.flood(CLIENTS, lambda number: query(f"nobody-{number}", "any"))


@attack("unknown tenants, ids of 1 MB")
async def long_unknown_tenants(target: Target) -> None:
    await target.flood(CLIENTS, lambda number: query(long(number), "any"))
