"""A good day for everybody over the control plane."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from conftest import QUERY, TOKEN
from oifde_simulator.runtime.server import Simulator
from oifde_simulator.web.control_plane import openapi
from serving import fetch, running

DOWN = f'tenant: {{tokens: ["{TOKEN}"]}}\nrules: [{{name: down, respond: {{status: 503}}}}]\n'


@pytest.fixture
def server(tmp_path: Any) -> Iterator[Simulator]:
    for name in ("acme", "zenith"):
        (tmp_path / f"{name}.yaml").write_text(DOWN)
    with running(scenarios=(tmp_path,), no_bundled=True) as simulator:
        yield simulator


def call(server: Simulator, method: str, path: str, body: Any = None, status: int = 200) -> Any:
    octets = None if body is None else json.dumps(body).encode()
    found, _, answer = fetch(server.control_url + path, octets, method=method)
    assert found == status, answer
    return json.loads(answer)


@pytest.mark.parametrize(
    ("method", "path", "described"),
    [
        ("get", "/console.json", "/console.json"),
        ("get", "/counters?seconds=3", "/counters"),
        ("get", "/journal?order=newest&text=acme&spoiled=true", "/journal"),
        ("post", "/clear", "/clear"),
    ],
)
def test_answers_are_as_the_document_says(server: Simulator, method: str, path: str, described: str) -> None:
    ask(server, "acme")
    step = described.replace("/", "~1")
    pointer = f"/paths/{step}/{method}/responses/200/content/application~1json/schema"
    answer = call(server, method.upper(), path)
    assert openapi.schema(pointer).accepts(answer)
    assert not openapi.schema(pointer).accepts({})


def ask(server: Simulator, tenant: str, token: str = TOKEN) -> int:
    body = {"tenantId": tenant, "authToken": token, "userMobile": "1"}
    return fetch(server.data_url + QUERY, json.dumps(body).encode())[0]


def test_no_rule_of_anybody_fires_until_the_next_reset(server: Simulator) -> None:
    made = call(server, "POST", "/tenants", {"scenario": "acme", "tenantId": "made"}, 201)
    call(server, "POST", "/tenants/zenith/rules", {"name": "more", "respond": {"status": 500}}, 201)
    assert [ask(server, each) for each in ("acme", "zenith")] == [503, 500]
    assert call(server, "POST", "/clear") == {"tenants": 3}
    assert [ask(server, "acme"), ask(server, "zenith"), ask(server, "made", made["authToken"])] == [200] * 3
    assert call(server, "GET", "/tenants/zenith")["rules"] == []
    call(server, "POST", "/tenants/acme/reset")
    assert [ask(server, each) for each in ("acme", "zenith")] == [503, 200]
    call(server, "POST", "/reset")
    assert [ask(server, each) for each in ("acme", "zenith")] == [503, 503]


def test_the_journal_is_kept(server: Simulator) -> None:
    ask(server, "acme")
    call(server, "POST", "/clear")
    journal = call(server, "GET", "/journal")
    assert (journal["count"], journal["truncated"]) == (1, False)


def test_rules_that_are_added_and_tenants_that_are_made_later_have_their_say(server: Simulator) -> None:
    call(server, "POST", "/clear")
    call(server, "POST", "/tenants/acme/rules", {"name": "later", "respond": {"status": 429}}, 201)
    made = call(server, "POST", "/tenants", {"scenario": "acme"}, 201)
    assert [ask(server, "acme"), ask(server, made["tenantId"], made["authToken"])] == [429, 503]


def test_the_delay_of_all_answers_is_gone_and_the_port_is_open(server: Simulator) -> None:
    call(server, "POST", "/__admin/settings", {"fixedDelay": 20000})
    call(server, "PUT", "/listener", {"open": False})
    call(server, "POST", "/clear")
    assert call(server, "GET", "/listener")["open"]
    assert ask(server, "acme") == 200


def test_a_deleted_tenant_stays_gone(server: Simulator) -> None:
    fetch(server.control_url + "/tenants/zenith", method="DELETE")
    assert call(server, "POST", "/clear") == {"tenants": 1}
