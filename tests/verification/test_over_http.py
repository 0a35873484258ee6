"""Verification and coverage on the control plane, and `serve --fail-on-unused`."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from conftest import GETTOKEN, QUERY, TOKEN
from oifde_simulator.runtime.server import Simulator
from oifde_simulator.web.control_plane import openapi
from serving import Peer, fetch, running, served

SCENARIO = f"""
tenant: {{secret: hush-hush-hush, tokens: ["{TOKEN}"]}}
sessions: {{users: {{"18000000001": 25}}}}
rules:
  - name: fail-twice
    match: {{endpoint: queryRecordHistory, request: {{pageNum: "1"}}}}
    times: 2
    respond: {{status: 503}}
  - {{name: never, match: {{request: {{userMobile: "0"}}}}, faults: [reset]}}
"""
PAGE = (Path(__file__).parents[2] / "docs" / "control-plane.md").read_text()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Simulator]:
    (tmp_path / "acme.yaml").write_text(SCENARIO)
    with running(scenarios=(tmp_path / "acme.yaml",), tenant=(("zenith", "acme"),)) as simulator:
        yield simulator


def fetch_verdict(server: Simulator, status: int = 200, **body: Any) -> Any:
    """Send a verification; returns its answer, checked against the OpenAPI document."""
    found, headers, octets = fetch(f"{server.control_url}/verify", json.dumps(body).encode())
    answer = json.loads(octets)
    assert found == status, answer
    if status == 200:
        assert headers["Content-Type"].partition(";")[0] == "application/json"
        assert_described("/verify", "post", answer)
    return answer


def assert_described(path: str, method: str, answer: Any) -> None:
    pointer = f"/paths/{path.replace('/', '~1')}/{method}/responses/200/content/application~1json/schema"
    assert openapi.schema(pointer).explain(answer) == []


def query(
    server: Simulator, token: str = TOKEN, tenant: str = "acme", page: int = 1, size: str = "10"
) -> int:
    """Send a query; returns the status of its answer."""
    fields = {"userMobile": "18000000001", "pageNum": str(page), "pageSize": size}
    body = {"tenantId": tenant, "authToken": token, **fields}
    return fetch(server.data_url + QUERY, json.dumps(body).encode())[0]


def gettoken(server: Simulator, tenant: str = "acme") -> str:
    body = {"appKey": tenant, "appSecret": "hush-hush-hush"}
    return str(json.loads(fetch(server.data_url + GETTOKEN, json.dumps(body).encode())[2])["authToken"])


def test_a_whole_conversation_is_verified(server: Simulator) -> None:
    token = gettoken(server)
    assert [query(server, token, page=page) for page in (1, 1, 1, 2, 3)] == [503, 503, 200, 200, 200]
    expect = [
        {"count": 5, "userMobile": "18000000001"},
        {"count": 2, "status": 503, "rule": "fail-twice"},
        {"atLeast": 1, "match": {"endpoint": "gettoken"}},
        {"order": [{"endpoint": "gettoken"}, {"status": 503}, {"status": 200, "pageNum": "3"}]},
        {"none": {"errorCode": {"minimum": 1}}},
        {"count": 5, "authToken": token},
        {"tokensFetchedFirst": True},
        {"pagesWalked": {"userMobile": "18000000001"}},
    ]
    verdict = fetch_verdict(server, tenant="acme", expect=expect)
    assert [result["passed"] for result in verdict["results"]] == [True] * len(expect), verdict
    assert verdict["passed"]
    assert token not in json.dumps(verdict)


def test_a_failure_is_a_verdict_too_with_what_comes_nearest(server: Simulator) -> None:
    query(server)
    verdict = fetch_verdict(server, tenant="acme", expect={"count": 3, "userMobile": "18000000002"})
    assert verdict["passed"] is False
    assert verdict["results"][0]["nearMisses"] == [
        {
            "number": 1,
            "differences": [
                {"where": "request.userMobile", "expected": '"18000000002"', "found": '"18000000001"'}
            ],
        }
    ]


def test_a_rule_that_there_is_not_is_told_with_the_one_that_may_be_meant(server: Simulator) -> None:
    query(server)
    expect = [
        {"none": {"rule": "fail-twcie"}},
        {"order": [{"rule": "nevr"}]},
        {"count": 2, "rule": "fail-twice"},
    ]
    for about in ({"tenant": "acme"}, {}):
        verdict = fetch_verdict(server, **about, expect=expect)
        told = [result["message"].rpartition("; ")[2] for result in verdict["results"]]
        assert told[:2] == ['did you mean "fail-twice"?', 'did you mean "never"?']
        assert "did you mean" not in told[2]


def test_a_fixed_token_was_not_fetched_and_pages_that_fail_were_not_walked(server: Simulator) -> None:
    query(server)
    verdict = fetch_verdict(
        server, tenant="acme", expect=[{"tokensFetchedFirst": True}, {"pagesWalked": True}]
    )
    assert [result["passed"] for result in verdict["results"]] == [False, False]
    assert verdict["results"][1]["walks"][0]["missing"] == [1, 2, 3]
    assert TOKEN not in json.dumps(verdict)


def examples(section: str) -> list[Any]:
    """Read the JSON examples in a section of the page."""
    text = PAGE.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    return [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL)]


def test_the_token_that_a_tenant_was_made_with_was_handed_out(server: Simulator) -> None:
    made = json.loads(fetch(f"{server.control_url}/tenants", b'{"scenario": "tenant001"}')[2])
    name = made["tenantId"]
    query(server, made["authToken"], name)
    assert fetch_verdict(server, tenant=name, expect={"tokensFetchedFirst": True})["passed"]
    query(server, TOKEN, name)
    (result,) = fetch_verdict(server, expect={"tokensFetchedFirst": True})["results"]
    assert (result["passed"], result["numbers"]) == (False, [2])


def test_the_page_tells_what_happens() -> None:
    expect, failed = examples("Verification")
    with running() as simulator:
        token = json.loads(
            fetch(simulator.data_url + GETTOKEN, b'{"appKey": "fail-twice", "appSecret": "secret"}')[2]
        )["authToken"]
        for page in (1, 1, 1):
            query(simulator, token, "fail-twice", page, size="100")
        assert fetch_verdict(simulator, **expect)["passed"]
        query(simulator, token, "fail-twice")
        verdict = fetch_verdict(
            simulator, tenant="fail-twice", expect={"count": 1, "userMobile": "18000000002"}
        )
        verdict["results"][0]["nearMisses"] = verdict["results"][0]["nearMisses"][:1]
        assert verdict == failed


def test_the_page_shows_coverage_as_it_is(server: Simulator) -> None:
    (shown,) = examples("Coverage")
    for _ in range(3):
        query(server)
    assert covered(server) | {"uncounted": []} == shown | {"uncounted": []}
    assert covered(server)["uncounted"][0] == shown["uncounted"][0]


# body: words of the detail
WRONG: dict[str, tuple[Any, str]] = {
    "no JSON": (b"{", 'expected a body of JSON such as {"tenant": "fail-twice", "expect": '),
    "a list": ([], "expected an object, found an empty list"),
    "no expect": ({}, 'expected the member "expect"'),
    "a slip": ({"expect": {"count": 1, "userMobil": "1"}}, 'did you mean "userMobile"?'),
    "a tenant's slip": (
        {"tenant": "acmee", "expect": {"count": 1}},
        'tenant: there is no tenant "acmee"; did you mean "acme"?',
    ),
    "one inside": ({"expect": {"count": 1, "tenant": "xyz"}}, 'there is no tenant "xyz"; GET /tenants'),
    "a count of text": ({"expect": [{"count": "3"}]}, 'expect[0].count: expected a whole number, found "3"'),
    "a credential out of place": (
        {"expect": [{"order": {"authToken": TOKEN}}]},
        "expect[0].order: expected a list, found an object",
    ),
    "a credential in a list": (
        {"expect": {"count": 1, "authToken": [TOKEN]}},
        "expect.authToken: expected a value",
    ),
    "a deep one": (
        {"expect": {"count": 1, "userMobile": json.loads('{"not":' * 70 + "{}" + "}" * 70)}},
        "nested deeper",
    ),
}


@pytest.mark.parametrize(("body", "words"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_body_is_a_problem_with_its_place(server: Simulator, body: Any, words: str) -> None:
    octets = body if isinstance(body, bytes) else json.dumps(body).encode()
    status, headers, answer = fetch(f"{server.control_url}/verify", octets)
    problem = json.loads(answer)
    assert (status, headers["Content-Type"].partition(";")[0]) == (400, "application/problem+json")
    assert problem["type"] == "urn:oifde-simulator:problem:wrong-body"
    assert words in problem["detail"]
    assert TOKEN not in json.dumps(problem)


def covered(server: Simulator, parameters: str = "") -> Any:
    status, _, octets = fetch(f"{server.control_url}/coverage{parameters}")
    answer = json.loads(octets)
    assert status == 200, answer
    assert_described("/coverage", "get", answer)
    return answer


def test_coverage_counts_given_files_from_the_start_and_the_gallery_when_it_is_asked(
    server: Simulator,
) -> None:
    first = covered(server)
    assert [(each["scenario"], each["asked"]) for each in first["scenarios"]] == [("acme", False)]
    assert "outage" in first["uncounted"]
    query(server)
    query(server, tenant="zenith")
    query(server, tenant="outage")
    later = covered(server)
    fired = {
        each["scenario"]: {rule["rule"]: rule["fired"] for rule in each["rules"]}
        for each in later["scenarios"]
    }
    assert fired["acme"] == {"fail-twice": 2, "never": 0}
    assert set(fired) == {"acme", "outage"}
    assert {"scenario": "acme", "rule": "never"} in later["unused"]
    assert not {"outage", "acme", "zenith"} & set(later["uncounted"])
    assert [each["scenario"] for each in covered(server, "?tenant=zenith")["scenarios"]] == ["acme"]
    assert covered(server, "?tenant=paging") == {
        "passed": True, "truncated": False, "unused": [], "scenarios": [], "uncounted": []
    }  # fmt: skip


def test_made_tenants_count_for_their_scenario_also_when_reset_and_gone(server: Simulator) -> None:
    for _ in range(2):
        made = json.loads(fetch(f"{server.control_url}/tenants", b'{"scenario": "acme"}')[2])
        place = f"{server.control_url}/tenants/{made['tenantId']}"
        assert query(server, made["authToken"], made["tenantId"]) == 503
        fetch(f"{place}/reset", b"", method="POST")
        assert query(server, made["authToken"], made["tenantId"]) == 503
        fetch(place, method="DELETE")
    query(server, tenant=made["tenantId"])
    (found,) = covered(server)["scenarios"]
    assert [(rule["rule"], rule["fired"]) for rule in found["rules"]] == [("fail-twice", 4), ("never", 0)]


def test_a_rule_that_was_added_counts_too(server: Simulator) -> None:
    rule = {"name": "added", "match": {"request": {"pageNum": "2"}}, "respond": {"status": 500}}
    status, _, text = fetch(f"{server.control_url}/tenants/acme/rules", json.dumps(rule).encode())
    assert status == 201, text
    query(server)
    assert {"scenario": "acme", "rule": "added"} in covered(server)["unused"]
    query(server, page=2)
    assert {"scenario": "acme", "rule": "added"} not in covered(server)["unused"]


def test_coverage_as_junit_by_parameter_or_by_accept_header(server: Simulator) -> None:
    query(server)
    status, headers, text = fetch(f"{server.control_url}/coverage?format=junit")
    assert (status, headers["Content-Type"]) == (200, "application/xml; charset=utf-8")
    root = ElementTree.fromstring(text)
    assert [(case.get("name"), len(case)) for case in root.iter("testcase")] == [
        ("fail-twice", 0),
        ("never", 1),
    ]
    assert accepting(server, "application/xml") == "application/xml"
    assert accepting(server, "text/xml;q=0.9, */*") == "application/xml"
    assert accepting(server, "application/json, application/xml") == "application/json"
    assert accepting(server, "*/*") == "application/json"


def accepting(server: Simulator, kinds: str) -> str:
    """Get the media type of coverage for an Accept header."""
    with Peer(server.control_url) as peer:
        peer.send(f"GET /coverage HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: {kinds}\r\n\r\n".encode())
        return peer.answer().headers["Content-Type"].partition(";")[0]


WRONG_PARAMETERS = {
    "format=xml": 'format: expected json or junit, found "xml"',
    "tenants=acme": "unknown parameter 'tenants'",
    "format=json&format=json": "format is there twice",
}


@pytest.mark.parametrize(("parameters", "words"), WRONG_PARAMETERS.items(), ids=WRONG_PARAMETERS.keys())
def test_a_wrong_parameter_is_a_problem(server: Simulator, parameters: str, words: str) -> None:
    status, _, octets = fetch(f"{server.control_url}/coverage?{parameters}")
    problem = json.loads(octets)
    assert (status, problem["type"]) == (400, "urn:oifde-simulator:problem:wrong-parameter")
    assert words in problem["detail"]


def test_coverage_of_a_tenant_that_is_not_there_is_404(server: Simulator) -> None:
    status, _, octets = fetch(f"{server.control_url}/coverage?tenant=acmee")
    problem = json.loads(octets)
    assert (status, problem["type"]) == (404, "urn:oifde-simulator:problem:no-tenant")
    assert problem["detail"] == 'there is no tenant "acmee"; did you mean "acme"?'


# which users are asked about: the exit code, and what is said at the end
ENDS: dict[str, tuple[tuple[str, ...], tuple[str, ...], int, list[str]]] = {
    "all fired": (
        ("--fail-on-unused",), ("18000000001", "0"), 0, ["coverage: all of 2 rules of 1 scenario fired"],
    ),
    "one did not": (
        ("--fail-on-unused",), ("18000000001",), 3,
        ['"acme": rule "never" never fired', "coverage: 1 of 2 rules of 1 scenario fired"],
    ),
    "nobody asked": (
        ("--fail-on-unused",), (), 3,
        ['"acme": rule "fail-twice" never fired', '"acme": rule "never" never fired',
         "coverage: 0 of 2 rules of 1 scenario fired"],
    ),
    "a bundled scenario was asked too": (
        ("--fail-on-unused",), ("18000000001", "0", "outage", "magic"), 0,
        ['"outage" is bundled: 1 of 1 rule fired, and none has to',
         '"magic" is bundled: 0 of 23 rules fired, and none has to',
         "coverage: all of 2 rules of 1 scenario fired"],
    ),
    "nobody wants to know": ((), (), 0, []),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("options", "users", "code", "lines"), ENDS.values(), ids=ENDS.keys())
def test_the_exit_code_says_whether_rules_never_fired(
    tmp_path: Path, options: tuple[str, ...], users: tuple[str, ...], code: int, lines: list[str]
) -> None:
    (tmp_path / "acme.yaml").write_text(SCENARIO)
    with served(tmp_path, "--scenarios", "acme.yaml", "--tls", "off", *options) as simulator:
        for user in users:
            tenant = user if user.isalpha() else "acme"
            body = {"tenantId": tenant, "authToken": TOKEN, "userMobile": user, "pageNum": "1"}
            if user == "0":
                with pytest.raises(OSError):
                    fetch(simulator.data + QUERY, json.dumps({**body, "pageNum": "2"}).encode())
            else:
                fetch(simulator.data + QUERY, json.dumps(body).encode())
        simulator.process.send_signal(signal.SIGTERM)
        said, errors = simulator.process.communicate(timeout=20)
        assert (simulator.process.returncode, errors) == (code, "")
        assert [line for line in said.splitlines() if "fired" in line] == lines
