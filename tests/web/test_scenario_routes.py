"""The console's operations on scenarios: a text is checked, the gallery shown, a zone told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from controlling import Answered, Controlling
from oifde_simulator.runtime.server import Simulator
from oifde_simulator.web.control_plane import openapi
from oifde_simulator.web.control_plane.services.check import parted
from serving import running

SCENARIO = """
settings: {time_zone: Asia/Shanghai}
sessions: {users: {"18000000001": 40}}
rules: [{name: old, respond: {status: 503}}]
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    path = tmp_path_factory.mktemp("scenarios") / "acme.yaml"
    path.write_text(SCENARIO)
    with running(scenarios=(path,)) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def control(server: Simulator) -> Controlling:
    return Controlling(server)


def obeying(answer: Answered, name: str) -> Any:
    """Check that an answer is what the document says, and return it."""
    assert answer.status == 200, answer.body
    jsonschema.validate(answer.json, {"$ref": f"#/components/schemas/{name}", **openapi.document()})
    return answer.json


# A text


def check(control: Controlling, yaml: str, **more: Any) -> Any:
    return obeying(control("POST", "/check", {"yaml": yaml, **more}), "CheckedText")


def test_a_good_scenario_comes_back_as_json_of_which_a_tenant_can_be_made(control: Controlling) -> None:
    found = check(control, SCENARIO)
    assert (found["valid"], found["errors"], found["rules"]) == (True, [], None)
    made = control.make(found["scenario"])
    assert control("GET", f"/tenants/{made['tenantId']}").json["zone"] == "Asia/Shanghai"


def test_a_mistake_has_place_message_and_fix(control: Controlling) -> None:
    found = check(control, "rules:\n  - {name: a, faults: [latancy]}\n")
    assert (found["valid"], found["scenario"]) == (False, None)
    assert found["errors"] == [
        {
            "line": 2, "column": 24, "path": "rules[0].faults[0]",
            "message": 'unknown fault "latancy"', "fix": 'did you mean "latency"?',
        },
    ]  # fmt: skip


def test_good_rules_come_back_as_json_that_can_be_added(control: Controlling) -> None:
    tenant = control.make("good-day")["tenantId"]
    yaml = "- {name: new, respond: {status: 503}, ttl: 5m}"
    found = check(control, yaml, kind="rules", tenant=tenant)
    assert (found["valid"], found["scenario"]) == (True, None)
    added = control("POST", f"/tenants/{tenant}/rules", found["rules"])
    assert (added.status, added.json[0]["name"]) == (201, "new")
    assert 0 < added.json[0]["ttl"] <= 300


def test_a_name_that_the_tenant_has_is_a_mistake_at_its_place(control: Controlling) -> None:
    yaml = "- {name: new, respond: {status: 503}}\n- respond: {status: 500}\n  name: old"
    (mistake,) = check(control, yaml, kind="rules", tenant="acme")["errors"]
    assert (mistake["line"], mistake["column"], mistake["path"]) == (3, 9, "[1].name")
    assert (mistake["message"], mistake["fix"]) == (
        'there is a rule "old"', "choose another name, or remove that rule first",
    )  # fmt: skip
    assert check(control, yaml, kind="rules")["valid"]


def test_a_warning_is_no_error(control: Controlling) -> None:
    found = check(
        control, "- {name: a, respond: {status: 503}}\n- {name: b, respond: {status: 500}}", kind="rules"
    )
    assert (found["valid"], len(found["rules"])) == (True, 2)
    assert found["warnings"][0]["line"] == 2


def test_many_mistakes_are_bounded(control: Controlling) -> None:
    found = check(control, "rules:\n" + "- {nme: a}\n" * 500)
    assert len(found["errors"]) == 100


def test_a_text_that_is_checked_changes_nothing(control: Controlling) -> None:
    before = control("GET", "/tenants").json
    check(control, SCENARIO)
    check(control, "- {name: x, respond: {status: 503}}", kind="rules", tenant="acme")
    assert control("GET", "/tenants").json == before
    assert [rule["name"] for rule in control("GET", "/tenants/acme").json["rules"]] == ["old"]


@pytest.mark.parametrize("kind", ["scenario", "rules"])
@pytest.mark.parametrize(
    "text",
    ["", " ", "\0", "7", "- [", "&a [*a]", "{" * 500, "!!python/object:os.system x", "a: 1e999", "x" * 99999],
)
def test_any_text_is_answered_with_its_mistakes(control: Controlling, kind: str, text: str) -> None:
    found = check(control, text, kind=kind)
    assert not found["valid"]
    assert found["errors"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400), ({"yaml": 7}, 400), ({"yaml": "a", "kind": "file"}, 400), ({"yaml": "a", "more": 1}, 400),
        ([], 400), (b"{", 400), (b'{"yaml": "\\ud800"}', 400), ({"yaml": "a", "tenant": "nobody"}, 404),
        ({"yaml": "a", "kind": "rules", "tenant": "nobody"}, 404), ({"yaml": "x" * (5 << 20)}, 413),
    ],
    ids=["none", "number", "kind", "member", "list", "no json", "half", "tenant", "of none", "large"],
)  # fmt: skip
def test_a_body_that_is_no_text_to_check_is_refused(control: Controlling, body: Any, status: int) -> None:
    answer = control("POST", "/check", body)
    assert answer.problem[0] == status


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        ("wrong; mend it", ("wrong", "mend it")),
        ('"a; b" is wrong; mend it; soon', ('"a; b" is wrong', "mend it; soon")),
        ("wrong", ("wrong", "")),
        ("a;b", ("a;b", "")),
    ],
)
def test_a_message_ends_where_its_fix_begins(message: str, parts: tuple[str, str]) -> None:
    assert parted(message) == parts


# The gallery


def test_the_gallery_is_listed_by_symptom(control: Controlling) -> None:
    found = obeying(control("GET", "/gallery"), "Gallery")
    names = [each["name"] for each in found["scenarios"]]
    assert [name for group in found["symptoms"] for name in group["scenarios"]] == names
    assert {"outage", "magic", "good-day"} <= {*names}
    assert "acme" not in names
    outage = next(each for each in found["scenarios"] if each["name"] == "outage")
    assert (outage["symptom"], outage["metBy"]) == ("Down and up", "every call.")
    assert {"userMobile": "18000000429", "rule": "rate-limited"}.items() <= found["magic"][0].items()


def test_a_scenario_of_the_gallery_has_its_text_and_rules_that_can_be_added(control: Controlling) -> None:
    found = obeying(control("GET", "/gallery/outage"), "GalleryScenarioInWhole")
    assert check(control, found["yaml"])["scenario"]["rules"] == found["rules"]
    tenant = control.make("good-day")["tenantId"]
    assert control("POST", f"/tenants/{tenant}/rules", found["rules"]).status == 201


@pytest.mark.parametrize(
    ("path", "status"),
    [("/gallery/outag", 404), ("/gallery/acme", 404), ("/gallery/..%2Facme", 404), ("/gallery?x=1", 400)],
)
def test_what_the_gallery_does_not_have_is_refused(control: Controlling, path: str, status: int) -> None:
    assert control("GET", path).problem[0] == status
    assert 'did you mean "outage"?' in control("GET", "/gallery/outag").json["detail"]


def test_a_server_without_bundled_scenarios_has_no_gallery(tmp_path: Path) -> None:
    path = tmp_path / "acme.yaml"
    path.write_text(SCENARIO)
    with running(scenarios=(path,), no_bundled=True) as simulator:
        empty = {"symptoms": [], "scenarios": [], "magic": []}
        assert obeying(Controlling(simulator)("GET", "/gallery"), "Gallery") == empty


# Zones


def test_a_tenant_tells_its_time_zone(control: Controlling) -> None:
    assert obeying(control("GET", "/tenants/acme"), "TenantInWhole")["zone"] == "Asia/Shanghai"
    zones = {each["id"]: each["zone"] for each in control("GET", "/tenants").json}
    assert (zones["acme"], zones["outage"]) == ("Asia/Shanghai", "UTC")


def test_a_zone_is_told_as_the_scenario_that_is_served_writes_it(control: Controlling) -> None:
    made = control.make({"settings": {"time_zone": "+08:00"}})["tenantId"]
    assert control("GET", f"/tenants/{made}").json["zone"] == "+08:00"
    control("PUT", f"/tenants/{made}/scenario", {"scenario": "acme"})
    assert control("GET", f"/tenants/{made}").json["zone"] == "Asia/Shanghai"
    control("DELETE", f"/tenants/{made}")
