"""What bad input gets: one row a case, each with its answer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conftest import ACME, GETTOKEN, QUERY, TOKEN, ServeScenarios, VendorClient

GOOD = {"tenantId": "acme", "authToken": TOKEN, "userMobile": "18000000001"}
PARAMETER = 10000002


def query(**changes: Any) -> dict[str, Any]:
    """A good query with changes; `...` leaves a field out."""
    return {name: value for name, value in (GOOD | changes).items() if value is not ...}


# name: (changes to a good query, errorCode, words of errorMsg)
QUERIES: dict[str, tuple[dict[str, Any], int, tuple[str, ...]]] = {
    "tenantId absent": ({"tenantId": ...}, PARAMETER, ("tenantId", "missing")),
    "tenantId null": ({"tenantId": None}, PARAMETER, ("tenantId", "null", "string")),
    "tenantId empty": ({"tenantId": ""}, PARAMETER, ("tenantId", '""')),
    "tenantId a number": ({"tenantId": 1}, PARAMETER, ("tenantId", "1", "string")),
    "tenantId a list": ({"tenantId": ["acme"]}, PARAMETER, ("tenantId", "string")),
    "authToken a number": ({"authToken": 7}, PARAMETER, ("authToken", "string")),
    "authToken an object": ({"authToken": {}}, PARAMETER, ("authToken", "string")),
    "authToken absent": ({"authToken": ...}, 900001, ("authToken is missing",)),
    "authToken null": ({"authToken": None}, 900001, ("authToken is missing",)),
    "authToken empty": ({"authToken": ""}, 900001, ("authToken is missing",)),
    "token unknown": ({"authToken": "nonsense"}, 900002, ("not issued to this tenant",)),
    "token forged": ({"authToken": "0" * 32}, 900002, ("not issued to this tenant",)),
    "tenant unknown": ({"tenantId": "nobody"}, 900002, ('"nobody" is unknown',)),
    "no selector": ({"userMobile": ...}, PARAMETER, ("userMobile", "callId", "ctiCallId")),
    "an empty selector alone": ({"userMobile": ""}, PARAMETER, ("userMobile", "callId", "ctiCallId")),
    "a null selector alone": ({"userMobile": None}, PARAMETER, ("userMobile", "callId", "ctiCallId")),
    "pageSize 7": ({"pageSize": "7"}, PARAMETER, ("pageSize", '"7"', '"5", "10", "20", "50", "100"')),
    "pageSize 010": ({"pageSize": "010"}, PARAMETER, ("pageSize", '"010"')),
    "pageSize a number": ({"pageSize": 10}, PARAMETER, ("pageSize", "10", "string", "quotes")),
    "pageNum 0": ({"pageNum": "0"}, PARAMETER, ("pageNum", '"0"')),
    "pageNum -1": ({"pageNum": "-1"}, PARAMETER, ("pageNum", '"-1"')),
    "pageNum abc": ({"pageNum": "abc"}, PARAMETER, ("pageNum", '"abc"')),
    "pageNum 1.5": ({"pageNum": "1.5"}, PARAMETER, ("pageNum", '"1.5"')),
    "pageNum 1e3": ({"pageNum": "1e3"}, PARAMETER, ("pageNum", '"1e3"')),
    "pageNum with a space": ({"pageNum": " 1"}, PARAMETER, ("pageNum", '" 1"')),
    "pageNum with a line feed": ({"pageNum": "1\n"}, PARAMETER, ("pageNum",)),
    "pageNum full-width": ({"pageNum": "１"}, PARAMETER, ("pageNum", "１")),
    "pageNum of 5,000 digits": ({"pageNum": "9" * 5000}, PARAMETER, ("pageNum", "5000 characters")),
    "pageNum a number": ({"pageNum": 1}, PARAMETER, ("pageNum", "string", "quotes")),
    "beginTime no date": ({"beginTime": "2021-02-30 00:00:00"}, PARAMETER, ("beginTime", "2021-02-30")),
    "beginTime hour 24": ({"beginTime": "2021-04-16 24:00:00"}, PARAMETER, ("beginTime", "24:00:00")),
    "beginTime with a T": (
        {"beginTime": "2021-04-16T00:00:00"},
        PARAMETER,
        ("beginTime", "yyyy-MM-dd HH:mm:ss"),
    ),
    "endTime without time": ({"endTime": "2021-04-16"}, PARAMETER, ("endTime", "yyyy-MM-dd HH:mm:ss")),
    "beginTime after endTime": (
        {"beginTime": "2021-04-17 00:00:00", "endTime": "2021-04-16 00:00:00"},
        PARAMETER,
        ("beginTime", "2021-04-17 00:00:00", "after endTime", "2021-04-16 00:00:00"),
    ),
    "userMobile a number": ({"userMobile": 18000000001}, PARAMETER, ("userMobile", "18000000001", "quotes")),
    "userMobile a float": ({"userMobile": 1.5}, PARAMETER, ("userMobile", "string")),
    "userMobile true": ({"userMobile": True}, PARAMETER, ("userMobile", "true", "string")),
    "userMobile a deep list": (
        {"userMobile": json.loads("[" * 900 + "]" * 900)},
        PARAMETER,
        ("userMobile", "string"),
    ),
}


@pytest.mark.parametrize(("changes", "code", "words"), QUERIES.values(), ids=QUERIES.keys())
async def test_a_bad_query_is_refused_naming_field_value_and_rule(
    acme: VendorClient, changes: dict[str, Any], code: int, words: tuple[str, ...]
) -> None:
    status, answer = await acme.post(QUERY, query(**changes))
    assert (status, answer["errorCode"], answer["total"], answer["recordList"]) == (200, code, 0, [])
    for word in words:
        assert word in answer["errorMsg"]
    assert len(answer["errorMsg"]) < 300


GETTOKENS: dict[str, tuple[dict[str, Any], int]] = {
    "appKey absent": ({"appSecret": "secret"}, PARAMETER),
    "appKey null": ({"appKey": None, "appSecret": "secret"}, PARAMETER),
    "appKey a number": ({"appKey": 1, "appSecret": "secret"}, PARAMETER),
    "appSecret absent": ({"appKey": "acme"}, PARAMETER),
    "appSecret null": ({"appKey": "acme", "appSecret": None}, PARAMETER),
    "appSecret a number": ({"appKey": "acme", "appSecret": 5}, PARAMETER),
    "appKey unknown": ({"appKey": "nobody", "appSecret": "secret"}, 200800001),
    "appSecret wrong": ({"appKey": "acme", "appSecret": "wrong"}, 200800002),
    "appSecret not ascii": ({"appKey": "acme", "appSecret": "秘"}, 200800002),
}


@pytest.mark.parametrize(("body", "code"), GETTOKENS.values(), ids=GETTOKENS.keys())
async def test_a_bad_gettoken_is_refused_in_its_own_shape(
    acme: VendorClient, body: dict[str, Any], code: int
) -> None:
    status, answer = await acme.post(GETTOKEN, body)
    assert status == 200
    assert answer == {"errorCode": code, "errorMsg": answer["errorMsg"], "authToken": ""}
    assert "secret" not in answer["errorMsg"].replace("this tenant's secret", "")


NOT_JSON = {
    "not JSON": b"tenantId=acme",
    "not UTF-8": b'{"tenantId": "\xff"}',
    "not an object": b"[]",
    "empty": b"",
    "nested 100,000 deep": b"[" * 100_000,
    "duplicate keys": b'{"tenantId": "acme", "tenantId": "acme"}',
}


@pytest.mark.parametrize("octets", NOT_JSON.values(), ids=NOT_JSON.keys())
@pytest.mark.parametrize("path", [QUERY, GETTOKEN])
async def test_a_body_that_is_no_json_object_gets_400_and_the_process_lives(
    acme: VendorClient, path: str, octets: bytes
) -> None:
    status, answer = await acme.post(path, octets)
    assert (status, answer["errorCode"]) == (400, PARAMETER)
    assert (await acme.query())["total"] == 2


async def test_the_status_of_a_body_that_is_not_json_is_an_option(serve: ServeScenarios) -> None:
    vendor = await serve(acme=ACME, bad_json_status=422)
    assert (await vendor.post(QUERY, b"nonsense"))[0] == 422


@pytest.mark.parametrize(
    "path", ["/", "/oifde/rest/api/", QUERY + "/", QUERY.lower(), "/oifde/rest/api/x" * 100]
)
async def test_another_path_gets_404_in_the_querys_shape(acme: VendorClient, path: str) -> None:
    status, answer = await acme.post(path, GOOD)
    assert (status, answer["errorCode"], answer["total"], answer["recordList"]) == (404, PARAMETER, 0, [])
    assert QUERY in answer["errorMsg"]


@pytest.mark.parametrize("path", [QUERY, GETTOKEN])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_another_method_gets_405_with_allow(acme: VendorClient, path: str, method: str) -> None:
    async with acme.client.request(method, path) as response:
        answer = json.loads(await response.read())
        assert (response.status, response.headers["Allow"]) == (405, "POST")
        assert (answer["errorCode"], answer["total"], answer["recordList"]) == (PARAMETER, 0, [])


async def test_a_query_string_does_not_hide_the_path(acme: VendorClient) -> None:
    assert (await acme.post(QUERY + "?a=1", GOOD))[1]["total"] == 2


@pytest.mark.parametrize(("path", "field"), [(QUERY, "tenantId"), (GETTOKEN, "appKey")])
async def test_a_name_of_a_tenant_that_is_nested_deep_is_refused(
    acme: VendorClient, path: str, field: str
) -> None:
    octets = b'{"%b": %b%b, "authToken": "x", "appSecret": "x"}' % (field.encode(), b"[" * 1000, b"]" * 1000)
    status, answer = await acme.post(path, octets)
    assert (status, answer["errorCode"]) == (200, PARAMETER)
    assert field in answer["errorMsg"]
