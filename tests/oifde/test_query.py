"""The query on a good day."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import ACME, GETTOKEN, QUERY, SPECIFICATION, TOKEN, ServeScenarios, VendorClient, ids
from oifde_simulator import resources
from oifde_simulator.model.sessions import Criteria
from oifde_simulator.oifde import contract
from oifde_simulator.population.literal import LiteralSessions


async def test_the_specifications_example_is_answered_with_the_specifications_example(
    serve: ServeScenarios,
) -> None:
    tenant001 = (resources.scenarios() / "tenant001.yaml").read_text()
    vendor = await serve(tenant001=tenant001)
    status, answer = await vendor.post(QUERY, (SPECIFICATION / "request.json").read_bytes())
    wanted = json.loads((SPECIFICATION / "response.json").read_bytes())
    assert (status, answer) == (200, wanted)
    assert list(answer["recordList"][0]) == list(wanted["recordList"][0])


SELECTIONS = {
    "by userMobile, newest first": ({}, ["c2", "c1"]),
    "by callId": ({"userMobile": ..., "callId": "c3"}, ["c3"]),
    "by ctiCallId": ({"userMobile": ..., "ctiCallId": "t1"}, ["c1"]),
    "by two that agree": ({"callId": "c2"}, ["c2"]),
    "by two that disagree": ({"callId": "c3"}, []),
    "by three": ({"callId": "c1", "ctiCallId": "t1"}, ["c1"]),
    "by nobody's number": ({"userMobile": "1"}, []),
    "by a masked number": ({"userMobile": "180****0001"}, []),
    "from a second on, inside": ({"beginTime": "2026-01-01 00:01:01"}, ["c2"]),
    "from the next second on": ({"beginTime": "2026-01-01 00:01:02"}, []),
    "up to a second, inside": ({"endTime": "2026-01-01 00:00:00"}, ["c1"]),
    "up to a second, whole": ({"endTime": "2026-01-01 00:01:01"}, ["c2", "c1"]),
    "in one second": ({"beginTime": "2026-01-01 00:00:00", "endTime": "2026-01-01 00:00:00"}, ["c1"]),
    "by callId outside the window": ({"callId": "c1", "beginTime": "2026-01-01 00:00:01"}, []),
    "null and empty are not sent": ({"callId": None, "ctiCallId": "", "pageNum": ""}, ["c2", "c1"]),
    "an unknown field is ignored": ({"startTime": "x", "colour": 7}, ["c2", "c1"]),
    "second page past the end": ({"pageNum": "2"}, []),
    "a far page": ({"pageNum": "999999999"}, []),
}


@pytest.mark.parametrize(("fields", "found"), SELECTIONS.values(), ids=SELECTIONS.keys())
async def test_a_query_selects(acme: VendorClient, fields: dict[str, object], found: list[str]) -> None:
    answer = await acme.query(**fields)
    assert ids(answer) == found
    assert answer["errorCode"] == 0
    assert answer["errorMsg"] == "Success"
    assert answer["total"] == (2 if "pageNum" in fields and not found else len(found))
    assert contract.response_schema("queryRecordHistory").explain(answer) == []


async def test_time_is_read_in_the_tenants_zone(serve: ServeScenarios) -> None:
    vendor = await serve(acme=ACME + 'settings: {time_zone: "+08:00"}\n')
    assert ids(await vendor.query(endTime="2026-01-01 08:00:00")) == ["c1"]
    assert ids(await vendor.query(endTime="2026-01-01 00:00:00")) == []


async def test_flow_record_switched_off_finds_nothing_and_succeeds(serve: ServeScenarios) -> None:
    vendor = await serve(acme=ACME.replace("tenant: {", "tenant: {flow_record: false, "))
    assert await vendor.query() == {"errorCode": 0, "errorMsg": "Success", "total": 0, "recordList": []}
    assert (await vendor.query(pageSize="7"))["errorCode"] == 10000002


async def test_error_status_is_the_servers_unless_the_tenant_says_otherwise(serve: ServeScenarios) -> None:
    vendor = await serve(acme=ACME, other=ACME + "settings: {error_status: 401}\n", error_status=500)
    bad = {"authToken": "x", "userMobile": "1"}
    assert (await vendor.post(QUERY, {"tenantId": "acme"} | bad))[0] == 500
    assert (await vendor.post(QUERY, {"tenantId": "other"} | bad))[0] == 401
    assert (await vendor.post(QUERY, {"tenantId": "nobody"} | bad))[0] == 500


async def test_numbers_pass_for_strings_where_the_tenant_accepts_them(serve: ServeScenarios) -> None:
    vendor = await serve(acme=ACME + "settings: {numbers: accept}\n")
    assert ids(await vendor.query(userMobile=18000000001, pageNum=1, pageSize=5)) == ["c2", "c1"]
    assert (await vendor.query(pageSize=7))["errorCode"] == 10000002
    assert (await vendor.query(userMobile=True))["errorCode"] == 10000002


async def test_unknown_fields_are_refused_where_the_tenant_refuses_them(serve: ServeScenarios) -> None:
    vendor = await serve(acme=ACME + "settings: {unknown_fields: refuse}\n")
    answer = await vendor.query(startTime="2026-01-01 00:00:00")
    assert answer["errorCode"] == 10000002
    assert "did you mean beginTime" in answer["errorMsg"]


async def test_a_token_from_gettoken_works_and_a_second_does_not_end_the_first(acme: VendorClient) -> None:
    tokens = []
    for _ in range(2):
        status, answer = await acme.post(GETTOKEN, {"appKey": "acme", "appSecret": "secret"})
        assert status == 200
        assert answer == {
            "errorCode": 0,
            "errorMsg": "",
            "authToken": answer["authToken"],
            "expireTime": 3600,
        }
        assert contract.response_schema("gettoken").explain(answer) == []
        tokens.append(answer["authToken"])
    assert tokens[0] != tokens[1]
    for token in tokens:
        assert (await acme.query(authToken=token))["total"] == 2


async def test_an_issued_token_of_another_tenant_is_refused(serve: ServeScenarios) -> None:
    vendor = await serve(acme=ACME, other=ACME)
    token = (await vendor.post(GETTOKEN, {"appKey": "other", "appSecret": "secret"}))[1]["authToken"]
    assert (await vendor.query(authToken=token))["errorCode"] == 900002


async def test_any_token_is_any_but_an_empty_one(serve: ServeScenarios) -> None:
    vendor = await serve(acme=ACME.replace(f'["{TOKEN}"]', "any"))
    assert (await vendor.query(authToken="whatever"))["total"] == 2
    assert (await vendor.query(authToken=""))["errorCode"] == 900001


WARNED = {
    "unknown field": (
        {"startTime": "x"},
        {},
        '"startTime" is not a field of this interface; did you mean beginTime?',
    ),
    "misspelt field": ({"pagesize": "5"}, {}, "did you mean pageSize?"),
    "null": ({"callId": None}, {}, "callId is null: counted as not sent"),
    "empty": ({"callId": ""}, {}, 'callId is "": counted as not sent'),
    "content type": (
        {},
        {"Content-Type": "text/plain"},
        'Content-Type is "text/plain"; expected application/json',
    ),
    "charset": (
        {},
        {"Content-Type": "application/json; charset=GBK"},
        "expected application/json; charset=UTF-8",
    ),
}


@pytest.mark.parametrize(("fields", "headers", "warning"), WARNED.values(), ids=WARNED.keys())
async def test_a_mistake_that_the_service_lets_pass_is_answered_and_told(
    acme: VendorClient,
    caplog: pytest.LogCaptureFixture,
    fields: dict[str, object],
    headers: dict[str, str],
    warning: str,
) -> None:
    body = {"tenantId": "acme", "authToken": TOKEN, "userMobile": "18000000001"} | fields
    _, answer = await acme.post(QUERY, body, headers=headers)
    assert answer["total"] == 2
    assert warning in caplog.text


async def test_a_good_request_is_told_nothing(acme: VendorClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("WARNING")
    assert (await acme.query())["total"] == 2
    assert caplog.text == ""


async def test_no_token_or_secret_is_ever_logged(
    acme: VendorClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    await acme.query(authToken="TOPSECRET")
    await acme.query(authToken=["TOPSECRET"])
    await acme.post(GETTOKEN, {"appKey": "acme", "appSecret": "TOPSECRET"})
    await acme.post(GETTOKEN, {"appKey": "acme", "appSecret": ["TOPSECRET"]})
    assert "900002" in caplog.text
    assert "TOPSECRET" not in caplog.text


starts = st.lists(st.integers(1_600_000_000, 1_600_000_030).map(lambda s: s * 1000), max_size=40)


@given(starts, st.sampled_from([5, 10, 20]), st.none() | st.integers(1_600_000_000_000, 1_600_000_030_000))
def test_pages_joined_are_the_whole_in_order(times: list[int], size: int, begin: int | None) -> None:
    records = [{"callSorId": "1", "calledNumber": "2", "startTime": time} for time in times]
    sessions = LiteralSessions(records, world="w", tenant="t")
    found = sessions.select(Criteria(user="1", begin=begin), 0)
    joined = [session for page in range(9) for session in found[page * size : (page + 1) * size]]
    assert joined == list(found)
    assert len(found) == sum(begin is None or time >= begin for time in times)
    assert all(newer.start >= older.start for newer, older in pairwise(joined))
    assert len({session.call_id for session in joined}) == len(joined)
