"""Nothing of a target's data gets out: no token, secret, number, ID or word of a dialogue, in any output."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drifting import ACCOUNT, SECRET, USER, InProcess, asked
from flips import member
from oifde_simulator.drift.redaction import code_text, media_type, member_name, said
from oifde_simulator.drift.report.documents import report_json, report_junit
from oifde_simulator.drift.report.table import table
from oifde_simulator.drift.run import Result
from oifde_simulator.drift.settings import settings_text
from oifde_simulator.model.http import Request
from oifde_simulator.vendor_client import Reply

CTI = "cti-of-the-call"
DIALOGUE = ("my private words", "private", "Balance", "a private reply")
CHARACTERS = "aZ0_-./; =äß中\n\0"
Talk = Callable[[Reply, str], Reply]


def outputs(result: Result) -> str:
    """Join all that a run can show or write."""
    return "\n".join(
        [
            table(result, insecure=True),
            report_json(result),
            report_junit(result),
            settings_text(result.findings),
        ]
    )


def first_record(reply: Reply, **changes: object) -> Reply:
    records = reply.fields.get("recordList")
    if not records:
        return reply
    return member(reply, recordList=[{**records[0], **changes}, *records[1:]])


TALKATIVE: dict[str, Talk] = {
    "errorMsg": lambda reply, text: member(reply, errorMsg=text),
    "errorCode as text": lambda reply, text: member(reply, errorCode=text),
    "errorCode": lambda reply, text: member(reply, errorCode=int(text)) if text.isdecimal() else reply,
    "a member": lambda reply, text: member(reply, **{text: 1}),
    "a value of another member": lambda reply, text: member(reply, more=text),
    "a member of a record": lambda reply, text: first_record(reply, **{text: 1}),
    "another type": lambda reply, text: first_record(reply, recordDetials=text, startTime=text),
    "codes": lambda reply, text: first_record(
        reply, dialogType=text, qaRecords=[{"questionType": text}], recordDetials=[{"userSaying": text}]
    ),
    "a recording": lambda reply, text: first_record(
        reply, businessInfoStr=json.dumps({"recordFileName": text})
    ),
    "total": lambda reply, text: member(reply, total=text),
    "no JSON": lambda reply, text: replace(reply, body=f"<html>{text}".encode()),
    "a header": lambda reply, text: replace(reply, headers=(*reply.headers, ("X-Trace", text))),
    "name of a header": lambda reply, text: replace(reply, headers=(*reply.headers, (text, "1"))),
    "Content-Type": lambda reply, text: replace(reply, headers=(("Content-Type", text),)),
    "expireTime": lambda reply, text: member(reply, expireTime=text),
}
"""Places in which a service may repeat what it should keep to itself."""


class Talker:
    """A target that repeats everything it knows, a text at a time."""

    def __init__(self, talk: Talk) -> None:
        self.known = [SECRET, USER, CTI, *DIALOGUE]
        self._talk = talk
        self._turn = 0

    def __call__(self, _request: Request, reply: Reply) -> Reply:
        token = reply.fields.get("authToken")
        if isinstance(token, str) and token:
            self.known.append(token)
        self._turn += 1
        if self._turn == 1:  # the first token is good, or the run would end
            return reply
        return self._talk(reply, self.known[self._turn % len(self.known)])


@pytest.mark.parametrize("talk", TALKATIVE.values(), ids=TALKATIVE)
async def test_what_a_target_repeats_is_not_repeated(talk: Talk) -> None:
    talker = Talker(talk)
    text = outputs(await asked(InProcess(turn=talker), account=ACCOUNT))
    assert [each for each in talker.known if each in text] == []


async def test_an_honest_run_says_nothing_of_its_data() -> None:
    talker = Talker(lambda reply, _: reply)
    result = await asked(InProcess(turn=talker), account=ACCOUNT)
    assert result.has_learnt
    assert [each for each in talker.known if each in outputs(result)] == []


@given(st.text(CHARACTERS))
def test_a_name_is_shown_only_if_it_is_one(name: str) -> None:
    shown = member_name(name, {"private"})
    assert shown == name or shown == f"(a name of {len(name)} characters)"
    assert shown.isascii()
    assert len(shown) < 60
    assert member_name("private", {"private"}) != "private"


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (0, "0"), (200800001, "200800001"), (int(USER), "(an integer)"), (None, "null"),
        (True, "(a boolean)"), ("900001", "(a string)"), ([1], "(an array)"), ({}, "(an object)"),
        (1.5, "(a number)"),
    ],
)  # fmt: skip
def test_a_code_is_shown_only_if_it_can_be_one(code: object, text: str) -> None:
    assert code_text(code) == text


@given(st.text(CHARACTERS))
def test_a_media_type_is_shown_only_if_it_is_a_common_one(text: str) -> None:
    assert media_type(text) in ("another Content-Type", text)


@given(st.integers(100, 599), st.binary())
def test_an_answer_is_described_whatever_it_is(status: int, body: bytes) -> None:
    assert said(Reply(status, (), body)).startswith(f"HTTP {status}, ")
