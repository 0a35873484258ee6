"""Coverage is the same at each replica, whatever a replica has made of tenants that are other ones by now."""

from __future__ import annotations

from typing import Any

import pytest

from conftest import QUERY, TOKEN
from replicas import FORMS, SEVERAL, Opened, World, world

OTHER: dict[str, Any] = {"tenant": {"id": "other", "tokens": [TOKEN]}}
FILES: dict[str, Any] = {
    "acme": {"tenant": {"tokens": [TOKEN]}, "rules": [{"name": "down", "respond": {"status": 503}}]},
    "beta": OTHER,
}


async def ask_at_each(served: World) -> None:
    body = {"tenantId": "acme", "authToken": TOKEN, "userMobile": "1"}
    for at in range(len(served.replicas)):
        await served.ask(QUERY, body, at=at)
    await served.settled()


async def uncounted_at_each(served: World) -> list[list[str]]:
    """List the tenants that coverage does not count, as each replica tells them."""
    return [
        (await served.control("GET", "/coverage", at=at)).json["uncounted"]
        for at in range(len(served.replicas))
    ]


@pytest.mark.parametrize("form", SEVERAL)
@pytest.mark.parametrize("ended_by", ["/reset", pytest.param("/clear", marks=pytest.mark.slow)])
async def test_a_tenant_that_was_another_is_told_as_its_file_has_it(form: Opened, ended_by: str) -> None:
    async with world(form, FILES) as served:
        await ask_at_each(served)
        await served.control("PUT", "/tenants/acme/scenario", {"scenario": OTHER}, at=0)
        assert await uncounted_at_each(served) == [["acme", "beta"]] * len(served.replicas)
        await served.control("POST", "/tenants/acme/reset", at=1)
        await served.control("POST", ended_by, at=2)
        told = ["beta"] if ended_by == "/reset" else ["acme", "beta"]
        assert await uncounted_at_each(served) == [told] * len(served.replicas)


@pytest.mark.parametrize("form", SEVERAL)
async def test_a_deleted_tenant_that_comes_back_is_told_as_its_file_has_it(form: Opened) -> None:
    async with world(form, FILES) as served:
        await ask_at_each(served)
        await served.control("DELETE", "/tenants/acme", at=1)
        await served.control("POST", "/tenants", {"scenario": OTHER, "tenantId": "acme"}, at=2)
        await ask_at_each(served)
        await served.control("POST", "/reset", at=3)
        assert await uncounted_at_each(served) == [["beta"]] * len(served.replicas)


@pytest.mark.parametrize("form", FORMS)
async def test_a_scenario_that_a_tenant_had_when_nobody_asked_it_does_not_count(form: Opened) -> None:
    other = OTHER | {"rules": [{"name": "never", "respond": {"status": 500}}]}
    rule = {"name": "added", "respond": {"status": 500}}
    async with world(form, FILES) as served:
        await served.control("PUT", "/tenants/acme/scenario", {"scenario": other}, at=0)
        assert (await served.control("POST", "/tenants/acme/rules", rule, at=1)).status == 201
        await served.control("PUT", "/tenants/acme/scenario", {"scenario": "acme"}, at=2)
        await served.ask(QUERY, {"tenantId": "acme", "authToken": TOKEN, "userMobile": "1"}, at=1)
        found = (await served.control("GET", "/coverage", at=0)).json["scenarios"]
        assert [(each["scenario"], len(each["rules"])) for each in found] == [("acme", 1)]
