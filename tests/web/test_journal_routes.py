"""The journal over the control plane."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, urlencode

import jsonschema
import pytest

from conftest import ACME, QUERY, TOKEN
from oifde_simulator.immediate import immediate
from oifde_simulator.journal.filter_parameters import parse
from oifde_simulator.journal.redaction.redactor import Redactor
from oifde_simulator.runtime.server import Simulator
from oifde_simulator.web.control_plane import openapi
from oifde_simulator.web.control_plane.routes.unknown_names import unknown_name
from serving import Peer, fetch, head, post, running

PAGE = (Path(__file__).parents[2] / "docs" / "control-plane.md").read_text()

HAR = json.loads((Path(__file__).parents[1] / "journal" / "har-1.2.schema.json").read_text())


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    scenario = tmp_path_factory.mktemp("scenarios") / "acme.yaml"
    scenario.write_text(ACME)
    with running(scenarios=(scenario,), tenant=(("zenith", "acme"),)) as simulator:
        yield simulator


@pytest.fixture
def server(shared: Simulator) -> Simulator:
    """Empty the journal of the shared server."""
    fetch_json(shared, "/journal", method="DELETE")
    return shared


def fetch_json(
    server: Simulator, path: str, status: int = 200, method: str = "GET", **parameters: str
) -> Any:
    """Fetch the JSON at a path of the control plane."""
    query = f"{'&' if '?' in path else '?'}{urlencode(parameters)}" if parameters else ""
    found, headers, body = fetch(server.control_url + path + query, method=method)
    kind = "application/json" if status == 200 else "application/problem+json"
    assert (found, headers["Content-Type"].partition(";")[0]) == (status, kind)
    return json.loads(body)


def ask(server: Simulator, tenant: str = "acme", **fields: str) -> None:
    body = {"tenantId": tenant, "authToken": TOKEN, "userMobile": "18000000001"} | fields
    fetch(server.data_url + QUERY, json.dumps(body).encode())


def test_what_was_asked_is_listed_and_shown_whole(server: Simulator) -> None:
    ask(server)
    listed = fetch_json(server, "/journal")
    (entry,) = listed.pop("entries")
    assert listed == {"count": 1, "truncated": False, "last": entry["number"], "next": None}
    assert entry["at"] == "2026-01-01T00:00:00.000Z"
    assert entry["honest"] == {"status": 200, "errorCode": 0, "errorMsg": "Success", "total": 2}
    whole = fetch_json(server, f"/journal/{entry['number']}")
    assert whole["request"]["fields"] == entry["request"]
    assert whole["response"]["text"].startswith('{"errorCode":0')
    assert TOKEN not in json.dumps(whole)


def test_the_bodies_are_whole_and_obey_the_document(server: Simulator) -> None:
    body = json.dumps({"tenantId": "acme", "authToken": TOKEN, "userMobile": "18000000001"}).encode()
    _, _, sent = fetch(server.data_url + QUERY, body)
    number = fetch_json(server, "/journal")["last"]
    found = fetch_json(server, f"/journal/{number}/bodies")
    jsonschema.validate(found, {"$ref": "#/components/schemas/Bodies", **openapi.document()})
    assert found["sent"] == found["honest"]
    assert (found["sent"]["text"].encode(), found["whole"]) == (sent, True)
    whole = fetch_json(server, f"/journal/{number}")
    jsonschema.validate(whole, {"$ref": "#/components/schemas/ExchangeInWhole", **openapi.document()})


@pytest.mark.parametrize(
    ("path", "status"),
    [("/journal/0/bodies", 404), ("/journal/x/bodies", 400), ("/journal/1/bodies?x=1", 400)],
)
def test_bodies_of_no_exchange_are_refused(server: Simulator, path: str, status: int) -> None:
    assert fetch_json(server, path, status)["status"] == status


def test_pages_joined_are_the_whole(server: Simulator) -> None:
    for number in range(7):
        ask(server, userMobile=str(number))
    ask(server, "zenith")
    users: list[str] = []
    path = "/journal?" + urlencode({"tenant": "acme", "limit": "3", "userMobile": '{"pattern":"."}'})
    while path:
        page = fetch_json(server, path)
        users += [entry["request"]["userMobile"] for entry in page["entries"]]
        path = page["next"]
    assert users == list("0123456")


def test_pages_from_the_newest_joined_are_the_whole(server: Simulator) -> None:
    for number in range(7):
        ask(server, userMobile=str(number))
    ask(server, "zenith")
    users: list[str] = []
    path = "/journal?" + urlencode({"tenant": "acme", "limit": "3", "order": "newest"})
    while path:
        page = fetch_json(server, path)
        assert page["count"] + len(users) == 7
        users += [entry["request"]["userMobile"] for entry in page["entries"]]
        ask(server, userMobile="8")  # what comes meanwhile moves no page
        path = page["next"]
    assert users == list("6543210")


@pytest.mark.parametrize(("before", "order", "users"), [
    ("first+2", "oldest", "01"), ("first+2", "newest", "10"), ("first", "newest", ""), ("0", "oldest", ""),
    ("999999999999999999", "newest", "3210"),
])  # fmt: skip
def test_a_list_ends_before_a_number(server: Simulator, before: str, order: str, users: str) -> None:
    for number in range(4):
        ask(server, userMobile=str(number))
    first = fetch_json(server, "/journal?limit=1")["entries"][0]["number"]
    number = str(first + int(before.partition("+")[2] or 0)) if "first" in before else before
    page = fetch_json(server, "/journal", order=order, before=number)
    assert [entry["request"]["userMobile"] for entry in page["entries"]] == list(users)
    assert (page["count"], page["next"]) == (len(users), None)


def test_warnings_are_in_the_list_too(server: Simulator) -> None:
    ask(server, usrMobile="1")
    (entry,) = fetch_json(server, "/journal")["entries"]
    assert "usrMobile" in entry["warnings"][0]
    assert fetch_json(server, f"/journal/{entry['number']}")["warnings"] == entry["warnings"]


def test_what_a_request_or_a_message_says_is_found_by_a_part_of_it(server: Simulator) -> None:
    ask(server, pageSize="7")
    fetch(server.data_url + "/oifde/%E6%9F%A5?q=Lost%20Path", b"Plain Words")
    found = {
        text: [entry["status"] for entry in fetch_json(server, "/journal", text=text)["entries"]]
        for text in (
            "pagesize",
            "lost path",
            "查",
            "Lost%20path",
            "plain WORDS",
            "servicemonitor",
            "nowhere",
        )
    }
    assert [len(each) for each in found.values()] == [1, 1, 1, 1, 1, 1, 0]


def test_who_waits_for_a_text_is_answered_when_it_has_come(server: Simulator) -> None:
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(
            fetch_json, server, "/journal/wait", timeout="20s", text="USER-7", spoiled="false"
        )
        while not len(server.journal.waiters):
            pass
        for user in ("user-8", "user-7"):
            ask(server, userMobile=user)
        answer = waiting.result()
    assert [entry["request"]["userMobile"] for entry in answer["entries"]] == ["user-7"]


def test_a_verdict_knows_the_same_words(server: Simulator) -> None:
    ask(server, userMobile="18000000007")
    expect = [
        {"count": 1, "text": "0000007"},
        {"count": 0, "spoiled": True},
        {"count": 1, "spoiled": False},
    ]
    _, _, body = fetch(server.control_url + "/verify", json.dumps({"expect": expect}).encode())
    verdict = json.loads(body)
    assert [result["passed"] for result in verdict["results"]] == [True, True, True]
    assert 'text: a text with "0000007"' in verdict["results"][0]["message"]


def test_a_deletion_is_of_one_tenant_or_of_all(server: Simulator) -> None:
    for tenant in ("acme", "zenith", "acme", "nobody"):
        ask(server, tenant)
    assert fetch_json(server, "/journal", method="DELETE", tenant="acme") == {"deleted": 2}
    assert [each["tenant"] for each in fetch_json(server, "/journal")["entries"]] == ["zenith", None]
    assert fetch_json(server, "/journal", method="DELETE", tenant="false") == {"deleted": 1}
    assert fetch_json(server, "/journal", method="DELETE") == {"deleted": 1}
    assert fetch_json(server, "/journal")["count"] == 0


def test_who_waits_for_what_is_there_is_answered_at_once(server: Simulator) -> None:
    for _ in range(3):
        ask(server)
    answer = fetch_json(server, "/journal/wait", count="2", tenant="acme")
    assert (answer["count"], len(answer["entries"])) == (3, 2)


def test_who_waits_is_answered_when_the_last_has_come(server: Simulator) -> None:
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(
            fetch_json, server, "/journal/wait", count="3", timeout="20s", userMobile="7"
        )
        while not len(server.journal.waiters):
            pass
        for user in ("7", "8", "7"):
            ask(server, userMobile=user)
        assert not waiting.done()
        ask(server, userMobile="7")
        answer = waiting.result()
    assert answer["count"] == 3
    assert [entry["request"]["userMobile"] for entry in answer["entries"]] == ["7", "7", "7"]
    assert len(server.journal.waiters) == 0


def test_who_waits_in_vain_is_told_what_came_and_what_nearly_did(server: Simulator) -> None:
    for page in ("1", "2"):
        ask(server, pageNum=page)
    answer = fetch_json(
        server, "/journal/wait", 504, count="2", timeout="1ms", pageNum="1", userMobile="18000000001"
    )
    assert answer["type"] == "urn:oifde-simulator:problem:not-come"
    assert answer["count"] == 1
    assert [entry["request"]["pageNum"] for entry in answer["entries"]] == ["1"]
    assert answer["nearMisses"][0]["differences"] == ['request.pageNum: expected "1", found "2"']
    assert answer["detail"].startswith("1 of 2 exchanges came within 0.001 s; nearest is entry ")


def test_a_server_that_stops_lets_those_who_wait_go() -> None:
    with ThreadPoolExecutor(1) as threads:
        with running() as simulator:
            waiting = threads.submit(fetch_json, simulator, "/journal/wait", 504, timeout="10m")
            while not len(simulator.journal.waiters):
                pass
        assert waiting.result()["count"] == 0


def test_the_bounds_are_those_of_the_options() -> None:
    with running(journal_exchanges=2) as simulator:
        for user in "1234":
            ask(simulator, "tenant001", userMobile=user)
        listed = fetch_json(simulator, "/journal")
        assert (listed["count"], listed["truncated"]) == (2, True)
        assert fetch_json(simulator, "/journal", since="2")["truncated"] is False
        assert "old ones go" in fetch_json(simulator, "/journal/1", 404)["detail"]


RULES = f"""
rules:
  - {{name: second-page, match: {{request: {{pageNum: "2"}}}}, respond: {{status: 503}}}}
  - {{name: this-token, match: {{request: {{authToken: "{TOKEN}", pageNum: "3"}}}}, respond: {{status: 503}}}}
"""


def test_what_no_rule_spoiled_says_which_nearly_did(tmp_path: Path) -> None:
    (tmp_path / "acme.yaml").write_text(ACME + RULES)
    with running(scenarios=(tmp_path / "acme.yaml",)) as simulator:
        ask(simulator, pageNum="1")
        ask(simulator, pageNum="2")
        found = fetch_json(simulator, "/journal/1")["nearMisses"]
        assert found == [
            {"rule": "this-token", "differences": ['request.pageNum: expected "3", found "1"']},
            {"rule": "second-page", "differences": ['request.pageNum: expected "2", found "1"']},
        ]
        assert fetch_json(simulator, "/journal/2")["nearMisses"] == []
        ask(simulator, authToken="0" * 32, pageNum="3")
        found = fetch_json(simulator, "/journal/3")["nearMisses"]
        mark = simulator.journal.redaction.fingerprint
        token = f'request.authToken: expected {mark(TOKEN)}, found "{mark("0" * 32)}"'
        assert [miss["differences"] for miss in found if miss["rule"] == "this-token"] == [[token]]


def answered(server: Simulator, octets: bytes) -> int:
    with Peer(server.data_url) as client:
        client.send(octets)
        return client.answer().status


EXPLAINED = {
    "another path": (head("Content-Length: 0", target="/nowhere"), 404),
    "another method": (head("Content-Length: 0", method="GET"), 405),
    "no JSON": (post(b"nonsense"), 400),
}


@pytest.mark.parametrize(("octets", "status"), EXPLAINED.values(), ids=EXPLAINED.keys())
def test_a_list_says_why_a_request_was_refused(server: Simulator, octets: bytes, status: int) -> None:
    assert answered(server, octets) == status
    entry = fetch_json(server, f"/journal?status={status}", tenant="false")["entries"][-1]
    assert all(entry["problems"])
    assert entry["problems"]


UNREADABLE = {
    "no HTTP": (b"\x16\x03\x01 hello\r\n\r\n", 400, "not HTTP, refused: "),
    "no sane header": (b"POST / HTTP/1.1\r\nX Y: 1\r\n\r\n", 400, "not HTTP, refused: "),
    "too large": (head("Content-Length: 2000000"), 413, "The parameter is incorrect: the body is over "),
    "no chunks": (head("Transfer-Encoding: chunked") + b"zz\r\n", 400, ""),
    "no JSON": (post(b"["), 400, ""),
}


@pytest.mark.parametrize(("octets", "status", "why"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_cannot_be_read_is_on_record_as_nobodys(
    server: Simulator, octets: bytes, status: int, why: str
) -> None:
    assert answered(server, octets) == status
    (entry,) = fetch_json(server, f"/journal?status={status}", tenant="false")["entries"]
    assert entry["tenant"] is None
    whole = fetch_json(server, f"/journal/{entry['number']}")
    assert entry["problems"] == whole["problems"]
    assert any(each.startswith(why) for each in (*whole["problems"], *whole["notes"]))
    assert whole["outcome"]["bytes"] > 0


def test_a_client_that_leaves_amid_its_body_is_on_record(server: Simulator) -> None:
    client = Peer(server.data_url)
    client.send(head("Content-Length: 100") + b"{")
    client.close()
    entry = fetch_json(server, "/journal/wait", tenant="false", timeout="20s")["entries"][0]
    assert (entry["endpoint"], entry["outcome"]["how"], entry["outcome"]["bytes"]) == (
        "queryRecordHistory",
        "client left",
        0,
    )
    whole = fetch_json(server, f"/journal/{entry['number']}")
    assert "the client left before the body was whole" in whole["problems"][0]


def test_the_archive_is_har(server: Simulator) -> None:
    for user in "123":
        ask(server, userMobile=user)
    archive = fetch_json(server, "/journal.har", tenant="acme", limit="2")
    jsonschema.validate(archive, HAR)
    log = archive["log"]
    assert [json.loads(each["request"]["postData"]["text"])["userMobile"] for each in log["entries"]] == [
        "2",
        "3",
    ]
    assert {each["request"]["url"] for each in log["entries"]} == {server.data_url + QUERY}
    assert log["comment"] == "2 of 3 exchanges; without credentials"
    assert fetch_json(server, "/journal.har", tenant="zenith")["log"]["entries"] == []


def test_an_archive_of_many_is_whole(server: Simulator) -> None:
    for number in range(101):
        ask(server, userMobile=str(number))
    numbers = [each["_number"] for each in fetch_json(server, "/journal.har")["log"]["entries"]]
    assert numbers == list(range(numbers[0], numbers[0] + 101))


EMPTY = {
    "tenant=acmee": 'there is no tenant "acmee"; did you mean "acme"?',
    "tenant=nobody-at-all": 'there is no tenant "nobody-at-all"; GET /tenants lists those there are',
    "tenant=acme&rule=zzz": 'tenant "acme" has no rule "zzz"',
    "tenant=acme&status=503": None,
    "tenant=false": None,
    "rule=zzz": None,
    "": None,
}


@pytest.mark.parametrize(("query", "hint"), EMPTY.items(), ids=EMPTY.keys())
def test_an_empty_list_says_which_name_there_is_not(server: Simulator, query: str, hint: str | None) -> None:
    listed = fetch_json(server, f"/journal?{query}")
    assert (listed["count"], listed.get("hint")) == (0, hint)
    assert openapi.schema("/components/schemas/Exchanges").explain(listed) == []
    comment = fetch_json(server, f"/journal.har?{query}")["log"]["comment"]
    assert comment == "; ".join(filter(None, ("0 of 0 exchanges; without credentials", hint)))


def test_a_tenant_that_has_gone_is_known_as_long_as_its_entries_are_kept() -> None:
    async def false(_: str) -> bool:
        return False

    async def true(_: str) -> bool:
        return True

    wanted = parse([("tenant", "gone"), ("status", "503")], Redactor("0").fingerprint)
    context = SimpleNamespace(
        tenants=SimpleNamespace(exists=false), journal=SimpleNamespace(has_entries=true)
    )
    assert immediate(unknown_name(context, wanted)) == ""


WRONG = {
    "/journal.har?limit=10001": "limit: expected at most 10000",
    "/journal/events?limit=1": "unknown parameter",
    "/journal?limit=0": "limit: expected a whole number from 1",
    "/journal?limit=1001": "limit: expected at most 1000",
    "/journal?limit=1&limit=2": "limit is there twice",
    "/journal?tenent=acme": 'did you mean "tenant"?',
    "/journal?status=x": "status: expected a whole number",
    "/journal?since=x": "since: expected",
    "/journal?status=9223372036854775808": "status: expected a whole number",
    "/journal?spoiled=yes": 'spoiled: expected true or false, found "yes"',
    "/journal?spoiled=%7B%7D": "spoiled: expected true or false",
    "/journal?text=a&text=b": "text is there twice",
    "/journal?order=latest": "order: expected oldest or newest",
    "/journal?order=newest&order=newest": "order is there twice",
    "/journal?before=x": 'before: expected the number of an entry, found "x"',
    "/journal?before=-1": "before: expected",
    "/journal?before=" + "9" * 19: "before: expected",
    "/journal/events?order=newest": "unknown parameter",
    "/journal/wait?before=1": "unknown parameter",
    "/journal?userMobile=" + quote('{"pattern":"("}'): "userMobile: expected a JSON Schema",
    "/journal/1?x=1": "unknown parameter 'x'",
    "/journal/one": "expected /journal/ and an entry's number",
    "/journal/" + "9" * 30: "expected /journal/ and an entry's number",
    "/journal/wait?count=0": "count: expected",
    "/journal/wait?count=x": "count: expected",
    "/journal/wait?timeout=5": "timeout: expected a duration",
    "/journal/wait?timeout=11m": "timeout: expected at most 600s",
    "/journal/wait?limit=1": "unknown parameter",
    "/journal?outcome=left": "outcome: expected one of complete, closed, reset, client left",
    "/journal/wait?outcome=left": "outcome: expected one of complete, closed, reset, client left",
    "/journal/events?outcome=complete": "outcome: an exchange is told here when it comes",
    "/journal/events?outcome=reset": "wait for it with GET /journal/wait",
}


@pytest.mark.parametrize(("path", "message"), WRONG.items(), ids=WRONG.keys())
def test_a_wrong_parameter_is_told(server: Simulator, path: str, message: str) -> None:
    answer = fetch_json(server, path, 400)
    assert answer["type"] == "urn:oifde-simulator:problem:wrong-parameter"
    assert message in answer["detail"]


@pytest.mark.parametrize("query", ["?tenent=acme", "?tenant=a&tenant=b", "?status=200"])
def test_a_wrong_deletion_deletes_nothing(server: Simulator, query: str) -> None:
    ask(server)
    fetch_json(server, "/journal" + query, 400, "DELETE")
    assert fetch_json(server, "/journal")["count"] == 1


@pytest.mark.parametrize("path", ["/journal", "/journal/1", "/journal/wait"])
def test_another_method_is_405(server: Simulator, path: str) -> None:
    assert fetch_json(server, path, 405, "POST")["detail"].startswith(f"POST is not for {path}; expected ")


def test_the_page_names_every_problem_and_no_other() -> None:
    sources = Path(__file__).parents[2] / "simulator" / "oifde_simulator" / "web" / "control_plane"
    problems = {
        name
        for path in sources.rglob("*.py")
        for name in re.findall(r'Problem\(\s*HTTPStatus\.[A-Z_]+,\s*"([a-z-]+)"', path.read_text())
    }
    assert problems
    assert set(re.findall(r"`urn:oifde-simulator:problem:([a-z-]+)`", PAGE)) == problems
