"""What a control call has answered is true for the next request and the next call at any replica."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from conftest import QUERY, TOKEN
from oifde_simulator.web.control_plane import openapi
from replicas import SEVERAL, Answer, Opened, World, comparable, world

DOWN = {"name": "down", "respond": {"status": 503}}
STATES = [
    {"name": "breaks", "match": {"request": {"userMobile": "9"}}, "state": {"becomes": "broken"}},
    {"name": "broken", "state": {"is": "broken"}, "respond": {"status": 502}},
]
FILES: dict[str, Any] = {
    "acme": {"tenant": {"tokens": [TOKEN]}, "sessions": {"users": {"1": 3}}, "rules": [DOWN]},
    "beta": {"tenant": {"tokens": [TOKEN]}, "sessions": {"users": {"1": 3}}, "rules": STATES},
}
ALL = {"method": "ANY"}
LAST = "6f696664-6500-8000-8000-000000000001"
Call = tuple[str, str, Any]


class Write(NamedTuple):
    """A call that changes something, what shows it, and what comes before it."""

    call: Call
    shows: str
    before: tuple[Call, ...] = ()


RULE: Call = ("POST", "/tenants/acme/rules", {"name": "added", "respond": {"status": 500}})
MADE: Call = ("POST", "/tenants", {"scenario": "acme", "tenantId": "made"})
ADVANCED: Call = ("PUT", "/tenants/acme/clock", {"advance": "1h"})
ENTERED: Call = ("PUT", "/__admin/scenarios/beta/state", {"state": "broken"})
RULES, JOURNAL, TENANTS = "/tenants/acme/rules", "/journal", "/tenants"
WRITES = {
    "makeTenant": Write(MADE, TENANTS),
    "deleteTenant": Write(("DELETE", "/tenants/made", None), TENANTS, (MADE,)),
    "replaceScenario": Write(("PUT", "/tenants/acme/scenario", {"scenario": "beta"}), RULES),
    "addRules": Write(RULE, RULES),
    "removeAddedRules": Write(("DELETE", "/tenants/acme/rules", None), RULES, (RULE,)),
    "removeRule": Write(("DELETE", "/tenants/acme/rules/down", None), RULES),
    "resetTenant": Write(("POST", "/tenants/acme/reset", None), RULES, (RULE,)),
    "clearTenant": Write(("POST", "/tenants/acme/clear", None), RULES),
    "resetAll": Write(("POST", "/reset", None), TENANTS, (MADE,)),
    "clearAll": Write(("POST", "/clear", None), RULES),
    "setClock": Write(("PUT", "/tenants/acme/clock", {"set": "2030-01-01T00:00:00Z"}), "/tenants/acme/clock"),
    "forgetExchanges": Write(("DELETE", "/journal", None), JOURNAL),
    "wiremockRemoveAllRequests": Write(("DELETE", "/__admin/requests", None), JOURNAL),
    "wiremockResetRequests": Write(("POST", "/__admin/requests/reset", None), JOURNAL),
    "wiremockRemoveRequests": Write(("POST", "/__admin/requests/remove", ALL), JOURNAL),
    "wiremockRemoveRequest": Write(("DELETE", f"/__admin/requests/{LAST}", None), JOURNAL),
    "wiremockReset": Write(("POST", "/__admin/reset", None), JOURNAL),
    "wiremockResetScenarios": Write(
        ("POST", "/__admin/scenarios/reset", None), "/__admin/scenarios", (ENTERED,)
    ),
    "wiremockSetState": Write(ENTERED, "/__admin/scenarios"),
    "wiremockPostSettings": Write(("POST", "/__admin/settings", {"fixedDelay": 1}), "/__admin/settings"),
    "wiremockPutSettings": Write(("PUT", "/__admin/settings", {"fixedDelay": 2}), "/__admin/settings"),
    "wiremockResetMappings": Write(("POST", "/__admin/mappings/reset", None), RULES, (RULE,)),
}
"""Calls that change what all replicas share, by operationId."""
CHANGE_NOTHING = {
    "check", "verify", "setListener", "wiremockCountRequests", "wiremockFindRequests",
    "wiremockNearMissesOfPattern", "wiremockNearMissesOfRequest", "wiremockFindMappings",
}  # fmt: skip
"""Operations that read; the listener, whose announcement has tests of its own, stands here too."""


def query(tenant: str = "acme", user: str = "1") -> dict[str, str]:
    """Make the body of a query."""
    return {"tenantId": tenant, "authToken": TOKEN, "userMobile": user}


async def shown(served: World, path: str) -> list[Any]:
    """Read at each replica."""
    count = len(served.replicas)
    return [comparable(await served.control("GET", path, at=at)) for at in range(count)]


async def begin_anew(served: World) -> int:
    """Undo what an earlier write has done, and ask each replica; the number of the last exchange."""
    for method, path in (("POST", "/reset"), ("DELETE", "/journal")):
        assert (await served.control(method, path)).status < 300
    for at in range(4):
        await served.ask(QUERY, query(), at=at)
    return int((await served.control("GET", "/journal?limit=1&order=newest")).json["last"])


async def check_write(served: World, write: Write) -> None:
    """Check that what is written at one replica is read at each."""
    last = f"{await begin_anew(served):012x}"
    for method, path, body in write.before:
        assert (await served.control(method, path, body, at=2)).status < 300
    before = comparable(await served.control("GET", write.shows, at=0))
    method, path, body = write.call
    answer = await served.control(method, path.replace(LAST[-12:], last), body, at=1)
    after = await shown(served, write.shows)
    assert answer.status < 300, answer
    assert after == [after[1]] * 4
    assert after[0] != before


@pytest.mark.slow(seconds=3)
@pytest.mark.parametrize("form", SEVERAL)
async def test_what_is_written_at_one_replica_is_read_at_each(form: Opened) -> None:
    failed: dict[str, AssertionError | TimeoutError] = {}
    async with world(form, FILES) as served:
        for name, write in WRITES.items():
            try:
                await check_write(served, write)
            except (AssertionError, TimeoutError) as error:
                failed[name] = error
    assert failed == {}


async def test_the_table_has_each_operation_that_may_change_something() -> None:
    async with world(SEVERAL[0].values[0], FILES) as served:
        for route in openapi.routes():
            if route.method == "GET" or route.operation_id in {*WRITES, *CHANGE_NOTHING}:
                continue
            path = route.path.format_map({"id": LAST, "name": "x", "tenant": "acme", "rule": "down"})
            answer = await served.control(route.method, path, {})
            assert answer.status >= 400, f"{route.operation_id} is in no table here"


async def answers(served: World, tenant: str = "acme", user: str = "1") -> list[int]:
    """Ask at each replica; the statuses."""
    return [(await served.ask(QUERY, query(tenant, user), at=at)).status for at in range(4)]


@pytest.mark.slow(seconds=1)
@pytest.mark.parametrize("form", SEVERAL)
async def test_the_next_request_at_any_replica_meets_what_was_changed(form: Opened) -> None:
    async with world(form, FILES) as served:

        async def change(method: str, path: str, body: Any = None) -> Answer:
            return await served.control(method, path, body)

        assert await answers(served) == [503] * 4
        await change("DELETE", "/tenants/acme/rules/down")
        assert await answers(served) == [200] * 4
        await change("POST", "/tenants/acme/rules", {"times": 2, "respond": {"status": 429}, "ttl": "5s"})
        assert await answers(served) == [429, 429, 200, 200]
        await change("POST", "/tenants/acme/rules", {"respond": {"status": 418}, "ttl": "5s"})
        assert await answers(served) == [418] * 4
        served.time.advance(5000)
        assert await answers(served) == [200] * 4
        await change("POST", "/tenants/acme/reset")
        assert await answers(served) == [503] * 4
        await change("POST", "/clear")
        assert await answers(served) == [200] * 4
        await change("POST", "/reset")
        assert await answers(served) == [503] * 4
        await change("PUT", "/__admin/scenarios/beta/state", {"state": "broken"})
        assert await answers(served, "beta") == [502] * 4
        assert b"900002" in (await served.ask(QUERY, query("made"))).body
        made = (await change(*MADE)).json
        found = [await served.ask(QUERY, query("made") | {"authToken": made["authToken"]}) for _ in range(4)]
        assert [each.status for each in found] == [503] * 4
        await change("DELETE", "/tenants/made")
        assert b"900002" in (await served.ask(QUERY, query("made"))).body


@pytest.mark.parametrize("form", SEVERAL)
async def test_a_tenant_that_was_made_at_one_replica_is_found_by_its_access_key_at_each(form: Opened) -> None:
    scenario = {"tenant": {"access_keys": {"AKMADE": "sk"}}, "sessions": {"users": {"1": 3}}}
    async with world(form, FILES) as served:
        await served.control("POST", "/tenants", {"scenario": scenario, "tenantId": "made"}, at=0)
        path = "/CCFS/resource/ccfs/downloadOiapRecord"
        authorization = "auth-v2/AKMADE/2026-01-01T00:00:00Z/host/00"
        for at in range(4):
            await served.ask(path, {"fileName": "x.wav", "Authorization": authorization}, at=at)
        entries = (await served.control("GET", "/journal", at=0)).json["entries"]
        assert len(entries) == 4
        assert len({each["tenant"] for each in entries}) == 1
