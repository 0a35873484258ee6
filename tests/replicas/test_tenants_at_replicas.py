"""Many tests at once, each with a tenant of its own, against four replicas: none sees another's."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from conftest import QUERY, TOKEN
from replicas import FORMS, Opened, World, on_valkey, world

FILES: dict[str, Any] = {
    "acme": {"tenant": {"tokens": [TOKEN]}, "sessions": {"users": {"1": 1}}, "rules": [
        {"name": "twice", "times": 2, "respond": {"status": 503}}
    ]}
}  # fmt: skip
AT_ONCE = 20
"""Tests under way at one time: a process refuses to read the journal for many more."""


async def use(served: World, number: int) -> None:
    """Do what a test does, with a tenant of its own, each call at another replica."""
    id = f"test-{number}"
    made = (await served.control("POST", "/tenants", {"scenario": "acme", "tenantId": id})).json
    body = {"tenantId": id, "authToken": made["authToken"], "userMobile": "1"}
    assert [(await served.ask(QUERY, body)).status for _ in range(4)] == [503, 503, 200, 200]
    rule = {"name": "own", "times": 1, "respond": {"status": 400 + number % 50}}
    await served.control("POST", f"/tenants/{id}/rules", rule)
    assert [(await served.ask(QUERY, body)).status for _ in range(2)] == [400 + number % 50, 200]
    found = (await served.control("GET", f"/journal?tenant={id}")).json
    assert [each["status"] for each in found["entries"]] == [503, 503, 200, 200, 400 + number % 50, 200]
    rules = (await served.control("GET", f"/tenants/{id}/rules")).json
    assert [(each["name"], each["fired"]) for each in rules] == [("own", 1), ("twice", 2)]
    assert (await served.control("DELETE", f"/tenants/{id}")).status < 300
    assert (await served.control("GET", f"/journal?tenant={id}")).json["count"] == 0


async def use_many(form: Opened, count: int) -> None:
    async with world(form, FILES) as served:
        at_once = asyncio.Semaphore(AT_ONCE)

        async def use_in_turn(number: int) -> None:
            async with at_once:
                await use(served, number)

        await asyncio.gather(*map(use_in_turn, range(count)))
        assert [each["id"] for each in (await served.control("GET", "/tenants")).json] == ["acme"]


@pytest.mark.parametrize("form", FORMS)
async def test_no_test_sees_the_tenant_of_another(form: Opened) -> None:
    await use_many(form, 4)


@pytest.mark.slow(seconds=6)
async def test_none_of_200_tests_at_four_replicas_sees_the_tenant_of_another() -> None:
    await use_many(on_valkey(4), 200)
