"""Answers are held against the contract: each difference is named by its member, once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from drifting import InProcess, asked, merged
from flips import GOOD, edit, rule
from oifde_simulator.drift import ask
from oifde_simulator.drift.contract_check import MOST_DIFFERENCES, ContractCheck, Difference
from oifde_simulator.drift.downloads import DOWNLOAD
from oifde_simulator.vendor_client import Reply

QUERY = "queryRecordHistory"
DIFFERENCES = {
    "missing": (
        rule(GOOD, "patch: [{op: remove, path: /recordList/*/calledNumber}]"),
        "recordList[].calledNumber", "is missing; it is mandatory",
    ),
    "null": (
        edit("/recordList/*/calledNumber", "null"), "recordList[].calledNumber", "is null; expected a string",
    ),
    "another type": (edit("/total", "'2'"), "total", "is a string; expected an integer"),
    "of two types": (edit("/recordList/*/ctiCallId", "7"), "recordList[].ctiCallId",
                     "is an integer; expected a string or null"),
    "unknown": (
        edit("/recordList/*/channel", "web"), "recordList[].channel", "is in no table of the vendor's",
    ),
    "unknown in a turn": (
        edit("/recordList/1/recordDetials/0/mood", "calm"), "recordList[].recordDetials[].mood",
        "is in no table of the vendor's",
    ),
    "another value": (
        edit("/recordList/1/recordDetials/0/involveMode", "7"), "recordList[].recordDetials[].involveMode",
        "breaks the rule enum of the contract",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("extra", "member", "what"), DIFFERENCES.values(), ids=DIFFERENCES)
async def test_a_difference_is_named_once(extra: str, member: str, what: str) -> None:
    result = await asked(InProcess(merged(extra)))
    assert result.differences == [Difference(QUERY, member, what)]
    assert result.has_drifted


def checked(document: Any, status: int = 200) -> list[Difference]:
    check = ContractCheck()
    check.check(ask.Ask(ask.path_of(QUERY)), Reply(status, (), json.dumps(document).encode()))
    return check.differences


def test_what_a_failure_leaves_out_is_another_matter() -> None:
    assert checked({"errorCode": 900001}) == []
    assert [each.member for each in checked({"errorCode": 0})] == ["total", "recordList"]


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"<html>", b"\xff", b"[" * 100_000])
def test_what_is_no_object_is_not_held_against_it(body: bytes) -> None:
    check = ContractCheck()
    check.check(ask.Ask(ask.path_of(QUERY)), Reply(200, (), body))
    assert (check.checked, check.differences) == (0, [])


def test_differences_are_bounded() -> None:
    many = {f"member{'x' * number}": 1 for number in range(30)}
    records = [{f"own{'y' * place}{name}": 1 for name in many} for place in range(30)]
    assert len(checked({"errorCode": 0, "total": 1, "recordList": records})) <= MOST_DIFFERENCES


def test_a_deep_answer_is_no_defect() -> None:
    deep: Any = 1
    for _ in range(400):
        deep = [deep]
    assert {each.member for each in checked({"total": deep, "recordList": deep})} >= {"total"}


@pytest.mark.parametrize(
    ("content_type", "differences"),
    [
        ("Application/Octet-stream;charset=UTF-8", []),
        ("application/octet-stream; charset=utf-8", []),
        ("audio/18000000001", ["is another Content-Type; expected Application/Octet-stream;charset=UTF-8"]),
        (None, ["is no Content-Type; expected Application/Octet-stream;charset=UTF-8"]),
    ],
)
def test_the_media_type_of_a_recording_is_compared(content_type: str | None, differences: list[str]) -> None:
    check = ContractCheck()
    headers = (("Content-Type", content_type),) if content_type else ()
    check.check(ask.Ask(DOWNLOAD + "?locationId=1"), Reply(200, headers, b"RIFF\0\0\0\0WAVE"))
    assert [(each.member, each.what) for each in check.differences] == [
        ("Content-Type", what) for what in differences
    ]


def test_a_failed_download_needs_the_newer_members_and_may_have_the_older_ones() -> None:
    check = ContractCheck()
    body = {"resultCode": 7, "response": {"version": "2.0", "resultCode": "0300011", "more": 1}}
    check.check(ask.Ask(DOWNLOAD), Reply(200, (), json.dumps(body).encode()))
    assert {(each.member, each.what) for each in check.differences} == {
        ("resultDesc", "is missing; it is mandatory"),
        ("resultData", "is missing; it is mandatory"),
        ("resultCode", "is an integer; expected a string"),
        ("response.resultMsg", "is missing; it is mandatory"),
        ("response.more", "is in no table of the vendor's"),
    }
