"""Forms of IDs and paths in records; none is shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from oifde_simulator.drift.calls import Call, wall_clock
from oifde_simulator.drift.judgement import Judgement, confirmed, refuted, unclear
from oifde_simulator.drift.registry import probe
from oifde_simulator.drift.survey import Survey

NEAR = 60_000
"""Milliseconds by which a time inside an ID may differ from startTime; the example's do by half a second."""
UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
CALL_ID = re.compile(r"([0-9]{13})[0-9a-f]{24}")
FLOW = re.compile(r"[0-9]{9}([0-9]{14})[0-9]{3}(.+)")
RECORDING = re.compile(r"[A-Z]:/[0-9]+/odfsrecord/([0-9]{8})/([0-9]{10})-([0-9]+)\.wav")
NAME_DIGITS = (14, 26)
"""Digits behind the dash: of the example, and of generated sessions."""
UTC, UTC8 = timedelta(0), timedelta(hours=8)


async def _all(survey: Survey, member: str, fits: Callable[[Call], bool | None], form: str) -> Judgement:
    """Check that every record has the form; `fits` is None for one that does not tell."""
    verdicts = [verdict for call in await survey.calls() if (verdict := fits(call)) is not None]
    if not verdicts:
        return unclear(f"no record has a {member}")
    good = sum(verdicts)
    if good == len(verdicts):
        return confirmed(f"{good} of {good} are {form}")
    return refuted(f"{len(verdicts) - good} of {len(verdicts)} are not {form}")


@probe("call-id", "the form of callId, and its digits held against startTime")
async def call_id(survey: Survey) -> Judgement:
    """Check that a callId is its call's start and 24 hex digits."""
    return await _all(survey, "callId", _call_id, "13 digits near startTime and 24 hex digits")


def _call_id(call: Call) -> bool | None:
    text, start = call.text("callId"), call.instant("startTime")
    if text is None or start is None:
        return None
    found = CALL_ID.fullmatch(text)
    return found is not None and abs(int(found[1]) - start) <= NEAR


@probe("log-id", "the form of logId")
async def log_id(survey: Survey) -> Judgement:
    """Check that a logId has the form of a UUID."""
    return await _all(survey, "logId", _log_id, "UUIDs")


def _log_id(call: Call) -> bool | None:
    text = call.text("logId")
    return None if text is None else UUID.fullmatch(text) is not None


@probe("flow-instance", "the form of flowInstId, held against startTime and callId")
async def flow_instance(survey: Survey) -> Judgement:
    """Check that a flowInstId is nine digits, the start in UTC+8, and the callId."""
    return await _all(survey, "flowInstId", _flow, "nine digits, startTime in UTC+8, callId")


def _flow(call: Call) -> bool | None:
    text, start = call.text("flowInstId"), call.instant("startTime")
    if text is None or start is None:
        return None
    found = FLOW.fullmatch(text)
    return found is not None and found[2] == call.text("callId") and _near(found[1], start)


def _near(digits: str, start: int) -> bool:
    """Check that yyyyMMddHHmmss in UTC+8 is about the start."""
    moments = (wall_clock(start + shift, UTC8) for shift in range(-NEAR, NEAR + 1, 1000))
    return any(f"{moment:%Y%m%d%H%M%S}" == digits for moment in moments)


@probe("recording", "the form of recordFileName; drive and VDN may be others")
async def recording(survey: Survey) -> Judgement:
    """Check where recordings lie, as far as form and time go."""
    return await _all(survey, "recordFileName", _recording, "DRIVE:/VDN/odfsrecord/DAY/SECONDS-DIGITS.wav")


def _recording(call: Call) -> bool | None:
    name = call.recording
    return None if name in (None, "", "null") else RECORDING.fullmatch(str(name)) is not None


@probe("recording-name", "the digits of the name: how many, and held against startTime")
async def recording_name(survey: Survey) -> Judgement:
    """Check that the name of a recording is the start in seconds, and 26 digits, or 14 as in the example."""
    return await _all(survey, "recordFileName", _name, "startTime in seconds, a dash, 14 or 26 digits")


def _name(call: Call) -> bool | None:
    found, start = RECORDING.fullmatch(call.recording or ""), call.instant("startTime")
    if found is None or start is None:
        return None
    return len(found[3]) in NAME_DIGITS and abs(int(found[2]) * 1000 - start) <= NEAR


@probe("recording-day", "the folder of a recording whose UTC day and UTC+8 day differ")
async def recording_day(survey: Survey) -> Judgement:
    """Check which day names the folder of a recording."""
    days = [day for call in await survey.calls() if (day := _day(call))]
    if "UTC+8" in days or "another" in days:
        which = "the day in UTC+8" if set(days) == {"UTC+8"} else "not always the day in UTC"
        return refuted(which)
    return confirmed("the day in UTC") if days else unclear("no recording was made from 16:00 to 24:00 UTC")


def _day(call: Call) -> str:
    """Say whose day names the folder; empty where the days are the same, or nothing is known."""
    found, start = RECORDING.fullmatch(call.recording or ""), call.instant("startTime")
    if found is None or start is None:
        return ""
    here, there = (f"{wall_clock(start, offset):%Y%m%d}" for offset in (UTC, UTC8))
    if here == there:
        return "" if found[1] == here else "another"
    return {here: "UTC", there: "UTC+8"}.get(found[1], "another")
