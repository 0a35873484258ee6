"""Requests that `compare.py` measures: a row a kind, each with the tenant that it needs.

Rule: everything goes over the wire, so that a version of any age can be asked.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from load import FRESH
from measure import EXAMPLE, HEADERS, QUERY

import rules
from rules import USER

GETTOKEN = "/oifde/rest/api/gettoken"
DOWNLOAD = "/CCFS/resource/ccfs/downloadOiapRecord?locationId=0"
NUMBERED = """
local count = 0
function request()
  count = count + 1
  return wrk.format(nil, nil, nil, (string.gsub(wrk.body, "NUMBER", string.format("%08d", FIRST + count))))
end
"""
"""For wrk: a number in the place of NUMBER, never twice the same, from FIRST on."""


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of request."""

    name: str
    body: bytes = EXAMPLE
    path: str = QUERY
    headers: dict[str, str] = field(default_factory=lambda: HEADERS)
    lua: str = ""
    """Script for wrk; with NUMBERED no two requests are alike, in any turn."""
    connections: int = 16


def query(tenant: str, **fields: str) -> bytes:
    """Write the body of a query to a tenant that takes any token."""
    return json.dumps({"tenantId": tenant, "authToken": "any", "userMobile": USER} | fields).encode()


def page(size: str, user: str, tenant: str = "people001") -> bytes:
    """Write the body of a query for the first page of a user with generated sessions."""
    return query(tenant, userMobile=user, pageSize=size)


RECORDING = "Y:/1/odfsrecord/20210416/1618558942-1.wav"
CASES = (
    Case("the example again"),
    Case("the example, no two bodies alike", lua=FRESH),
    Case("refused, no two bodies alike", query("records01", pageSize="7NUMBER"), lua=NUMBERED),
    Case("a token fetched", b'{"appKey": "tenant001", "appSecret": "secret"}', GETTOKEN),
    Case("50 rules that do not match", query("rules0001")),
    Case("a rule that answers", query("answers01")),
    Case("a page of 10, generated, again", query("people001", userMobile="18000000001", pageSize="10")),
    Case(
        "a page of 10, users never seen",
        query("people001", userMobile="180NUMBER", pageSize="10"),
        lua=NUMBERED,
    ),
    Case(
        "a page of 100, users never seen",
        query("people001", userMobile="181NUMBER", pageSize="100"),
        lua=NUMBERED,
    ),
    Case(
        "a recording of one hour",
        json.dumps({"request": {"version": "2.0"}, "msgBody": {"fileName": RECORDING}}).encode(),
        DOWNLOAD,
        HEADERS | {"Authorization": "auth-v2/records01/-/-/-"},
        connections=1,
    ),
)

BUSINESS = {"vdnId": "1", "locationId": "0", "recordFileName": RECORDING}
RECORD = {
    "callSorId": USER,
    "calledNumber": "899149138753490944",
    "startTime": 1_618_558_942_000,
    "endTime": 1_618_558_942_000 + 3_600_000,
    "businessInfoStr": json.dumps(BUSINESS),
}


def write_tenants(folder: Path) -> None:
    """Write the scenario files of all cases."""
    records = {"generate": False, "records": [RECORD]}
    answer = [{"respond": {"error": "internal-error"}}]
    people = {"generate": {"per_day": 2}, "users": {"18000000001": 100}}
    callers = {"generate": {"per_day": 20}}
    for name, world in {
        "records01": {"sessions": records},
        "answers01": {"sessions": records, "rules": answer},
        "people001": {"sessions": people, "clock": "2026-01-01T14:00:00Z"},
        "callers01": {"sessions": callers, "clock": "2026-01-01T14:00:00Z"},
    }.items():
        (folder / f"{name}.yaml").write_text(json.dumps({"tenant": {"tokens": "any"}} | world))
    (folder / "rules0001.yaml").write_text(rules.scenario(rules.MIXED))
