"""Who has an answer finds it in the journal at any replica, and who waits anywhere is woken."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from conftest import QUERY, TOKEN
from replicas import FORMS, PATIENCE, SEVERAL, Keeping, Opened, World, world

FILES: dict[str, Any] = {"acme": {"tenant": {"tokens": [TOKEN]}, "sessions": {"users": {"1": 1}}}}


def query(user: str) -> dict[str, str]:
    """Make the body of a query."""
    return {"tenantId": "acme", "authToken": TOKEN, "userMobile": user}


async def numbers(served: World, at: int, user: str | None = None) -> list[int]:
    """List the numbers of entries that a replica shows."""
    more = "" if user is None else f"&userMobile={user}"
    found = await served.control("GET", f"/journal?tenant=acme&limit=1000{more}", at=at)
    return [each["number"] for each in found.json["entries"]]


@pytest.mark.parametrize("form", FORMS)
async def test_who_has_an_answer_finds_it_at_any_replica(form: Opened) -> None:
    async with world(form, FILES) as served:

        async def ask(user: int) -> None:
            await served.ask(QUERY, query(str(user)), at=user)
            assert len(await numbers(served, user + 1, str(user))) == 1

        await asyncio.gather(*(ask(user) for user in range(12)))
        shown = [await numbers(served, at) for at in range(len(served.replicas))]
        assert shown == [list(range(1, 13))] * len(served.replicas)


@pytest.mark.parametrize("form", SEVERAL)
async def test_what_a_replica_answered_is_not_lost_when_it_ends(form: Opened) -> None:
    async with world(form, FILES) as served:
        for user in range(8):
            await served.ask(QUERY, query(str(user)), at=user)
        for replica in served.replicas[:3]:
            await replica.tenants.state.close()
        assert await numbers(served, 3) == list(range(1, 9))
        assert (await served.ask(QUERY, query("8"), at=3)).status == 200
        assert await numbers(served, 3) == list(range(1, 10))


@pytest.mark.parametrize("form", SEVERAL)
async def test_who_waits_at_one_replica_is_woken_by_a_request_at_another(form: Opened) -> None:
    async with world(form, FILES) as served:
        path = f"/journal/wait?tenant=acme&userMobile=7&count=2&timeout={PATIENCE:g}s"
        waiting = asyncio.ensure_future(served.control("GET", path, at=1))
        for at in (0, 2, 3):
            await served.ask(QUERY, query("8"), at=at)
        for at in (2, 3):
            assert not waiting.done()
            await served.ask(QUERY, query("7"), at=at)
        answer = await waiting
        assert (answer.status, answer.json["count"]) == (200, 2)


@pytest.mark.parametrize("form", SEVERAL)
async def test_who_follows_at_one_replica_sees_the_requests_of_all_in_order(form: Opened) -> None:
    async with world(form, FILES) as served:
        following = await Keeping.to(served.replicas[1].control_url)
        following.send(b"GET /journal/events?tenant=acme HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await following.read_until(b"\r\n\r\n")
        await asyncio.gather(*(served.ask(QUERY, query(str(user))) for user in range(40)))
        seen: list[int] = []
        while len(seen) < 40:
            line = await following.read_until(b"\n")
            if line.startswith(b"data:"):
                event = json.loads(line.removeprefix(b"data:"))
                seen += [event["number"]] if "number" in event else []
        following.close()
        assert seen == list(range(1, 41))


@pytest.mark.parametrize("form", SEVERAL)
async def test_an_exchange_in_flight_at_one_replica_counts_at_another(form: Opened) -> None:
    rules = [
        {"name": "busy", "over": {"in_flight": 1}, "respond": {"status": 503}},
        {"name": "slow", "match": {"request": {"userMobile": "1"}}, "faults": ["hang"]},
    ]
    async with world(form, {"acme": FILES["acme"] | {"rules": rules}}) as served:
        hanging = await Keeping.to(served.replicas[0].data_url)
        octets = json.dumps(query("1")).encode()
        head = f"POST {QUERY} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(octets)}\r\n\r\n"
        hanging.send(head.encode() + octets)
        await served.control("GET", f"/journal/wait?tenant=acme&timeout={PATIENCE:g}s", at=1)
        assert (await served.ask(QUERY, query("3"), at=2)).status == 503
        path = f"/journal/wait?tenant=acme&outcome=client%20left&timeout={PATIENCE:g}s"
        waiting = asyncio.ensure_future(served.control("GET", path, at=3))
        await served.control("GET", f"/journal/wait?tenant=acme&status=503&timeout={PATIENCE:g}s", at=3)
        assert not waiting.done()
        hanging.close()
        (entry,) = (await waiting).json["entries"]
        assert entry["request"]["userMobile"] == "1"
        await served.settled()
        assert (await served.ask(QUERY, query("3"), at=3)).status == 200
