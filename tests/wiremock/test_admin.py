"""The admin API on the control port, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

import suites
from conftest import TOKEN
from oifde_simulator.runtime.server import Simulator
from oifde_simulator.web.control_plane.openapi import document, schema
from oifde_simulator.web.control_plane.routes.wiremock.operations import UNSUPPORTED as NOT_DONE
from serving import fetch
from suites import admin, query

UNSUPPORTED = [
    ("POST", "/mappings"), ("DELETE", "/mappings"), ("POST", "/mappings/save"), ("POST", "/mappings/import"),
    ("POST", "/mappings/find-by-metadata"), ("GET", "/mappings/unmatched"), ("GET", "/recordings/status"),
    ("POST", "/requests/remove-by-metadata"), ("PUT", "/files/a.json"), ("POST", "/shutdown"),
    ("PUT", "/mappings/6f696664-6500-8000-8000-000000000001"),
]  # fmt: skip


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """Server that tests only read."""
    with suites.queried(tmp_path_factory.mktemp("read")) as simulator:
        yield simulator


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    """Server for one test alone."""
    with suites.queried(tmp_path) as simulator:
        yield simulator


def total(simulator: Simulator) -> int:
    """Count the requests on record."""
    return int(admin(simulator, "/requests/count", {})[1]["count"])


def test_the_list_is_newest_first_and_its_ids_lead_to_single_ones(served: Simulator) -> None:
    status, found = admin(served, "/requests?limit=2")
    assert (status, found["meta"], found["requestJournalDisabled"]) == (200, {"total": 4}, False)
    newest = found["requests"][0]
    assert newest["request"]["url"] == "/nowhere?a=1"
    assert newest["request"]["queryParams"] == {"a": {"key": "a", "values": ["1"]}}
    assert admin(served, f"/requests/{newest['id']}") == (200, newest)


def test_no_answer_shows_a_credential(served: Simulator) -> None:
    for path in ("/requests", "/requests/unmatched", "/mappings"):
        assert TOKEN not in str(admin(served, path)[1])
    assert TOKEN not in str(admin(served, "/requests/find", {})[1])


def test_the_list_is_cut_by_time_and_by_who_took_a_request(served: Simulator) -> None:
    assert len(admin(served, "/requests?since=2025-01-01T00:00:00Z")[1]["requests"]) == 4
    assert len(admin(served, "/requests?since=2099-01-01T00:00:00Z")[1]["requests"]) == 0
    assert len(admin(served, "/requests?unmatched=true")[1]["requests"]) == 1
    stub = admin(served, "/mappings")[1]["mappings"][1]
    assert admin(served, f"/mappings/{stub['id']}") == (200, stub)
    taken = [len(admin(served, f"/requests?matchingStub={each['id']}")[1]["requests"])
             for each in admin(served, "/mappings")[1]["mappings"]]  # fmt: skip
    assert sorted(taken) == [0, 0, 0, 0, 0, 3]


def test_the_health_interface_has_one_stub_which_takes_its_requests(simulator: Simulator) -> None:
    fetch(simulator.data_url + "/oifde/rest/api/servicemonitor")
    stubs = admin(simulator, "/mappings")[1]["mappings"]
    (stub,) = [each for each in stubs if each["name"] == "servicemonitor"]
    assert stub["request"] == {"method": "ANY", "urlPath": "/oifde/rest/api/servicemonitor"}
    assert stub["metadata"] == {"tenant": "", "endpoint": "servicemonitor"}
    assert admin(simulator, f"/mappings/{stub['id']}") == (200, stub)
    (event,) = admin(simulator, f"/requests?matchingStub={stub['id']}")[1]["requests"]
    assert (event["wasMatched"], event["stubMapping"]["id"]) == (True, stub["id"])
    unmatched = admin(simulator, "/requests/unmatched")[1]["requests"]
    assert not [each for each in unmatched if "servicemonitor" in each["url"]]
    near = admin(
        simulator, "/near-misses/request", {"method": "GET", "url": "/oifde/rest/api/servicemonitors"}
    )
    assert near[1]["nearMisses"][0]["stubMapping"]["name"] == "servicemonitor"


def test_unmatched_is_what_no_endpoint_of_a_known_tenant_took(simulator: Simulator) -> None:
    query(simulator, tenantId="acne")
    query(simulator, authToken="wrong")
    _, found = admin(simulator, "/requests/unmatched")
    assert [request["url"].partition("?")[0][-8:] for request in found["requests"]] == [
        "/nowhere",
        "dHistory",
    ]
    misses = admin(simulator, "/requests/unmatched/near-misses")[1]["nearMisses"]
    nearest = min(misses[3:], key=lambda miss: miss["matchResult"]["distance"])
    assert nearest["stubMapping"]["name"] == "acme queryRecordHistory"


def test_near_misses_of_a_pattern_are_told_nearest_first(served: Simulator) -> None:
    pattern = {"method": "POST", "urlPath": "/nowhere", "bodyPatterns": [{"contains": "zz"}]}
    _, found = admin(served, "/near-misses/request-pattern", pattern)
    distances = [miss["matchResult"]["distance"] for miss in found["nearMisses"]]
    assert found["nearMisses"][0]["request"]["url"] == "/nowhere?a=1"
    assert distances == sorted(distances)
    assert found["nearMisses"][0]["requestPattern"] == pattern


def test_near_misses_of_a_request_are_stubs(served: Simulator) -> None:
    asked = {"method": "POST", "url": "/oifde/rest/api/gettoken", "body": '{"appKey": "acm"}'}
    _, found = admin(served, "/near-misses/request", asked)
    assert found["nearMisses"][0]["stubMapping"]["name"] == "acme gettoken"


@pytest.mark.parametrize(("method", "nearest"), [("GET", "servicemonitor"), ("POST", "downloadOiapRecord")])
def test_near_misses_of_a_request_that_names_no_tenant_are_one_of_each_kind(
    served: Simulator, method: str, nearest: str
) -> None:
    _, found = admin(served, "/near-misses/request", {"method": method, "url": "/nope"})
    names = [miss["stubMapping"]["name"] for miss in found["nearMisses"]]
    assert names[0] == nearest
    kinds = [name.split()[-1] for name in names]
    assert len(set(kinds)) == len(kinds) == 3


def test_requests_are_removed_one_by_one_by_pattern_and_all(simulator: Simulator) -> None:
    id = admin(simulator, "/requests")[1]["requests"][0]["id"]
    assert admin(simulator, f"/requests/{id}", method="DELETE") == (200, {})
    assert (admin(simulator, f"/requests/{id}")[0], total(simulator)) == (404, 3)
    two = {"bodyPatterns": [{"contains": "18000000002"}]}
    assert len(admin(simulator, "/requests/remove", two)[1]["serveEvents"]) == 1
    assert total(simulator) == 2
    assert admin(simulator, "/requests", method="DELETE") == (200, {})
    assert total(simulator) == 0


@pytest.mark.parametrize("path", ["/reset", "/mappings/reset"])
def test_a_reset_begins_again_and_leaves_tenants_and_settings(simulator: Simulator, path: str) -> None:
    admin(simulator, "/settings", {"fixedDelay": 1})
    assert query(simulator, tenantId="steps", userMobile="1")[0] == 503
    assert query(simulator, tenantId="steps", userMobile="2")[0] == 503
    assert admin(simulator, path, method="POST") == (200, {})
    assert total(simulator) == 0
    assert query(simulator, tenantId="steps", userMobile="2")[0] == 200
    assert admin(simulator, "/settings") == (200, {"settings": {"fixedDelay": 1}})


def test_a_reset_of_the_control_plane_ends_the_delay_of_every_answer(simulator: Simulator) -> None:
    admin(simulator, "/settings", {"fixedDelay": 1})
    assert fetch(f"{simulator.control_url}/reset", method="POST")[0] == 200
    assert admin(simulator, "/settings") == (200, {"settings": {}})


def test_states_of_rules_are_scenarios(simulator: Simulator) -> None:
    def states() -> Any:
        return [(each["name"], each["state"]) for each in admin(simulator, "/scenarios")[1]["scenarios"]]

    assert states() == [("steps", "Started")]
    assert admin(simulator, "/scenarios/steps/state", {"state": "down"}, "PUT") == (200, {})
    assert query(simulator, tenantId="steps", userMobile="2")[0] == 503
    assert admin(simulator, "/scenarios/steps/state", method="PUT") == (200, {})
    assert states() == [("steps", "Started")]
    assert query(simulator, tenantId="steps", userMobile="1")[0] == 503
    assert states() == [("steps", "down")]
    assert admin(simulator, "/scenarios/reset", method="POST") == (200, {})
    assert states() == [("steps", "Started")]
    wrong, nowhere = {"state": "up"}, "/scenarios/none/state"
    assert admin(simulator, "/scenarios/steps/state", wrong, "PUT")[0] == 422
    assert admin(simulator, nowhere, wrong, "PUT")[1]["errors"][0]["title"] == "Scenario none does not exist"


@pytest.mark.parametrize(
    "settings",
    [
        {"fixedDelay": 40},
        {"delayDistribution": {"type": "uniform", "lower": 40, "upper": 41}},
        {"delayDistribution": {"type": "lognormal", "median": 40, "sigma": 0}},
        {"fixedDelay": 20, "delayDistribution": {"type": "fixed", "milliseconds": 20}},
    ],
    ids=str,
)
def test_every_answer_is_delayed_until_told_otherwise(simulator: Simulator, settings: Any) -> None:
    assert admin(simulator, "/settings", settings) == (200, {})
    began = monotonic()
    assert query(simulator, userMobile="18000000001")[0] == 200
    assert monotonic() - began >= 0.04
    assert admin(simulator, "/settings", {}, "PUT") == (200, {})
    assert admin(simulator, "/settings") == (200, {"settings": {}})


@pytest.mark.parametrize(
    ("settings", "status"),
    [
        ({"delayDistribution": {"type": "uniform", "lower": 5, "upper": 1}}, 422),
        ({"fixedDelay": -1}, 400),
        ({"delayDistribution": {"type": "gamma"}}, 400),
        ({"bogus": 1}, 400),
        ({"extended": {"a": 1}}, 422),
    ],
    ids=str,
)
def test_wrong_settings_change_nothing(served: Simulator, settings: Any, status: int) -> None:
    assert admin(served, "/settings", settings)[0] == status
    assert admin(served, "/settings") == (200, {"settings": {}})


@pytest.mark.parametrize(("method", "path"), UNSUPPORTED)
def test_what_is_not_done_says_why(served: Simulator, method: str, path: str) -> None:
    status, answer = admin(served, path, b"{}" if method != "GET" else None, method)
    (error,) = errors(status, answer)
    assert (error["title"], error["source"]) == ("Not supported", {"pointer": ""})
    assert error["detail"].startswith(f"{method} /__admin{path}: ")


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("/requests/find", {"bodyPatterns": [{"equalToXml": "<x/>"}]}, "/bodyPatterns/0/equalToXml"),
        ("/requests/count", {"headers": {"A": {"hasExactly": []}}}, "/headers/A"),
        ("/requests/remove", {"cookies": {"a": {"equalTo": "b"}}}, "/cookies"),
        (
            "/near-misses/request-pattern",
            {"bodyPatterns": [{"matchesJsonPath": "$..a..b..c"}]},
            "/bodyPatterns/0/matchesJsonPath",
        ),
        ("/settings", {"extended": {"a": 1}}, "/extended"),
    ],
)
def test_a_part_that_is_not_done_is_told_where(served: Simulator, path: str, body: Any, pointer: str) -> None:
    (error,) = errors(*admin(served, path, body))
    assert (error["title"], error["source"]) == ("Not supported", {"pointer": pointer})
    assert error["detail"].startswith(f"not done here: {pointer}")


def errors(status: int, answer: Any) -> list[Any]:
    """Take the errors out of an answer of 422, which has no other member: Java's client would not read it."""
    assert (status, list(answer)) == (422, ["errors"])
    assert schema("/components/schemas/WireMockErrors").accepts(answer)
    return list(answer["errors"])


def test_every_operation_that_is_not_done_says_422_in_the_document() -> None:
    responses = {
        operation["operationId"]: operation["responses"].keys()
        for entry in document()["paths"].values()
        for operation in entry.values()
        if isinstance(operation, dict)
    }
    assert {id: "422" in responses[id] for id in NOT_DONE} == dict.fromkeys(NOT_DONE, True)
    assert not [id for id, statuses in responses.items() if "501" in statuses]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/requests/count", b"{bad", 400),
        ("/requests/count", [], 400),
        ("/requests/count", {"bogus": 1}, 422),
        ("/requests/find", {"bodyPatterns": [{"equalToXml": "<x/>"}]}, 422),
        ("/requests/xyz", None, 400),
        ("/requests/6f696664-6500-8000-8000-0000000fffff", None, 404),
        ("/mappings/6f696664-6500-8000-8000-0000000fffff", None, 404),
        ("/requests?limit=x", None, 400),
        ("/requests?since=x", None, 400),
        ("/requests?strange=x", None, 400),
    ],
)
def test_bad_input_is_refused(served: Simulator, path: str, body: Any, status: int) -> None:
    assert admin(served, path, body)[0] == status


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/requests", None),
        ("/requests/count", {}),
        ("/requests/find", {}),
        ("/requests/unmatched", None),
        ("/requests/unmatched/near-misses", None),
        ("/near-misses/request-pattern", {}),
        ("/near-misses/request", {}),
        ("/scenarios", None),
        ("/settings", None),
        ("/mappings", None),
        ("/health", None),
    ],
)
def test_answers_are_what_the_document_says(served: Simulator, path: str, body: Any) -> None:
    route = f"/__admin{path}".replace("/", "~1")
    method = "get" if body is None else "post"
    described = schema(f"/paths/{route}/{method}/responses/200/content/application~1json/schema")
    status, found = admin(served, path, body)
    assert (status, described.explain(found)) == (200, [])


def test_health_and_version_are_told(served: Simulator) -> None:
    assert admin(served, "/health")[1]["status"] == "healthy"
    assert admin(served, "/version") == (200, {"version": "3.13.2"})
