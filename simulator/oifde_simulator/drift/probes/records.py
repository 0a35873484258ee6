"""What is in a record: which members, which are null, which codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from oifde_simulator.drift.calls import Call
from oifde_simulator.drift.judgement import Judgement, confirmed, judge, refuted, unclear
from oifde_simulator.drift.registry import probe
from oifde_simulator.drift.survey import Survey
from oifde_simulator.oifde import contract

TIMES = ("startTime", "endTime", "lastUpdateTime")
ABSENT = ("dialogType", "callData", "locationId", "flag")
"""Optional members that are not there where they have no value."""
QUESTION_TYPES = ("1", "2", "3")
DIALOG_TYPES = ("1", "2", "3", "4")
CHAT = "3"


@probe("epoch-milliseconds", "the times of the records")
async def epoch_milliseconds(survey: Survey) -> Judgement:
    """Check that times are epoch milliseconds."""
    values = [call.record[name] for call in await survey.calls() for name in TIMES if name in call.record]
    if not values:
        return unclear("no record has a time")
    good = all(type(value) is int and 10**11 <= value < 10**14 for value in values)
    return confirmed("all times are") if good else refuted("some times are no epoch milliseconds")


@probe("key-present", "which members the records have, and which are null")
async def key_present(survey: Survey) -> Judgement:
    """Check which members are there without a value, and which are not."""
    found = await survey.calls()
    mandatory = contract.document()["components"]["schemas"]["Record"]["required"]
    lacking = [name for name in (*mandatory, "ctiCallId") if any(name not in c.record for c in found)]
    hollow = [name for name in ABSENT if any(c.record.get(name, ...) in (None, "") for c in found)]
    differences = [f"{name} is not always there" for name in lacking]
    differences += [f"{name} is there without a value" for name in hollow]
    return judge(differences, "mandatory members and ctiCallId are always there, others only with a value")


async def _turns(survey: Survey) -> Sequence[Mapping[str, Any]]:
    return [turn for call in await survey.calls() for turn in call.items("recordDetials")]


@probe("null-speech", "userSaying and intention of the records")
async def null_speech(survey: Survey) -> Judgement:
    """Check that userSaying and intention may be null."""
    turns = await _turns(survey)
    null = [name for name in ("userSaying", "intention") if any(t.get(name, ...) is None for t in turns)]
    if len(null) == 2:
        return confirmed("both are null in some turn")
    return unclear(f"{null[0]} is null in some turn" if null else f"neither is null in {len(turns)} turns")


@probe("blank-turn", "turns of the records without speech or intention")
async def blank_turn(survey: Survey) -> Judgement:
    """Check that what a turn did not have is empty in userSaying and null in intention."""
    turns = await _turns(survey)
    blank = [(name, t[name]) for t in turns for name in ("userSaying", "intention") if not t.get(name, ...)]
    if not blank:
        return unclear("no turn lacks speech or intention")
    differences = []
    if ("userSaying", None) in blank:
        differences.append("userSaying is null where nothing is said")
    if ("intention", "") in blank:
        differences.append('intention is "" where there is none')
    return judge(differences, 'userSaying is "" or intention null, where there is none')


@probe("derived-empty", "records without turns or answers, and callingNumber")
async def derived_empty(survey: Survey) -> Judgement:
    """Check that lists are empty, not null, where nothing is there."""
    found = await survey.calls()
    lists = [
        (name, c.record[name]) for c in found for name in ("recordDetials", "qaRecords") if name in c.record
    ]
    null = dict.fromkeys(name for name, value in lists if value is None)
    differences = [f"{name} is null" for name in null]
    if any(call.record.get("ctiCallId") == "" for call in found):
        differences.append('ctiCallId is ""')
    if any(call.record.get("callingNumber") != call.record.get("callSorId") for call in found):
        differences.append("callingNumber is not always callSorId")
    if not differences and all(value != [] for _, value in lists):
        return unclear("every record has turns and answers")
    return judge(differences, "lists without anything are [], and callingNumber is callSorId")


@probe("derived-times", "endTime and lastUpdateTime of the records")
async def derived_times(survey: Survey) -> Judgement:
    """Check that lastUpdateTime is endTime."""
    times = [(call.instant("endTime"), call.instant("lastUpdateTime")) for call in await survey.calls()]
    both = [(end, update) for end, update in times if end is not None and update is not None]
    if not both:
        return unclear("no record has both times")
    good = all(end == update for end, update in both)
    return confirmed("they are the same") if good else refuted("lastUpdateTime is not always endTime")


@probe("user-number", "a query by the callSorId of a record, or the records that userMobile finds")
async def user_number(survey: Survey) -> Judgement:
    """Check that userMobile finds callSorId."""
    selector = await survey.selector()
    found = await survey.calls()
    user = selector.get("userMobile")
    if user is None:
        return refuted("a query by the callSorId of the known call does not find it")
    calling = [call.text("callingNumber") for call in found]
    sources = [call.text("callSorId") for call in found]
    if any("*" in str(number) for number in (*calling, *sources)):
        return unclear("numbers are masked")
    if all(number == user for number in sources):
        return confirmed("userMobile finds callSorId") if calling != sources else unclear(SAME_NUMBERS)
    by_calling = all(number == user for number in calling)
    return refuted("userMobile finds callingNumber" if by_calling else "userMobile finds another number")


SAME_NUMBERS = "callSorId is the number asked for, and so is callingNumber in every record"


@probe("question-type", "questionType of the records, which is not shown")
async def question_type(survey: Survey) -> Judgement:
    """Check that questionType has no other codes than the guessed ones."""
    answers = [answer for call in await survey.calls() for answer in call.items("qaRecords")]
    codes = [answer["questionType"] for answer in answers if answer.get("questionType") is not None]
    if any(code not in QUESTION_TYPES for code in codes):
        return refuted("there are other codes than 1, 2 and 3")
    return unclear(
        "codes are 1, 2 or 3; a person has to read what they mean" if codes else "there is no code"
    )


@probe("dialog-types", "dialogType of the records")
async def dialog_types(survey: Survey) -> Judgement:
    """Check that dialogType has no other codes than the inferred ones."""
    codes = [c.record["dialogType"] for c in await survey.calls() if c.record.get("dialogType") is not None]
    if any(code not in DIALOG_TYPES for code in codes):
        return refuted('there are other codes than "1" to "4"')
    return unclear(
        'codes are "1" to "4"; a person has to say what they mean' if codes else "there is no code"
    )


@probe("chat-recording", "recordFileName of a record with dialogType 3")
async def chat_recording(survey: Survey) -> Judgement:
    """Check that the recording of a chat is called null."""
    names = [_recording(call) for call in await survey.calls() if call.record.get("dialogType") == CHAT]
    if not names:
        return unclear("no record is one of a chat")
    if all(name == "null" for name in names):
        return confirmed("it is the four letters null")
    return refuted("it is not always the four letters null")


def _recording(call: Call) -> str | None:
    return call.recording
