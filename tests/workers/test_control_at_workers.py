"""The control plane of several workers is one: each tells, changes and hears of what all do."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from time import monotonic

import pytest
from prometheus_client.parser import text_string_to_metric_families

from conftest import TOKEN
from serving import Peer, fetch, post
from workers_server import LONG, ControlClient, WorkersProcess, working

SCENARIO = f"tenant: {{tokens: [{TOKEN}]}}\nrules: [{{name: down, times: 9, respond: {{status: 418}}}}]\n"
WORKERS = (1, 2, 3)
CLIENTS = 9

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkersProcess]:
    folder = tmp_path_factory.mktemp("control")
    (folder / "acme.yaml").write_text(SCENARIO)
    with working(folder, "--tls", "off", "--scenarios", "acme.yaml", count=3) as server:
        yield server


@pytest.fixture
def clients(server: WorkersProcess) -> Iterator[list[ControlClient]]:
    """Clients of the control plane, one at each worker, of a server that has begun anew."""
    with ExitStack() as stack:
        clients = [stack.enter_context(ControlClient.at(server, number)) for number in WORKERS]
        assert clients[0].ask("POST", "/reset").status == 200
        yield clients


def query(user: str = "1") -> bytes:
    """Write a query."""
    return post(json.dumps({"tenantId": "acme", "authToken": TOKEN, "userMobile": user}).encode())


def ask_all(server: WorkersProcess) -> list[int]:
    """Send queries over so many connections that every worker has some; their statuses."""
    with ExitStack() as stack:
        clients = [stack.enter_context(Peer(server.data)) for _ in range(CLIENTS)]
        found = []
        for client in clients:
            client.send(query())
            found.append(client.answer().status)
    return found


def requests(client: ControlClient) -> float:
    """Read the requests that were counted."""
    families = text_string_to_metric_families(client.ask("GET", "/metrics").body.decode())
    return sum(
        each.value for family in families for each in family.samples if each.name == "oifde_requests_total"
    )


def counted(client: ControlClient, expected: float) -> float:
    """Read the requests until so many are counted: other workers tell theirs within half a second."""
    deadline = monotonic() + LONG
    while (found := requests(client)) != expected and monotonic() < deadline:
        pass
    return found


def fixed_delay(client: ControlClient) -> int | None:
    """Read the delay of every answer in milliseconds."""
    found: int | None = client.json("GET", "/__admin/settings")["settings"].get("fixedDelay")
    return found


def test_metrics_and_counters_of_any_worker_are_the_sum_and_stay_when_one_is_killed(
    server: WorkersProcess, clients: list[ControlClient]
) -> None:
    before = requests(clients[0])
    assert ask_all(server) == [418] * CLIENTS
    assert [counted(client, before + CLIENTS) for client in clients] == [before + CLIENTS] * 3
    sums = {sum(map(sum, client.json("GET", "/counters")["series"].values())) for client in clients}
    assert len(sums) == 1
    os.kill(server.pids()[2], signal.SIGKILL)
    server.line("worker 3 is ready again")
    with ControlClient.at(server, 3) as again:
        assert requests(again) == before + CLIENTS
        assert ask_all(server) == [200] * CLIENTS
        assert counted(again, before + 2 * CLIENTS) == before + 2 * CLIENTS
    assert [rule["fired"] for rule in clients[0].json("GET", "/tenants/acme")["rules"]] == [9]


def test_a_wait_at_each_worker_hears_of_requests_at_all(
    server: WorkersProcess, clients: list[ControlClient]
) -> None:
    for client in clients:
        client.begin("GET", f"/journal/wait?tenant=acme&count={CLIENTS}&timeout=20s")
    assert ask_all(server) == [418] * CLIENTS
    answers = [client.answer() for client in clients]
    assert [answer.status for answer in answers] == [200] * 3
    assert [answer.json["count"] for answer in answers] == [CLIENTS] * 3


def test_events_at_each_worker_are_the_exchanges_of_all_in_order(
    server: WorkersProcess, clients: list[ControlClient]
) -> None:
    for client in clients:
        client.begin("GET", "/journal/events?tenant=acme")
    greetings = [client.until(b"event: hello") for client in clients]
    assert ask_all(server) == [418] * CLIENTS
    last = json.loads(fetch(f"{server.control}/journal")[2])["last"]
    expected = [str(number).encode() for number in range(last - CLIENTS + 1, last + 1)]
    for greeting, client in zip(greetings, clients, strict=True):
        told = greeting + client.until(b"id: %d\n" % last)
        ids = [line[4:] for line in told.split(b"\n") if line.startswith(b"id: ")]
        assert [each for each in ids if int(each) > last - CLIENTS] == expected


def test_a_delay_that_one_worker_is_told_is_that_of_all(
    server: WorkersProcess, clients: list[ControlClient]
) -> None:
    assert clients[1].ask("POST", "/__admin/settings", {"fixedDelay": 150}).status == 200
    assert [fixed_delay(client) for client in clients] == [150] * 3
    with ExitStack() as stack:
        peers = [stack.enter_context(Peer(server.data)) for _ in range(CLIENTS)]
        for peer in peers:
            began = monotonic()
            peer.send(query())
            assert peer.answer().status == 418
            assert monotonic() - began >= 0.149
    assert clients[2].ask("POST", "/reset").status == 200
    assert not any(
        client.json("GET", "/__admin/settings")["settings"].get("fixedDelay") for client in clients
    )


def test_tenants_clocks_and_rules_are_the_same_at_every_worker(clients: list[ControlClient]) -> None:
    one, two, three = clients
    assert one.ask("POST", "/tenants", {"scenario": "acme", "tenantId": "made"}).status == 201
    assert one.ask("PUT", "/tenants/made/clock", {"freeze": True}).status == 200
    assert two.ask("PUT", "/tenants/made/clock", {"set": "2026-01-01T00:00:00+08:00"}).status == 200
    rule = {"name": "added", "respond": {"status": 503}}
    assert three.ask("POST", "/tenants/made/rules", rule).status == 201
    found = [client.json("GET", "/tenants/made") for client in clients]
    assert found[0] == found[1] == found[2]
    assert "added" in [each["name"] for each in found[0]["rules"]]


def test_the_console_of_every_worker_is_one(clients: list[ControlClient]) -> None:
    for path in ("/", "/console.json"):
        answers = [client.ask("GET", path) for client in clients]
        assert [answer.status for answer in answers] == [200] * 3
        assert len({answer.body for answer in answers}) == 1
