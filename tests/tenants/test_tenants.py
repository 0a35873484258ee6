"""Tenants on demand: made, changed, put back and taken away, at real sockets."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from controlling import USER, Controlling
from engines import Engine
from oifde_simulator.config import Settings
from oifde_simulator.immediate import immediate
from oifde_simulator.scenario import loader, selection
from oifde_simulator.state import tenant_changes as table
from oifde_simulator.tenants.admin import TenantAdmin, UnknownScenario
from oifde_simulator.web.control_plane import openapi
from serving import running

FIXED = """
clock: "2026-01-01T12:00:00Z"
tenant: {tokens: [whisper-whisper], token_lifetime: 60}
sessions: {generate: {}, users: {"18000000001": 40}}
rules:
  - {name: first, match: {endpoint: queryRecordHistory}, times: 1, respond: {status: 503}}
"""
ENDING = (
    "clock: now\nrules:\n  - {name: end, times: 1, match: {endpoint: queryRecordHistory}, token: expire}\n"
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Controlling]:
    scenario = tmp_path_factory.mktemp("scenarios") / "fixed.yaml"
    scenario.write_text(FIXED)
    with running(scenarios=(scenario,), tenant=(("also", "fixed"),)) as simulator:
        yield Controlling(simulator)


@pytest.fixture
def server(shared: Controlling) -> Controlling:
    """The same server for all, as at its start for each."""
    assert shared("POST", "/reset").status == 200
    return shared


def listed(server: Controlling) -> dict[str, Any]:
    return {tenant["id"]: tenant for tenant in server("GET", "/tenants").json}


# Making


def test_a_tenant_is_made_with_credentials_that_work(server: Controlling) -> None:
    answer = server("POST", "/tenants", {"scenario": "fixed"})
    made = answer.json
    assert answer.status == 201
    assert answer.headers["Location"] == f"/tenants/{made['tenantId']}"
    assert made["url"] == server.simulator.data_url
    assert made["tenantId"].startswith("fixed-")
    assert len(bytes.fromhex(made["authToken"])) == len(bytes.fromhex(made["appSecret"])) == 16
    assert [server.query(made).status for _ in range(2)] == [503, 200]
    issued = server.gettoken(made["tenantId"], made["appSecret"]).json["authToken"]
    assert server.query(made, authToken=issued).json["total"] == 40
    assert server("GET", answer.headers["Location"]).json["made"] is True


def test_fixed_tokens_of_the_scenario_are_accepted_beside_and_its_secret_is_not(server: Controlling) -> None:
    made = server.make("fixed")
    server.query(made)
    assert server.query(made, authToken="whisper-whisper").json["errorCode"] == 0
    assert server.query(made, authToken="f" * 32).json["errorCode"] == 900002
    assert server.gettoken(made["tenantId"], "secret").json["errorCode"] == 200800002


def test_a_made_tenant_has_the_sessions_and_ids_of_the_scenarios_own(server: Controlling) -> None:
    def sessions(tenant: str) -> Any:
        found = server("GET", f"/tenants/{tenant}/sessions?userMobile={USER}").json
        return [{**each, "tenantId": None} for each in found["sessions"]]

    own = sessions("fixed")
    assert len(own) == 40
    assert sessions(server.make("fixed")["tenantId"]) == sessions(server.make("also")["tenantId"]) == own


def test_ids_are_numbered_and_no_number_comes_twice(server: Controlling) -> None:
    first, second = server.make("fixed")["tenantId"], server.make("fixed")["tenantId"]
    server("DELETE", f"/tenants/{second}")
    server("POST", "/reset")
    third = server.make("outage")["tenantId"]
    numbers = [int(each.rpartition("-")[2]) for each in (first, second, third)]
    assert numbers == [numbers[0], numbers[0] + 1, numbers[0] + 2]
    assert third.startswith("outage-")


def test_an_id_that_is_taken_is_passed_over(server: Controlling) -> None:
    last = int(server.make("fixed")["tenantId"].rpartition("-")[2])
    server.make("fixed", f"fixed-{last + 1}")
    assert server.make("fixed")["tenantId"] == f"fixed-{last + 2}"


@pytest.mark.parametrize("name", ["mine", "a b/c", "中文", "a%2Fb", "x?y#z", "x" * 64])
def test_an_id_may_be_chosen_and_its_location_leads_there(server: Controlling, name: str) -> None:
    answer = server("POST", "/tenants", {"scenario": "fixed", "tenantId": name})
    assert answer.json["tenantId"] == name
    assert server("GET", answer.headers["Location"]).json["id"] == name
    assert server.query(answer.json, authToken="whisper-whisper").status == 503


INLINE = {
    "in JSON": {"rules": [{"name": "down", "respond": {"status": 503}}]},
    "in YAML": "rules:\n  - {name: down, respond: {status: 503}}\n",
}


@pytest.mark.parametrize("scenario", INLINE.values(), ids=INLINE.keys())
def test_a_scenario_may_come_along(server: Controlling, scenario: Any) -> None:
    made = server.make(scenario)
    assert made["tenantId"].startswith("inline-")
    assert server.query(made).status == 503
    whole = server("GET", f"/tenants/{made['tenantId']}").json
    assert (whole["scenario"], [rule["name"] for rule in whole["rules"]]) == ("inline", ["down"])


def test_an_inline_scenario_may_name_its_world(server: Controlling) -> None:
    given = {"tenant": {"id": "fixed"}, "clock": "2026-01-01T12:00:00Z", "sessions": {"users": {USER: 40}}}
    made = server.make(given)
    assert made["tenantId"].startswith("fixed-")
    assert server.query(made).json["total"] == 40


def test_at_most_so_many_are_made(server: Controlling, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MOST_MADE", 2)
    server.make()
    made = server.make()
    assert server("POST", "/tenants", {"scenario": "fixed"}).problem == (503, "too-many-tenants")
    server("DELETE", f"/tenants/{made['tenantId']}")
    server.make()


# What is wrong

WRONG: dict[str, tuple[Any, int, str, str]] = {
    "no such scenario": ({"scenario": "outge"}, 404, "no-scenario", 'did you mean "outage"?'),
    "YAML in one line": ({"scenario": "rules: []"}, 404, "no-scenario", "one in YAML has more than one line"),
    "a file's path": ({"scenario": "/etc/passwd"}, 404, "no-scenario", "there is no scenario"),
    "taken": ({"scenario": "outage", "tenantId": "fixed"}, 409, "tenant-exists", "choose another tenantId"),
    "a dot": ({"scenario": "outage", "tenantId": ".."}, 400, "wrong-body", "cannot stand in a URL"),
    "not to be seen": ({"scenario": "outage", "tenantId": " x"}, 400, "wrong-body", "cannot be seen"),
    "an empty id": ({"scenario": "outage", "tenantId": ""}, 400, "wrong-body", "tenantId"),
    "a long id": ({"scenario": "outage", "tenantId": "x" * 65}, 400, "wrong-body", "tenantId"),
    "a number": ({"scenario": 5}, 400, "wrong-body", "scenario"),
    "nothing": ({}, 400, "wrong-body", "scenario"),
    "another key": ({"scenario": "outage", "tenant": "x"}, 400, "wrong-body", "tenant"),
    "a list": (["outage"], 400, "wrong-body", "object"),
    "no JSON": (b"{", 400, "wrong-body", "JSON"),
    "too long": ({"scenario": "x\n" * 600_000}, 400, "wrong-body", "scenario"),
    "too large": (b" " * (5 << 20), 413, "about:blank", ""),
    "wrong YAML": ({"scenario": "clock: now\nrules: ]\n"}, 400, "wrong-scenario", "scenario:2:8: "),
    "half a character": (b'{"scenario": "a\\ud800\\n"}', 400, "wrong-body", "JSON"),
}


@pytest.mark.parametrize(("body", "status", "kind", "words"), WRONG.values(), ids=WRONG.keys())
def test_what_cannot_be_made_is_told_and_changes_nothing(
    server: Controlling, body: Any, status: int, kind: str, words: str
) -> None:
    before = server("GET", "/tenants").body
    answer = server("POST", "/tenants", body)
    assert answer.problem == (status, kind)
    assert words in answer.json["detail"]
    assert server("GET", "/tenants").body == before


def test_all_mistakes_of_a_scenario_are_told_each_with_its_place(server: Controlling) -> None:
    rules = [{"respond": {"status": "503"}}, {"faults": [{"latancy": {}}]}]
    answer = server("POST", "/tenants", {"scenario": {"rules": rules, "clok": "now"}})
    assert answer.problem == (400, "wrong-scenario")
    places = {error.split(": ")[1].partition(" ")[0] for error in answer.json["errors"]}
    assert {"unknown", "rules[0].respond.status"} <= places
    text = "rules:\n  - respond: {status: '503'}\nclok: now\n"
    errors = server("POST", "/tenants", {"scenario": text}).json["errors"]
    assert [error.split(": ")[0] for error in errors] == ["scenario:2:23", "scenario:3:1"]


# Credentials


def test_the_made_token_ends_when_a_rule_ends_it_and_is_good_again_after_a_reset(server: Controlling) -> None:
    made = server.make(ENDING)
    assert [server.query(made).json["errorCode"] for _ in range(3)] == [0, 900001, 900001]
    server("POST", f"/tenants/{made['tenantId']}/reset")
    assert server.query(made).json["errorCode"] == 0


def test_the_made_token_outlives_lifetimes_and_another_scenario(server: Controlling) -> None:
    made = server.make("fixed")
    path = f"/tenants/{made['tenantId']}"
    server("PUT", f"{path}/clock", {"advance": "100h"})
    server.query(made)
    assert server.query(made).json["errorCode"] == 0
    assert server("PUT", f"{path}/scenario", {"scenario": "outage"}).json["scenario"] == "outage"
    assert server.query(made).status == 503
    assert server("PUT", f"{path}/scenario", {"scenario": {}}).json["made"] is True
    assert server.query(made).json["errorCode"] == 0
    assert server.gettoken(made["tenantId"], made["appSecret"]).json["errorCode"] == 0


def test_credentials_depend_on_seed_and_tenant_alone(server: Controlling) -> None:
    first = server.make("fixed", "mine")
    server("DELETE", "/tenants/mine")
    with running() as same, running(seed="another") as other:
        assert Controlling(same).make("outage", "mine")["authToken"] == first["authToken"]
        strange = Controlling(other).make("outage", "mine")
    assert strange["authToken"] != first["authToken"]
    assert strange["appSecret"] != first["appSecret"]
    assert server.make("fixed", "yours")["authToken"] != first["authToken"]


def test_a_tenant_that_is_made_again_has_other_credentials_and_none_of_the_old_are_good(
    server: Controlling,
) -> None:
    first = server.make("tenant001", "again")
    issued = server.gettoken("again", first["appSecret"]).json["authToken"]
    assert server("DELETE", "/tenants/again").status == 204
    second = server.make("tenant001", "again")
    assert server.query(second).json["errorCode"] == 0
    for token in (first["authToken"], issued):
        assert server.query({"tenantId": "again", "authToken": token}).json["errorCode"] != 0
    assert server.gettoken("again", first["appSecret"]).json["errorCode"] != 0
    server("PUT", "/tenants/again/scenario", {"scenario": "tenant001"})
    assert server.query(second).json["errorCode"] == 0
    server("POST", "/reset")
    assert server.make("tenant001", "again") | {"last": 0} == first | {"last": 0}


def test_inline_scenarios_have_so_many_bytes_in_all(
    server: Controlling, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "MOST_BYTES", 100_000)
    large, small = {"description": "x" * 25_000}, "clock: now\nrules: []\n"
    server.make(large, "first")
    before = listed(server)
    for scenario in (large, "description: " + "x" * 30_000 + "\n"):
        assert server("POST", "/tenants", {"scenario": scenario}).problem == (503, "too-many-tenants")
    assert listed(server) == before
    server.make(small, "second")
    refused = server("PUT", "/tenants/second/scenario", {"scenario": large})
    assert refused.problem == (503, "too-many-tenants")
    assert server("PUT", "/tenants/first/scenario", {"scenario": large}).status == 200
    server.make("fixed")
    server("DELETE", "/tenants/first")
    assert server("PUT", "/tenants/second/scenario", {"scenario": large}).status == 200
    server("POST", "/reset")
    server.make(large)


# Changing, resetting, deleting


def test_a_deleted_tenant_is_unknown_and_its_journal_and_counts_are_gone(server: Controlling) -> None:
    made = server.make("fixed")
    path = f"/tenants/{made['tenantId']}"
    server.query(made)
    assert server("DELETE", path).status == 204
    assert server.query(made).json["errorCode"] == 900002
    for method, at in (("GET", path), ("DELETE", path), ("POST", f"{path}/reset"), ("GET", f"{path}/rules")):
        assert server(method, at).problem == (404, "no-tenant")
    assert server("GET", f"/journal?tenant={made['tenantId']}").json["count"] == 0
    assert made["tenantId"].encode() not in server("GET", "/metrics").body
    assert made["tenantId"] not in listed(server)


def test_a_tenant_of_a_file_can_be_replaced_and_deleted_until_the_reset(server: Controlling) -> None:
    before = server("GET", "/tenants").body
    assert server("PUT", "/tenants/fixed/scenario", {"scenario": "outage"}).json["scenario"] == "outage"
    server("DELETE", "/tenants/also")
    assert "also" not in listed(server)
    made = server.make("fixed")  # the file's scenario, whatever its tenant has now
    assert [server.query(made).status for _ in range(2)] == [503, 200]
    kept = len(listed(server)) - 1
    assert server("POST", "/reset").json == {"tenants": kept + 1, "deleted": 1}
    assert server("GET", "/tenants").body == before
    assert server("GET", "/tenants/fixed").json["rules"][0]["name"] == "first"


def test_a_reset_puts_a_tenant_back_to_the_beginning_of_its_scenario(server: Controlling) -> None:
    path = "/tenants/fixed"
    beginning = server("GET", path).body
    asked = {"tenantId": "fixed", "authToken": "whisper-whisper"}
    first = [server.query(asked).body for _ in range(3)]
    server("POST", f"{path}/rules", {"respond": {"status": 429}})
    server("PUT", f"{path}/clock", {"freeze": False})
    server("DELETE", f"{path}/rules/first")
    assert server("POST", f"{path}/reset").body == beginning
    assert server("GET", "/journal?tenant=fixed").json["count"] == 0
    assert [server.query(asked).body for _ in range(3)] == first


def test_a_cleared_tenant_has_a_good_day_until_it_is_reset(server: Controlling) -> None:
    made = server.make("outage")
    path = f"/tenants/{made['tenantId']}"
    assert server("POST", f"{path}/clear").json["rules"] == []
    assert server.query(made).json["errorCode"] == 0
    assert [rule["name"] for rule in server("POST", f"{path}/rules", {"respond": {"status": 500}}).json]
    assert server.query(made).status == 500
    server("POST", f"{path}/reset")
    assert server.query(made).status == 503


def test_a_reset_touches_nothing_else(server: Controlling) -> None:
    mine, other = server.make("fixed"), server.make("fixed")
    server.query(mine)
    server.query(other)
    server("POST", f"/tenants/{other['tenantId']}/rules", {"name": "mine", "times": 1, "token": "expire"})
    before = server("GET", f"/tenants/{other['tenantId']}").body
    server("POST", f"/tenants/{mine['tenantId']}/reset")
    assert server("GET", f"/tenants/{other['tenantId']}").body == before
    assert server("GET", f"/journal?tenant={other['tenantId']}").json["count"] == 1


def test_everything_goes_back_to_the_files(server: Controlling) -> None:
    before = server("GET", "/tenants").body
    made = server.make("fixed")
    server.query(made)
    server("PUT", "/tenants/fixed/clock", {"advance": "1h"})
    server("PUT", "/listener", {"open": False})
    server("POST", "/reset")
    assert server("GET", "/tenants").body == before
    assert server("GET", "/tenants/fixed").json["clock"]["now"] == "2026-01-01T12:00:00.000Z"
    assert server("GET", "/journal").json["count"] == 0
    assert server.query(made).json["errorCode"] == 900002


# Looking


def test_sessions_are_those_that_queries_find_newest_first(server: Controlling) -> None:
    made = server.make("fixed")
    server.query(made)
    found = server("GET", f"/tenants/{made['tenantId']}/sessions?userMobile={USER}&limit=10").json
    assert found["total"] == 40
    assert found["sessions"] == server.query(made, pageSize="10", pageNum="1").json["recordList"]
    assert server("GET", "/tenants/outage/sessions?userMobile=nobody").json == {"total": 0, "sessions": []}


PARAMETERS = ["", "?userMobile=", "?userMobile=1&limit=0", "?userMobile=1&limit=1001", "?userMobile=1&x=1"]


@pytest.mark.parametrize("query", [*PARAMETERS, "?userMobile=" + "1" * 65, "?userMobile=1&userMobile=2"])
def test_sessions_want_their_parameters(server: Controlling, query: str) -> None:
    assert server("GET", f"/tenants/fixed/sessions{query}").problem == (400, "wrong-parameter")


ROUTES = [
    (route.method, route.path)
    for route in openapi.routes()
    if route.module in ("tenants", "listener") and "{" in route.path
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_nobodys_routes_are_404(server: Controlling, method: str, path: str) -> None:
    bodies: dict[tuple[str, str], Any] = {
        ("PUT", "scenario"): {"scenario": "outage"},
        ("POST", "rules"): {"token": "expire"},
        ("PUT", "clock"): {"freeze": True},
    }
    body = bodies.get((method, path.rpartition("/")[2]), ...)
    query = {"sessions": "?userMobile=1", "recordings": "?fileName=a"}.get(path.rpartition("/")[2], "")
    before = server("GET", "/tenants").body
    for name in ("nobody", "x" * 300, quote("/", safe=""), "%00", "%ff"):
        answer = server(method, path.format(tenant=name, rule="x") + query, body)
        assert answer.problem == (404, "no-tenant"), name
        assert server("GET", "/tenants").body == before, name


@pytest.mark.parametrize(("method", "path"), [*ROUTES, ("GET", "/listener"), ("POST", "/reset")])
def test_a_parameter_that_is_unknown_is_refused(server: Controlling, method: str, path: str) -> None:
    bodies: dict[tuple[str, str], Any] = {
        ("PUT", "scenario"): {"scenario": "outage"},
        ("POST", "rules"): {"token": "expire"},
        ("PUT", "clock"): {"freeze": True},
    }
    before = server("GET", "/tenants/fixed").body
    body = bodies.get((method, path.rpartition("/")[2]), ...)
    target = path.format(tenant="fixed", rule="first") + "?userMobile=1&strange=1"
    assert server(method, target, body).problem == (400, "wrong-parameter")
    assert server("GET", "/tenants/fixed").body == before


def test_a_changed_file_is_served_whatever_was_done_to_its_tenant() -> None:
    engine = Engine(selection.bundled(Settings()))
    tenants = engine.tenants
    immediate(engine.admin.change("outage", engine.admin.scenario({})))
    changed = loader.loads(b"clock: now\n", "outage.yaml", "outage")
    immediate(tenants.reloader.put("outage", changed, tenants.worlds.prepared("outage", changed)))
    assert engine.tenant("outage").rules.rules == ()
    assert engine.admin.scenario("outage").scenario.origin == "outage.yaml"
    immediate(tenants.reloader.remove("outage"))
    with pytest.raises(UnknownScenario):
        engine.admin.scenario("outage")


def test_json_and_yaml_say_the_same(server: Controlling) -> None:
    given = {"rules": [{"name": "a", "probability": 0.5, "rows": {"shift": 1}}]}
    assert server.make(given)["tenantId"]
    admin = TenantAdmin(server.simulator.tenants)
    by_json, by_yaml = (admin.scenario(each).scenario for each in (given, json.dumps(given) + "\n"))
    assert by_json.rules[0].actions == by_yaml.rules[0].actions
    assert by_json.rules[0].limits == by_yaml.rules[0].limits


# The page

PAGE = (Path(__file__).parents[2] / "docs" / "control-plane.md").read_text()
LINES = re.findall(r"^curl -s .*http://127\.0\.0\.1:8444(?:/tenants|/listener).*$", PAGE, re.MULTILINE)


def test_what_the_page_shows_works() -> None:
    assert len(LINES) >= 10
    with running() as simulator:
        server = Controlling(simulator)
        for line in LINES:
            words = shlex.split(line)
            url = next(word for word in words if word.startswith("http"))
            data = words[words.index("-d") + 1].encode() if "-d" in words else ...
            method = words[words.index("-X") + 1] if "-X" in words else "GET" if data is ... else "POST"
            answer = server(method, url.removeprefix("http://127.0.0.1:8444"), data)
            assert answer.status < 300, line


# The document

ANSWERED: tuple[tuple[str, str, str, Any], ...] = (
    ("GET", "/tenants", "/tenants", ...),
    ("POST", "/tenants", "/tenants", {"scenario": "fixed", "tenantId": "mine"}),
    ("GET", "/tenants/{tenant}", "/tenants/mine", ...),
    ("PUT", "/tenants/{tenant}/scenario", "/tenants/mine/scenario", {"scenario": "fixed"}),
    ("POST", "/tenants/{tenant}/rules", "/tenants/mine/rules", {"token": "expire", "ttl": "1h"}),
    ("GET", "/tenants/{tenant}/rules", "/tenants/mine/rules", ...),
    ("DELETE", "/tenants/{tenant}/rules", "/tenants/mine/rules", ...),
    ("GET", "/tenants/{tenant}/clock", "/tenants/mine/clock", ...),
    ("PUT", "/tenants/{tenant}/clock", "/tenants/mine/clock", {"freeze": False}),
    ("GET", "/tenants/{tenant}/sessions", "/tenants/mine/sessions?userMobile=18000000001", ...),
    ("POST", "/tenants/{tenant}/clear", "/tenants/mine/clear", ...),
    ("POST", "/tenants/{tenant}/reset", "/tenants/mine/reset", ...),
    ("PUT", "/listener", "/listener", {"open": False, "ttl": "1h"}),
    ("GET", "/listener", "/listener", ...),
    ("POST", "/reset", "/reset", ...),
)


def test_answers_are_what_the_document_says(server: Controlling) -> None:
    for method, path, target, body in ANSWERED:
        answer = server(method, target, body)
        step = path.replace("/", "~1")
        pointer = f"/paths/{step}/{method.lower()}/responses/{answer.status}/content/application~1json/schema"
        assert answer.status < 300
        assert openapi.schema(pointer).explain(answer.json) == [], (method, target)


def test_every_refusal_is_in_the_document(server: Controlling) -> None:
    paths = openapi.document()["paths"]
    for body, status, _, _ in WRONG.values():
        assert server("POST", "/tenants", body).status == status
        assert str(status) in paths["/tenants"]["post"]["responses"]
