"""Watched files that are broken, names with accents, and other encodings, on the control plane."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from conftest import QUERY
from controlling import Controlling
from oifde_simulator.client import BrokenFile, Control
from oifde_simulator.json_schema.schema import Schema
from oifde_simulator.runtime.server import Simulator
from oifde_simulator.tenants.broken_files import BrokenFile as Broken
from oifde_simulator.web.control_plane import openapi
from oifde_simulator.web.control_plane.routes.health import MOST_BROKEN
from serving import fetch, running

COMPOSED = "café"
DECOMPOSED = unicodedata.normalize("NFD", COMPOSED)
MESSAGE = "acme.yaml:1:8: clock: wrong"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    folder = tmp_path_factory.mktemp("scenarios")
    (folder / f"{DECOMPOSED}.yaml").write_text(
        'tenant: {tokens: any}\nclock: "2026-01-01T00:00:00Z"\nsessions: {users: {"1": 2}}\n'
    )
    with running(scenarios=(folder,)) as simulator:
        yield simulator


@pytest.fixture
def control(server: Simulator) -> Iterator[Controlling]:
    yield Controlling(server)
    server.tenants.broken_files = ()


# Broken files


def described(answer: Any, name: str) -> bool:
    """Check that an answer is what the document says of it."""
    whole = openapi.document()
    return Schema({"$ref": f"#/components/schemas/{name}", "components": whole["components"]}).accepts(answer)


def test_readyz_tells_of_broken_files_and_is_ready_all_the_same(control: Controlling) -> None:
    before = control("GET", "/readyz").json
    control.simulator.tenants.broken_files = [Broken("acme.yaml", MESSAGE, frozenset([COMPOSED]))]
    answer = control("GET", "/readyz")
    assert answer.status == 200
    assert answer.json == {**before, "brokenFiles": [{"file": "acme.yaml", "message": MESSAGE}]}
    assert described(answer.json, "Ready")
    control.simulator.tenants.broken_files = ()
    assert control("GET", "/readyz").json == before


def test_readyz_tells_of_so_many_broken_files_only(control: Controlling) -> None:
    control.simulator.tenants.broken_files = [Broken(f"{n}.yaml", "", frozenset()) for n in range(1000)]
    answer = control("GET", "/readyz").json
    assert len(answer["brokenFiles"]) == MOST_BROKEN
    assert described(answer, "Ready")


def test_a_tenant_tells_of_its_own_broken_file(control: Controlling) -> None:
    path = "/tenants/" + quote(COMPOSED)
    before = control("GET", path).json
    assert "brokenFile" not in before
    control.simulator.tenants.broken_files = [Broken("acme.yaml", MESSAGE, frozenset([COMPOSED]))]
    answer = control("GET", path).json
    assert answer == {**before, "brokenFile": {"file": "acme.yaml", "message": MESSAGE}}
    assert described(answer, "TenantInWhole")
    assert "brokenFile" not in control("GET", "/tenants/tenant001").json


def test_the_client_tells_of_broken_files(control: Controlling) -> None:
    with Control(control.simulator.control_url) as client:
        assert (client.readyz().broken_files, client.tenant(COMPOSED).broken_file) == ((), None)
        control.simulator.tenants.broken_files = [Broken("acme.yaml", MESSAGE, frozenset([COMPOSED]))]
        broken = BrokenFile("acme.yaml", MESSAGE)
        assert (client.readyz().broken_files, client.tenant(COMPOSED).broken_file) == ((broken,), broken)


# Names


@pytest.mark.parametrize("name", [COMPOSED, DECOMPOSED], ids=["composed", "decomposed"])
def test_a_tenant_is_found_however_its_name_is_composed(control: Controlling, name: str) -> None:
    body = {"tenantId": name, "authToken": "x", "userMobile": "1"}
    _, _, octets = fetch(control.simulator.data_url + QUERY, json.dumps(body).encode())
    assert json.loads(octets)["total"] == 2
    assert control("GET", "/tenants/" + quote(name)).json["id"] == COMPOSED
    assert control("GET", "/journal?tenant=" + quote(name)).json["count"] > 0
    assert not control("POST", "/verify", {"tenant": name, "expect": {"count": 0}}).json["passed"]
    made = control.make(name, name + "2")
    assert made["tenantId"] == COMPOSED + "2"
    assert control("DELETE", "/tenants/" + quote(made["tenantId"])).status == 204


# Encodings


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "gbk"])
def test_a_body_in_another_encoding_is_refused_by_its_name(control: Controlling, charset: str) -> None:
    body = '{"scenario": {"description": "测试文件", "rules": []}}'.encode(charset)
    answer = control("POST", "/tenants", body)
    name = charset.upper().removesuffix("-LE").removesuffix("-BE")
    assert answer.problem == (400, "wrong-body")
    assert answer.json["detail"] == f"expected a body of JSON in UTF-8, found {name}; save it as UTF-8"


@pytest.mark.parametrize(
    ("body", "found"),
    {
        b"\xff": "the byte 0xFF at offset 0",
        b'{"scenario": "\xed\xa0\x80"}': "the byte 0xED at offset 14",
    }.items(),
)
def test_the_byte_is_named_that_is_no_utf_8(control: Controlling, body: bytes, found: str) -> None:
    detail = control("POST", "/tenants", body).json["detail"]
    assert detail == f"expected a body of JSON in UTF-8, found {found}; save it as UTF-8"


# Tenants that were never good


WAYS = {
    "the tenant": ("GET", "/tenants/edge", None),
    "its clock": ("GET", "/tenants/edge/clock", None),
    "its rules": ("GET", "/tenants/edge/rules", None),
    "its sessions": ("GET", "/tenants/edge/sessions?userMobile=1", None),
    "a reset": ("POST", "/tenants/edge/reset", None),
    "another scenario": ("PUT", "/tenants/edge/scenario", {"scenario": {}}),
    "a tenant of its scenario": ("POST", "/tenants", {"scenario": "edge"}),
    "coverage": ("GET", "/coverage?tenant=edge", None),
}


@pytest.mark.parametrize(("method", "path", "body"), WAYS.values(), ids=WAYS)
def test_a_tenant_that_was_never_good_is_answered_404_with_its_file(
    control: Controlling, method: str, path: str, body: Any
) -> None:
    assert "broken" not in control(method, path, body).json["detail"]
    control.simulator.tenants.broken_files = [Broken("acme.yaml", MESSAGE, frozenset(["edge"]))]
    answer = control(method, path, body)
    assert answer.status == 404
    assert answer.json["detail"].endswith(f": its file is broken: {MESSAGE}")


def test_the_journal_of_a_request_for_it_names_the_file(control: Controlling) -> None:
    control.simulator.tenants.broken_files = [Broken("acme.yaml", MESSAGE, frozenset(["edge"]))]
    body = {"tenantId": "edge", "authToken": "x", "userMobile": "1"}
    _, _, octets = fetch(control.simulator.data_url + QUERY, json.dumps(body).encode())
    assert b"acme.yaml" not in octets
    number = control("GET", "/journal").json["entries"][-1]["number"]
    entry = control("GET", f"/journal/{number}").json
    assert entry["notes"] == [f'tenant "edge" is not served: its file is broken: {MESSAGE}']
