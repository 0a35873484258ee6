"""Outcomes in the journal, and entries that are on record before their answers are sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from conftest import ACME, QUERY, TOKEN
from oifde_simulator.runtime.server import Simulator
from serving import Peer, fetch, post, running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    scenario = tmp_path_factory.mktemp("scenarios") / "acme.yaml"
    scenario.write_text(ACME)
    with running(scenarios=(scenario,)) as simulator:
        yield simulator


def fetch_json(server: Simulator, path: str) -> Any:
    return json.loads(fetch(server.control_url + path)[2])


def body(**fields: str) -> bytes:
    return json.dumps({"tenantId": "acme", "authToken": TOKEN, "userMobile": "1"} | fields).encode()


def ask(server: Simulator, tenant: str, user: str) -> bytes:
    """Send one query on a connection of its own; returns all bytes of the answer."""
    with Peer(server.data_url) as peer:
        peer.send(post(body(tenantId=tenant, userMobile=user), "Connection: close"))
        return peer.rest()


def test_a_request_that_is_answered_is_on_record_with_its_outcome(server: Simulator) -> None:
    for number in range(50):
        came = ask(server, "acme", f"u{number}")
        (entry,) = fetch_json(server, f"/journal?userMobile=u{number}")["entries"]
        assert (entry["outcome"]["how"], entry["outcome"]["bytes"]) == ("complete", len(came))
        assert entry["outcome"]["seconds"] >= 0


@pytest.mark.parametrize(
    ("user", "how", "rule"),
    [
        ("18000000304", "closed", "cut-body"),
        ("18000000301", "closed", "empty-response"),
        ("18000000302", "reset", "reset"),
        ("18000000303", "reset", "reset-mid-body"),
        ("18000000503", "complete", "outage"),
    ],
)
def test_a_spoiled_answer_says_how_it_ended(server: Simulator, user: str, how: str, rule: str) -> None:
    before = fetch_json(server, "/journal?limit=1")["last"]
    came = ask(server, "magic", user)
    (entry,) = fetch_json(server, f"/journal?since={before}&userMobile={user}")["entries"]
    outcome = entry["outcome"]
    assert (outcome["how"], entry["rule"], entry["honest"]["status"]) == (how, rule, 200)
    assert outcome["bytes"] >= len(came)
    assert how == "reset" or outcome["bytes"] == len(came)


def test_a_client_that_leaves_is_told_of(server: Simulator) -> None:
    before = fetch_json(server, "/journal?limit=1")["last"]
    query = f"since={before}&userMobile=18000000203"
    with Peer(server.data_url) as peer:
        peer.send(post(body(tenantId="magic", userMobile="18000000203")))
        (entry,) = fetch_json(server, f"/journal/wait?{query}")["entries"]
        assert entry["outcome"]["how"] == "under way"
    (entry,) = fetch_json(server, f"/journal/wait?{query}&outcome=true")["entries"]
    assert entry["outcome"]["how"] == "client left"
    counts = [
        fetch_json(server, f"/journal?{query}&outcome={how}")["count"]
        for how in ("client%20left", "complete")
    ]
    assert counts == [1, 0]


def test_requests_that_nobody_can_read_have_a_place_of_their_own(server: Simulator) -> None:
    before = fetch_json(server, "/journal?limit=1")["last"]
    fetch(server.data_url + QUERY, b"not JSON")
    fetch(server.data_url + "/other", body())
    fetch(server.data_url + QUERY, body(tenantId="nobody"))
    entries = fetch_json(server, f"/journal?tenant=false&since={before}")["entries"]
    assert [entry["status"] for entry in entries] == [400, 404, 200]
    assert [entry["tenant"] for entry in entries] == [None] * 3
    whole = fetch_json(server, f"/journal/{entries[0]['number']}")
    assert whole["request"]["text"] == "not JSON"
    assert whole["problems"]
