"""Answers that rules send in the place of the honest one, over the wire."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest

from conftest import GETTOKEN, QUERY, TOKEN, ServeScenarios, VendorClient, ids
from oifde_simulator.cli.explain import request_file
from oifde_simulator.engine import explain as explanation
from oifde_simulator.model.exchange import Answer
from oifde_simulator.model.http import Response
from oifde_simulator.randomness import KeyedRandom
from oifde_simulator.rules.action import ActionContext, NotApplicable
from oifde_simulator.rules.answers.patch import Patch
from oifde_simulator.scenario import loader
from oifde_simulator.tenants import Tenants

PAGE = Path(__file__).parents[2] / "docs" / "scenarios.md"

WORLD = f"""
tenant: {{id: acme, tokens: ["{TOKEN}"]}}
clock: "2026-01-01T14:00:00Z"
sessions:
  users: {{"18000000001": 40}}
"""
JSON_UTF8 = "application/json; charset=UTF-8"
CONTEXT = ActionContext(
    Answer(Response(200, b""), {}), lambda problem: Answer(Response(200, b""), {}), KeyedRandom(b""), now=0
)


async def spoiled(serve: ServeScenarios, rule: str, tenant: str = "") -> VendorClient:
    """Start a data plane whose tenant has one rule."""
    world = WORLD.replace('"]}', f'"]{tenant}}}') if tenant else WORLD
    return await serve(acme=f"{world}rules:\n  - {rule}\n")


async def raw(vendor: VendorClient, **fields: str) -> tuple[int, dict[str, str], bytes]:
    body = {"tenantId": "acme", "authToken": TOKEN, "userMobile": "18000000001"} | fields
    async with vendor.client.post(QUERY, json=body) as response:
        return response.status, dict(response.headers), await response.read()


RESPONDS: dict[str, tuple[str, int, str, Any]] = {
    "status": ("{status: 503}", 503, "", b""),
    "a vendor error by name": (
        "{error: token-expired}",
        200,
        JSON_UTF8,
        {
            "errorCode": 900001,
            "errorMsg": "No token information exists or the token has expired",
            "total": 0,
            "recordList": [],
        },
    ),
    "a vendor error with a status": ("{error: internal-error, status: 500}", 500, JSON_UTF8, ...),
    "a code of its own": (
        '{errorCode: 77, errorMsg: "Odd"}',
        200,
        JSON_UTF8,
        {"errorCode": 77, "errorMsg": "Odd", "total": 0, "recordList": []},
    ),
    "json": ("{status: 502, json: {message: down}}", 502, JSON_UTF8, {"message": "down"}),
    "text": (
        '{status: 502, headers: {Content-Type: text/html}, body: "<html>"}',
        502,
        "text/html",
        b"<html>",
    ),
}


@pytest.mark.parametrize(("respond", "status", "kind", "body"), RESPONDS.values(), ids=RESPONDS.keys())
async def test_another_answer_takes_its_place(
    serve: ServeScenarios, respond: str, status: int, kind: str, body: Any
) -> None:
    vendor = await spoiled(serve, f"{{name: r, respond: {respond}}}")
    found, headers, octets = await raw(vendor)
    assert (found, headers.get("Content-Type", "")) == (status, kind)
    assert headers["X-Simulator-Rule"] == "r"
    if body is not ...:
        assert (octets if isinstance(body, bytes) else json.loads(octets)) == body


async def test_a_header_of_the_rule_wins_over_the_one_of_its_rate(serve: ServeScenarios) -> None:
    own = "respond: {status: 429, headers: {retry-after: 7}}"
    vendor = await spoiled(serve, f"{{over: {{limit: 0, window: 1s}}, {own}}}")
    async with vendor.client.post(QUERY, json={"tenantId": "acme"}) as response:
        assert response.headers.getall("Retry-After") == ["7"]


async def test_a_vendor_error_has_the_shape_of_the_call(serve: ServeScenarios) -> None:
    vendor = await spoiled(serve, "{match: {endpoint: gettoken}, respond: {error: account-locked}}")
    _, answer = await vendor.post(GETTOKEN, {"appKey": "acme", "appSecret": "secret"})
    assert answer == {"errorCode": 200800003, "errorMsg": "The account is locked", "authToken": ""}


async def test_a_rule_can_look_at_the_honest_answer(serve: ServeScenarios) -> None:
    vendor = await spoiled(serve, "{match: {response: {errorCode: 0}}, respond: {status: 429}}")
    assert (await raw(vendor))[0] == 429
    assert (await raw(vendor, authToken="wrong"))[0] == 200


async def test_names_in_the_header_are_percent_encoded_and_a_setting_removes_it(
    serve: ServeScenarios,
) -> None:
    vendor = await spoiled(serve, '{name: "aus; 秘\\r\\n", respond: {status: 503}}')
    assert (await raw(vendor))[1]["X-Simulator-Rule"] == "aus%3B%20%E7%A7%98%0D%0A"
    silent = await serve(acme=WORLD + "settings: {provenance: false}\nrules: [{respond: {status: 503}}]\n")
    status, headers, _ = await raw(silent)
    assert (status, "X-Simulator-Rule" in headers) == (503, False)


async def test_the_faults_are_in_the_header_too(serve: ServeScenarios) -> None:
    vendor = await spoiled(serve, "{name: odd, faults: [bom, {trailing-garbage: {bytes: 3}}]}")
    assert (await raw(vendor))[1]["X-Simulator-Rule"] == "odd; fault=bom; fault=trailing-garbage"


PATCHES: dict[str, tuple[str, str]] = {
    "field missing": ("[{op: remove, path: /recordList/*/callId}]", "'callId' not in record"),
    "field null": ("[{op: replace, path: /recordList/*/callId, value: null}]", "record['callId'] is None"),
    "field renamed": (
        "[{op: move, from: /recordList/*/callId, path: /recordList/*/callID}]",
        "'callID' in record and 'callId' not in record",
    ),
    "field retyped": (
        '[{op: replace, path: /recordList/*/startTime, value: "soon"}]',
        "record['startTime'] == 'soon'",
    ),
    "field extra": ("[{op: add, path: /recordList/*/extra, value: {a: 1}}]", "record['extra'] == {'a': 1}"),
    "inner JSON cut": (
        "[{op: cut, path: /recordList/*/businessInfoStr, share: 0.5}]",
        "record['businessInfoStr'].startswith('{') and not record['businessInfoStr'].endswith('}')",
    ),
    "huge field": (
        "[{op: fill, path: /recordList/*/callData, bytes: 100000}]",
        "len(record['callData']) == 100000",
    ),
}


@pytest.mark.parametrize(("patch", "claim"), PATCHES.values(), ids=PATCHES.keys())
async def test_a_patch_edits_every_record(serve: ServeScenarios, patch: str, claim: str) -> None:
    vendor = await spoiled(serve, f"{{patch: {patch}}}")
    answer = json.loads((await raw(vendor, pageSize="5"))[2])
    assert len(answer["recordList"]) == 5
    assert all(eval(claim, {"record": record}) for record in answer["recordList"])


SHARED = (
    "[{op: add, path: /recordList/*/extra, value: {a: 1}},"
    " {op: replace, path: /recordList/0/extra/a, value: 2}]"
)


async def test_each_record_has_a_value_of_its_own_and_the_rule_keeps_its(serve: ServeScenarios) -> None:
    vendor = await spoiled(serve, f"{{patch: {SHARED}}}")
    for _ in range(2):
        answer = json.loads((await raw(vendor, pageSize="5"))[2])
        assert [record["extra"]["a"] for record in answer["recordList"]] == [2, 1, 1, 1, 1]


def patched(document: Any, *operations: dict[str, Any]) -> Any:
    """Patch a document without a server."""
    return json.loads(
        Patch.of(operations).reshape(Response(200, json.dumps(document).encode()), CONTEXT).body
    )


def test_a_star_is_a_step_of_its_own_and_from_follows_path() -> None:
    lists = {"a": [{"b": [{"*x": 1}, {"*x": 2}]}, {"b": [{"*x": 3}]}]}
    assert patched(lists, {"op": "move", "from": "/a/*/b/*/*x", "path": "/a/*/b/*/y*"}) == {
        "a": [{"b": [{"y*": 1}, {"y*": 2}]}, {"b": [{"y*": 3}]}]
    }


def test_a_patch_of_many_records_copies_none_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[Any] = []
    deepcopy = copy.deepcopy
    monkeypatch.setattr(copy, "deepcopy", lambda value: copied.append(value) or deepcopy(value))
    records = [{"turns": [{"n": n} for n in range(3)]} for _ in range(50)]
    answer = patched({"list": records}, {"op": "add", "path": "/list/*/turns/*/x", "value": [1]})
    assert answer["list"][49]["turns"][2] == {"n": 2, "x": [1]}
    assert not [value for value in copied if isinstance(value, dict)]


async def test_each_record_can_be_removed(serve: ServeScenarios) -> None:
    vendor = await spoiled(serve, "{patch: [{op: remove, path: /recordList/*}]}")
    answer = json.loads((await raw(vendor, pageSize="10"))[2])
    assert (answer["recordList"], answer["total"]) == ([], 40)


IMPOSSIBLE = {
    "no such element": "patch: [{op: remove, path: /recordList/90}]",
    "no such turn": "patch: [{op: remove, path: /recordList/*/recordDetials/999/interNo}]",
    "a failed test": "patch: [{op: test, path: /total, value: 7}]",
    "fill what takes the memory": "patch: [{op: fill, path: /recordList/*/callData, bytes: 16777216}]",
    "from elsewhere": "patch: [{op: move, from: /recordList/90/callId, path: /recordList/*/y}]",
}


@pytest.mark.parametrize("deed", IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
async def test_what_cannot_be_done_is_told_and_the_honest_answer_sent(
    serve: ServeScenarios, deed: str, caplog: pytest.LogCaptureFixture
) -> None:
    vendor = await spoiled(serve, f"{{name: odd, {deed}, faults: [reset]}}")
    status, headers, octets = await raw(vendor)
    assert (status, json.loads(octets)["total"], "X-Simulator-Rule" in headers) == (200, 40, False)
    assert "odd: patch[0]: " in caplog.text


@pytest.mark.parametrize(
    "operations",
    [
        [{"op": "copy", "from": "", "path": "/a"}] * 12 + [{"op": "test", "path": "/nowhere", "value": 1}],
        [{"op": "add", "path": "", "value": {}}, {"op": "add", "path": "/a", "value": 2**70}],
    ],
    ids=["fails at last", "no JSON"],
)
def test_a_patch_that_fails_leaves_nothing_of_itself(operations: list[dict[str, Any]]) -> None:
    response = Response(200, b'{"a": 1}')
    with pytest.raises(NotApplicable, match="patch"):
        Patch.of(operations).reshape(response, CONTEXT)
    assert response.body == b'{"a": 1}'


async def test_rows_without_records_are_told(serve: ServeScenarios, caplog: pytest.LogCaptureFixture) -> None:
    vendor = await spoiled(serve, "{name: odd, rows: {repeat: 1}}")
    answer = json.loads((await raw(vendor, authToken="wrong"))[2])
    assert answer["errorCode"] == 900002
    assert "odd: rows: this answer has no records" in caplog.text


IDLE = re.compile("[a-z]+: nothing in this answer for (rows|patch) to spoil")


@pytest.mark.slow(seconds=5)
def test_the_page_s_rules_can_do_what_they_say(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "login.html").write_text("<html>")
    for text in re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL):
        scenario = loader.loads(text.encode(), "t.yaml", "t", tmp_path)
        world = Tenants({"t": scenario}, seed="0", error_status=200)
        users = [f"1800000000{n}" for n in range(1, 5)]
        queries = [{"userMobile": user, "pageNum": page} for user in users for page in "123456711111"]
        for query in queries:
            request = request_file.parse(query, world, "t").request()
            (turn,) = explanation.explain(world, request)
            # On a first page no record comes again, is missing or has moved, and there is a last page.
            assert all(
                IDLE.fullmatch(note) or "the array has no elements" in note for note in turn.exchange.notes
            )


async def pages(vendor: VendorClient, size: int = 10) -> tuple[list[list[str]], list[int]]:
    answers = [json.loads((await raw(vendor, pageNum=str(n), pageSize=str(size)))[2]) for n in (1, 2, 3, 4)]
    return [ids(answer) for answer in answers], [answer["total"] for answer in answers]


async def test_rows_repeat_skip_shift_and_miscount(serve: ServeScenarios) -> None:
    honest, totals = await pages(
        await spoiled(serve, "{match: {request: {pageNum: '9'}}, respond: {status: 500}}")
    )
    assert totals == [40] * 4
    whole = [each for page in honest for each in page]

    repeated, _ = await pages(await spoiled(serve, "{rows: {repeat: 2}}"))
    assert repeated[0] == honest[0]
    assert repeated[1] == [*honest[0][-2:], *honest[1][:8]]

    skipped, _ = await pages(await spoiled(serve, "{rows: {skip: 2}}"))
    assert skipped[0] == honest[0]
    assert skipped[1] == honest[1][2:]

    shifted, more = await pages(await spoiled(serve, "{rows: {shift: 3}}"))
    assert shifted[1] == whole[7:17]
    assert more == [40, 43, 43, 43]

    _, off = await pages(await spoiled(serve, "{rows: {total: -1}}"))
    assert off == [39] * 4

    _, wandering = await pages(await spoiled(serve, "{rows: {wander: 5}}"))
    assert len(set(wandering)) > 1
    assert all(35 <= total <= 45 for total in wandering)

    shuffled, _ = await pages(await spoiled(serve, "{rows: {shuffle: true}}"))
    assert shuffled[0] != honest[0]
    assert sorted(shuffled[0]) == sorted(honest[0])


async def test_late_records_are_not_there_until_they_are_old_enough(serve: ServeScenarios) -> None:
    vendor = await spoiled(serve, "{rows: {late: 720h}}")
    answer = json.loads((await raw(vendor))[2])
    limit = 1_767_276_000_000 - 720 * 3_600_000
    assert 0 < answer["total"] < 40
    assert all(record["startTime"] <= limit for record in answer["recordList"])


async def gettoken(vendor: VendorClient, secret: str = "secret") -> dict[str, Any]:
    return (await vendor.post(GETTOKEN, {"appKey": "acme", "appSecret": secret}))[1]


@pytest.mark.parametrize(("how", "code"), [("expire", 900001), ("revoke", 900002)])
async def test_a_rule_ends_the_token_that_it_saw(serve: ServeScenarios, how: str, code: int) -> None:
    vendor = await spoiled(serve, f"{{times: 1, token: {how}}}")
    assert (await vendor.query())["total"] == 40
    assert (await vendor.query())["errorCode"] == code
    fresh = (await gettoken(vendor))["authToken"]
    assert (await vendor.query(authToken=fresh))["total"] == 40


async def test_a_token_can_be_expired_on_arrival(serve: ServeScenarios) -> None:
    vendor = await spoiled(serve, "{match: {endpoint: gettoken}, times: 1, token: expire}")
    first, second = (await gettoken(vendor))["authToken"], (await gettoken(vendor))["authToken"]
    assert (await vendor.query(authToken=first))["errorCode"] == 900001
    assert (await vendor.query(authToken=second))["total"] == 40


async def test_a_second_gettoken_ends_the_first_token_where_the_tenant_says_so(serve: ServeScenarios) -> None:
    vendor = await spoiled(serve, "{match: {request: {callId: x}}, token: expire}", ", single_token: true")
    first, second = (await gettoken(vendor))["authToken"], (await gettoken(vendor))["authToken"]
    assert (await vendor.query(authToken=first))["errorCode"] == 900001
    assert (await vendor.query(authToken=second))["total"] == 40


async def test_a_token_may_be_used_so_often_and_no_more(serve: ServeScenarios) -> None:
    vendor = await spoiled(serve, "{match: {request: {callId: x}}, token: expire}", ", token_uses: 3")
    token = (await gettoken(vendor))["authToken"]
    codes = [(await vendor.query(authToken=token))["errorCode"] for _ in range(5)]
    assert codes == [0, 0, 0, 900001, 900001]


async def test_an_account_is_locked_after_so_many_wrong_secrets(serve: ServeScenarios) -> None:
    vendor = await spoiled(serve, "{match: {request: {callId: x}}, token: expire}", ", lock_after: 2")
    codes = [(await gettoken(vendor, secret))["errorCode"] for secret in ("a", "secret", "a", "b", "secret")]
    assert codes == [200800002, 0, 200800002, 200800002, 200800003]


async def test_a_fault_that_finds_nothing_to_spoil_says_so(
    serve: ServeScenarios, caplog: pytest.LogCaptureFixture
) -> None:
    vendor = await spoiled(serve, '{name: odd, respond: {status: 503, body: ""}, faults: [bom]}')
    assert (await raw(vendor))[0] == 503
    assert "odd: nothing in this answer for bom to spoil" in caplog.text
