"""The control plane over HTTP."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conftest import QUERY
from oifde_simulator import __version__, resources
from oifde_simulator.immediate import immediate
from oifde_simulator.oifde import contract
from oifde_simulator.resources import scenarios
from oifde_simulator.runtime.server import Simulator
from serving import fetch, running

SCENARIO = """
description: |
  Two calls.
  More about them.
tenant: {secret: hush-hush, tokens: [whisper-whisper]}
sessions:
  records:
    - {callSorId: "1", calledNumber: "955500001", startTime: 1618558942000}
    - {callSorId: "1", calledNumber: "955500001", startTime: 1618558943000}
"""
ROUTES = ["/livez", "/readyz", "/ca.pem", "/openapi.json", "/tenants"]
PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    scenario = tmp_path_factory.mktemp("scenarios") / "acme.yaml"
    scenario.write_text(SCENARIO)
    with running(tls="auto", scenarios=(scenario,), tenant=(("zenith", "acme"),)) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def plain() -> Iterator[Simulator]:
    with running() as simulator:
        yield simulator


def fetch_json(simulator: Simulator, path: str) -> Any:
    """Fetch the JSON at a path of the control plane."""
    status, headers, body = fetch(simulator.control_url + path)
    assert (status, headers["Content-Type"].partition(";")[0]) == (200, "application/json")
    return json.loads(body)


def test_livez_and_readyz_say_so(server: Simulator) -> None:
    assert fetch_json(server, "/livez") == {"status": "alive", "version": __version__}
    assert fetch_json(server, "/readyz") == {
        "status": "ready",
        "version": __version__,
        "tenants": len(immediate(server.tenants.ids())),
        "pid": os.getpid(),
    }


def test_tenants_are_listed_with_what_is_there(server: Simulator) -> None:
    tenants = {tenant["id"]: tenant for tenant in fetch_json(server, "/tenants")}
    assert tenants.keys() == {*(path.stem for path in scenarios().glob("*.yaml")), "acme", "zenith"}
    counts = {"tenant001": 1, "paging": 250, "acme": 2, "zenith": 2, "outage": 0}
    assert {name: tenants[name]["records"] for name in counts} == counts
    assert tenants["acme"]["description"] == "Two calls.\nMore about them."
    assert all(
        tenant.keys() == {"id", "description", "records", "generator", "made", "zone"}
        for tenant in tenants.values()
    )


@pytest.mark.parametrize("path", ROUTES)
def test_no_route_tells_a_secret(server: Simulator, path: str) -> None:
    _, _, body = fetch(server.control_url + path)
    for secret in (b"hush", b"whisper", b"PRIVATE KEY"):
        assert secret not in body


def test_the_contract_is_that_of_the_checkout(server: Simulator) -> None:
    assert fetch_json(server, "/openapi.json") == contract.document() == resources.read_json("openapi.json")


def test_the_authority_is_what_the_vendors_port_is_verified_by(server: Simulator) -> None:
    status, headers, pem = fetch(server.control_url + "/ca.pem")
    assert (status, headers["Content-Type"]) == (200, "application/x-pem-file")
    assert pem == server.ca_pem
    assert fetch(server.data_url + QUERY, b"{}", pem)[0] == 200


NO_AUTHORITY = "urn:oifde-simulator:problem:no-authority"


def problem(
    simulator: Simulator, path: str, method: str = "GET", *, kind: str = "about:blank"
) -> tuple[int, str | None, str]:
    """Fetch an error of application/problem+json, of a kind, and return its status, Allow and detail."""
    status, headers, body = fetch(simulator.control_url + path, method=method)
    answer = json.loads(body)
    assert headers["Content-Type"].partition(";")[0] == PROBLEM
    assert answer.keys() == {"type", "title", "status", "detail"}
    assert (answer["type"], answer["status"]) == (kind, status)
    return status, headers["Allow"], answer["detail"]


def test_there_is_no_authority_without_tls(plain: Simulator) -> None:
    status, _, detail = problem(plain, "/ca.pem", kind=NO_AUTHORITY)
    assert status == 404
    assert "TLS is off" in detail


@pytest.mark.parametrize("path", ["/tenant", "/tenants/", QUERY, "/%00", "/" + "x" * 2000])
def test_another_path_is_404_and_names_what_is_there(server: Simulator, path: str) -> None:
    status, _, detail = problem(server, path)
    assert status == 404
    assert all(route in detail for route in ROUTES)
    assert len(detail) < 400


@pytest.mark.parametrize(
    ("method", "path"),
    [
        (method, path)
        for path in ROUTES
        for method in ("POST", "PUT", "DELETE", "PATCH")
        if (method, path) != ("POST", "/tenants")  # tenants are made so
    ],
)
def test_another_method_is_405_with_allow(server: Simulator, path: str, method: str) -> None:
    status, allow, detail = problem(server, path, method)
    assert status == 405
    assert method not in allow.split(",")
    assert detail == f"{method} is not for {path}; expected {', '.join(sorted(allow.split(',')))}"


def test_no_path_of_ours_is_on_the_vendors_port(server: Simulator) -> None:
    for path in ROUTES:
        assert fetch(server.data_url + path, ca_pem=server.ca_pem)[0] == 404


def test_a_certificate_of_ones_own_needs_no_authority_of_ours(tmp_path: Path) -> None:
    import trustme

    authority = trustme.CA()
    leaf = authority.issue_cert("127.0.0.1")
    leaf.private_key_pem.write_to_path(tmp_path / "key.pem")
    leaf.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    with running(tls_cert=tmp_path / "cert.pem", tls_key=tmp_path / "key.pem", tls="auto") as simulator:
        assert fetch(simulator.data_url + QUERY, b"{}", authority.cert_pem.bytes())[0] == 200
        assert problem(simulator, "/ca.pem", kind=NO_AUTHORITY)[0] == 404


NEAR_PATHS = {
    "/tenants/": "/tenants",
    "//tenants": "/tenants",
    "/Tenants": "/tenants",
    "/tenants/acme/rules/": "/tenants/acme/rules",
    "/tenants/acme/ruels": "/tenants/acme/rules",
    "/journal/1/body": "/journal/1/bodies",
}


@pytest.mark.parametrize(("written", "meant"), NEAR_PATHS.items(), ids=NEAR_PATHS)
def test_a_path_with_nothing_is_told_with_one_like_it(plain: Simulator, written: str, meant: str) -> None:
    status, _, body = fetch(plain.control_url + written)
    detail = json.loads(body)["detail"]
    assert (status, detail.partition(";")[0]) == (404, f"nothing at {written}")
    assert detail.endswith(f'/verify; did you mean "{meant}"?')


@pytest.mark.parametrize("written", ["/nonsense", "/nonsense/1", "/a/b/c/d/e/f", "//"])
def test_no_path_is_suggested_where_none_is_like_it(plain: Simulator, written: str) -> None:
    assert json.loads(fetch(plain.control_url + written)[2])["detail"].endswith(", /verify")


@pytest.mark.parametrize(
    ("name", "hint"),
    {
        "id": '; did you mean "tenantId"?',
        "tenantID": '; did you mean "tenantId"?',
        "colour": "",
        "": "",
    }.items(),
)
def test_an_unknown_member_is_told_with_one_like_it(plain: Simulator, name: str, hint: str) -> None:
    body = json.dumps({"scenario": "outage", name: "x"}).encode()
    told = json.loads(fetch(f"{plain.control_url}/tenants", body)[2])["errors"]
    assert told == [f'unknown "{name}"; expected scenario, tenantId{hint}']


def test_one_byte_where_no_body_is_taken_is_one(plain: Simulator) -> None:
    detail = json.loads(fetch(f"{plain.control_url}/reset", b"x")[2])["detail"]
    assert detail == "POST /reset takes no body, found 1 byte; leave it out"
