"""The order of checks is observable: path, method, size, JSON, tenant and token, parameters, query."""

from __future__ import annotations

from typing import Any

import pytest

from conftest import ACME, GETTOKEN, QUERY, TOKEN, ServeScenarios, VendorClient
from oifde_simulator.model.http import Request

# Each row is wrong in the way it names and in every way below it; the last is right.
ROWS: list[tuple[str, str, str, dict[str, Any] | bytes, int, int]] = [
    ("path", "GET", "/nowhere", b"[", 404, 10000002),
    ("method", "GET", QUERY, b"[", 405, 10000002),
    ("size", "POST", QUERY, b"[" * 3000, 413, 10000002),
    ("JSON", "POST", QUERY, b"[", 400, 10000002),
    ("tenantId", "POST", QUERY, {"tenantId": 1, "authToken": 1, "pageSize": "7"}, 200, 10000002),
    (
        "authToken's type",
        "POST",
        QUERY,
        {"tenantId": "nobody", "authToken": 1, "pageSize": "7"},
        200,
        10000002,
    ),
    ("tenant", "POST", QUERY, {"tenantId": "nobody", "authToken": "x", "pageSize": "7"}, 200, 900002),
    ("token", "POST", QUERY, {"tenantId": "acme", "authToken": "x", "pageSize": "7"}, 200, 900002),
    ("no token", "POST", QUERY, {"tenantId": "acme", "pageSize": "7"}, 200, 900001),
    ("parameters", "POST", QUERY, {"tenantId": "acme", "authToken": TOKEN, "pageSize": "7"}, 200, 10000002),
    ("nothing", "POST", QUERY, {"tenantId": "acme", "authToken": TOKEN, "userMobile": "1"}, 200, 0),
]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"), [row[1:] for row in ROWS], ids=[r[0] for r in ROWS]
)
async def test_the_first_check_that_fails_decides(
    serve: ServeScenarios, method: str, path: str, body: Any, status: int, code: int
) -> None:
    from oifde_simulator.web.data_plane.request_reader import Limits

    vendor = await serve(acme=ACME, limits=Limits(2000, 5.0))
    if method == "GET":
        async with vendor.client.get(path) as response:
            assert (response.status, (await response.json())["errorCode"]) == (status, code)
    else:
        found_status, answer = await vendor.post(path, body)
        assert (found_status, answer["errorCode"]) == (status, code)


async def test_every_problem_is_on_record_though_the_first_decides(acme: VendorClient) -> None:
    exchange = await _decide(acme, QUERY, b'{"tenantId":"acme","authToken":"x","pageSize":"7","pageNum":"0"}')
    codes = [problem.error.code for problem in exchange.honest.problems]
    assert codes == [900002, 10000002, 10000002, 10000002]
    told = " ".join(problem.detail for problem in exchange.honest.problems)
    for word in ("authToken", "pageSize", "pageNum", "userMobile"):
        assert word in told


async def test_a_secret_that_is_no_string_is_not_compared(acme: VendorClient) -> None:
    exchange = await _decide(acme, GETTOKEN, b'{"appKey":"acme","appSecret":[]}')
    assert [problem.error.code for problem in exchange.honest.problems] == [10000002]


async def _decide(vendor: VendorClient, path: str, body: bytes) -> Any:
    from oifde_simulator.engine.pipeline import Pipeline
    from oifde_simulator.journal import Journal
    from oifde_simulator.oifde.router import Router

    pipeline = Pipeline(Router(bad_json_status=400), vendor.tenants, Journal(vendor.tenants.state))
    return await pipeline.handle(Request("POST", path, {"Content-Type": "application/json"}, body))


async def test_a_defect_of_the_simulator_is_answered_as_an_internal_error(
    serve: ServeScenarios, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    vendor = await serve(acme=ACME, error_status=500)

    def fail(*_: object) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr("oifde_simulator.oifde.operations.query_record_history.page_request", fail)
    status, answer = await vendor.post(QUERY, {"tenantId": "acme", "authToken": TOKEN, "userMobile": "1"})
    assert (status, answer["errorCode"], answer["recordList"]) == (500, 10000001, [])
    assert "a defect" in caplog.text
