"""Requests a second over the control plane."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from http.client import IncompleteRead
from typing import Any

import pytest

from conftest import GETTOKEN, QUERY, TOKEN
from oifde_simulator.runtime.server import Simulator
from serving import fetch, running

SCENARIO = f"""
tenant: {{tokens: ["{TOKEN}"]}}
rules:
  - {{name: down, match: {{request: {{userMobile: "1"}}}}, respond: {{status: 503}}}}
  - {{name: cut, match: {{request: {{userMobile: "2"}}}}, faults: [{{cut: {{bytes: 4}}}}]}}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    folder = tmp_path_factory.mktemp("scenarios")
    (folder / "acme.yaml").write_text(SCENARIO)
    with running(scenarios=(folder,)) as simulator:
        yield simulator


def counters(server: Simulator, query: str, status: int = 200) -> Any:
    found, _, body = fetch(f"{server.control_url}/counters{query}")
    assert found == status
    return json.loads(body)


def query(server: Simulator, user: str, tenant: str = "acme", token: str = TOKEN) -> None:
    body = {"tenantId": tenant, "authToken": token, "userMobile": user}
    with suppress(IncompleteRead):
        fetch(server.data_url + QUERY, json.dumps(body).encode())


def sums(answer: Any) -> dict[str, int]:
    return {kind: sum(numbers) for kind, numbers in answer["series"].items()}


def test_each_request_is_in_one_series_of_its_tenant_and_of_all(server: Simulator) -> None:
    for user in ("1", "2", "3", "3"):
        query(server, user)
    query(server, "3", token="another-token-of-nobody")
    query(server, "3", "nobody")
    fetch(server.data_url + GETTOKEN, b"{")
    while not sums(counters(server, ""))["broken"]:  # its end may come after the client has noticed it
        pass
    expected = {"honest": 2, "spoiled": 1, "refused": 1, "broken": 1}
    assert sums(counters(server, "?tenant=acme")) == expected
    assert sums(counters(server, "?tenant=false")) == dict.fromkeys(expected, 0) | {"refused": 2}
    assert sums(counters(server, "")) == expected | {"refused": 3}


@pytest.mark.parametrize(("query", "length"), [("", 600), ("?seconds=1", 1), ("?seconds=900", 900)])
def test_a_series_has_a_number_a_second(server: Simulator, query: str, length: int) -> None:
    answer = counters(server, query)
    assert [len(numbers) for numbers in answer["series"].values()] == [length] * 4
    assert (answer["step"], answer["complete"]) == (1, True)
    assert answer["until"].endswith("Z")


@pytest.mark.parametrize(
    "query", ["?seconds=0", "?seconds=901", "?seconds=x", "?tenent=acme", "?tenant=", "?tenant=" + "x" * 300]
)
def test_a_wrong_parameter_is_told(server: Simulator, query: str) -> None:
    assert counters(server, query, 400)["type"].endswith(":wrong-parameter")


def test_a_tenant_that_is_not_there_is_not_found(server: Simulator) -> None:
    assert (
        counters(server, "?tenant=acne", 404)["detail"] == 'there is no tenant "acne"; did you mean "acme"?'
    )
