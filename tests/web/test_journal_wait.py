"""Waiting on the control plane: begun anew by a deletion, ended where it is in vain, without entries."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import pytest

from conftest import QUERY
from controlling import Answered, Controlling
from oifde_simulator.immediate import immediate
from oifde_simulator.journal.filters import Since
from oifde_simulator.journal.subscriptions import index
from oifde_simulator.model.entry import Entry
from oifde_simulator.web.control_plane.services.journal import JournalService
from serving import Peer, fetch, post, running


@pytest.fixture
def server() -> Iterator[Controlling]:
    with running(journal_exchanges=3) as simulator:
        yield Controlling(simulator)


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(3) as threads:
        yield threads


def ask(server: Controlling, tenant: str, times: int = 1, **fields: str) -> None:
    for _ in range(times):
        fetch(server.simulator.data_url + QUERY, json.dumps({"tenantId": tenant} | fields).encode())


def wait(threads: ThreadPoolExecutor, server: Controlling, query: str) -> Future[Answered]:
    """Start a wait, and let it search the entries that are there already."""
    waiters = server.simulator.journal.waiters
    before = len(waiters)
    waiting = threads.submit(server, "GET", f"/journal/wait?timeout=20s&{query}")
    while len(waiters) == before and not waiting.done():
        pass
    server("GET", "/livez")
    return waiting


DELETIONS = {
    "by WireMock": ("POST", "/__admin/requests/remove", {"urlPattern": ".*"}),
    "of the tenant": ("DELETE", "/journal?tenant=tenant001", ...),
    "of all": ("DELETE", "/journal", ...),
    "with a reset of the tenant": ("POST", "/tenants/tenant001/reset", ...),
}


@pytest.mark.parametrize(
    "query", ["tenant=tenant001", "", "userMobile=7"], ids=["a tenant", "any", "a field"]
)
@pytest.mark.parametrize("deletion", DELETIONS.values(), ids=DELETIONS)
def test_what_is_deleted_has_not_come(
    server: Controlling, threads: ThreadPoolExecutor, query: str, deletion: tuple[str, str, Any]
) -> None:
    ask(server, "tenant001", userMobile="7")
    waiting = wait(threads, server, f"count=3&{query}")
    assert server(*deletion).status == 200
    ask(server, "tenant001", 2, userMobile="7")
    server("GET", "/livez")
    assert not waiting.done()
    ask(server, "tenant001", userMobile="7")
    answer = waiting.result().json
    assert [entry["number"] for entry in answer["entries"]] == [2, 3, 4]


def test_what_is_deleted_while_it_is_looked_for_has_not_come(
    server: Controlling, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slow(_: JournalService, wanted: Any, entries: list[Entry]) -> list[Entry]:
        found = [entry for entry in entries if wanted.accepts(entry)]
        immediate(server.simulator.journal.clear())
        return found

    monkeypatch.setattr(JournalService, "accepted", slow)
    ask(server, "tenant001")
    answer = server("GET", "/journal/wait?timeout=1ms")
    assert (answer.status, answer.json["count"], answer.json["entries"]) == (504, 0, [])


def test_what_had_to_go_meanwhile_has_come_and_is_no_longer_there(
    server: Controlling, threads: ThreadPoolExecutor
) -> None:
    waiting = wait(threads, server, "tenant=tenant001&count=5")
    ask(server, "tenant001", 5)
    answer = waiting.result().json
    assert (answer["count"], answer["truncated"]) == (5, True)
    assert [entry["number"] for entry in answer["entries"]] == [3, 4, 5]


def on_record(tenant: str) -> int:
    gc.collect()
    entries = [each for each in gc.get_objects() if type(each) is Entry and each.tenant == tenant]
    return len(entries)


@pytest.mark.slow(seconds=1)
def test_who_waits_or_follows_keeps_no_entry(server: Controlling, threads: ThreadPoolExecutor) -> None:
    # Nobody else's name; its requests are well-formed: a line of the log would keep its entry.
    tenant = server.make(tenant="kept-by-nobody")
    made = tenant["tenantId"]
    for _ in range(3):
        server.query(tenant)
    wait(threads, server, f"tenant={made}&count=99")
    with Peer(server.simulator.control_url) as follower:
        follower.send(f"GET /journal/events?tenant={made} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        while not len(server.simulator.journal.followers):
            pass
        for _ in range(9):
            server.query(tenant)
        heard = b""
        while heard.count(b"event: exchange") < 9:
            heard += follower.socket.recv(65536)
        server("GET", "/livez")
        assert len(immediate(server.simulator.journal.entries(made, Since()))) == 3
        assert on_record(made) == 3
    assert server("DELETE", f"/tenants/{made}").status == 204


@pytest.mark.parametrize(
    ("query", "expected"), [("tenant=mine&", [1, 3]), ("tenant=false&", [3]), ("", [1, 2, 3])]
)
def test_near_misses_of_a_wait_are_those_of_its_tenant_or_of_none(
    server: Controlling, query: str, expected: list[int]
) -> None:
    for name in ("mine", "theirs"):
        server.make(tenant=name)
    for tenant in ("mine", "theirs", "nobody"):
        ask(server, tenant, userMobile="7")
    answer = server("GET", f"/journal/wait?{query}userMobile=8&timeout=1ms")
    assert answer.problem == (504, "not-come")
    assert sorted(miss["number"] for miss in answer.json["nearMisses"]) == expected
    assert query or "nearest is entry 3" in answer.json["detail"]


def test_who_waits_for_a_tenant_that_is_not_there_is_told_at_once(server: Controlling) -> None:
    answer = server("GET", "/journal/wait?tenant=tenant01&timeout=10m")
    assert answer.problem == (404, "no-tenant")
    assert answer.json["detail"] == (
        'there is no tenant "tenant01" to wait for, 0 of 1 exchange came; did you mean "tenant001"?'
    )


@pytest.mark.parametrize("way", [("DELETE", "/tenants/{}"), ("POST", "/reset")], ids=["removed", "reset"])
def test_who_waits_for_a_tenant_that_goes_is_told_at_once(
    server: Controlling, threads: ThreadPoolExecutor, way: tuple[str, str]
) -> None:
    made = server.make()["tenantId"]
    waiting = wait(threads, server, f"tenant={made}")
    server(way[0], way[1].format(made))
    assert waiting.result().problem == (404, "no-tenant")


def test_more_filters_than_an_exchange_should_be_asked_by_are_refused(
    server: Controlling, threads: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "MOST_GROUPS", 1)
    schema = "status=%7B%22minimum%22%3A{}%7D"
    first, same = (wait(threads, server, schema.format(200)) for _ in range(2))
    answer = server("GET", "/journal/wait?" + schema.format(201))
    assert answer.problem == (503, "too-many-waiters")
    assert "name a tenant" in answer.json["detail"]
    ask(server, "tenant001")
    assert {first.result().status, same.result().status} == {200}


ENDS = {
    "any": "outcome=client%20left",
    "of the tenant": "tenant=magic&outcome=client%20left",
    "by a pattern": "tenant=magic&outcome=" + quote('{"pattern":"^(?=c)client"}'),
}


@pytest.mark.parametrize("query", ENDS.values(), ids=ENDS)
def test_who_waits_for_a_client_that_leaves_is_answered_when_it_has_left(
    server: Controlling, threads: ThreadPoolExecutor, query: str
) -> None:
    waiting = wait(threads, server, query)
    with Peer(server.simulator.data_url) as peer:
        peer.send(post(json.dumps({"tenantId": "magic", "userMobile": "18000000203"}).encode()))
        assert server("GET", "/journal/wait?tenant=magic&outcome=false").json["count"] == 1
        ask(server, "tenant001")
        server("GET", "/livez")
        assert not waiting.done()
    (entry,) = waiting.result().json["entries"]
    assert (entry["tenant"], entry["outcome"]["how"]) == ("magic", "client left")
    assert server("GET", f"/journal/wait?{query}&timeout=1ms").json["count"] == 1


def test_who_waits_in_vain_for_an_end_is_told_how_the_nearest_stands(server: Controlling) -> None:
    ask(server, "tenant001")
    answer = server("GET", "/journal/wait?tenant=tenant001&outcome=reset&timeout=1ms")
    assert answer.problem == (504, "not-come")
    assert answer.json["detail"].endswith('nearest is entry 1: outcome: expected "reset", found "complete"')
