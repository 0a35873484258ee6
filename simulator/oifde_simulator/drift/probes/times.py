"""How beginTime and endTime are read: zone, bounds, and the time of a record that they are held against."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from oifde_simulator.drift.calls import Call, calls, request_time
from oifde_simulator.drift.judgement import Judgement, NotProbed, confirmed, refuted, unclear
from oifde_simulator.drift.registry import probe
from oifde_simulator.drift.survey import Survey, is_refused

MINUTE, SECOND = 60_000, 1000
QUARTER = timedelta(minutes=15)
LIKELY = (timedelta(0), timedelta(hours=8))
"""Offsets from UTC that the vendor's documents suggest."""
WEST, EAST = timedelta(hours=-12), timedelta(hours=14)
"""Offsets that there are on earth."""


class Known(NamedTuple):
    """A session by which times are probed."""

    call_id: str
    start: int
    end: int
    """Latest time of the record."""
    call: Call


async def _known(survey: Survey) -> Known:
    """Choose the shortest session, since all its times are near one another."""
    found = [known for call in await survey.calls() if (known := _timed(call))]
    if not found:
        raise NotProbed("no session has a callId and a startTime")
    return min(found, key=lambda known: (known.end - known.start < 3 * SECOND, known.end - known.start))


def _timed(call: Call) -> Known | None:
    call_id, start = call.text("callId"), call.instant("startTime")
    if call_id is None or start is None:
        return None
    others = [call.instant(name) for name in ("endTime", "lastUpdateTime")]
    return Known(call_id, start, max([start, *(time for time in others if time is not None)]), call)


async def _found(survey: Survey, known: Known, begin: int, end: int, offset: timedelta) -> bool:
    """Check that a session is found between two instants, written as local times."""
    reply = await survey.query(beginTime=request_time(begin, offset), endTime=request_time(end, offset))
    if is_refused(reply):
        raise NotProbed("queries with beginTime and endTime are refused")
    return any(call.text("callId") == known.call_id for call in calls(reply))


async def _around(survey: Survey, known: Known, least: timedelta, most: timedelta) -> bool:
    """Check that a session is found if the zone is one of those from `least` to `most` ahead of UTC."""
    return await _found(
        survey, known, known.start - MINUTE + _milli(least), known.end + MINUTE + _milli(most), timedelta(0)
    )


def _milli(offset: timedelta) -> int:
    return int(offset / timedelta(milliseconds=1))


async def offset_of(survey: Survey) -> timedelta | None:
    """Find how far the zone of the times is ahead of UTC; None where it cannot be told."""
    known = await _known(survey)
    if await _found(
        survey, known, known.start - 400 * 86_400_000, known.start - 200 * 86_400_000, timedelta(0)
    ):
        raise NotProbed("beginTime and endTime do not matter: a call is found half a year away from its time")
    for likely in LIKELY:
        if await _around(survey, known, likely, likely):
            return likely
    if not await _around(survey, known, WEST, EAST):
        return None
    return await _bisected(survey, known, _offsets(WEST, EAST))


def _offsets(least: timedelta, most: timedelta) -> Sequence[timedelta]:
    return [least + QUARTER * step for step in range(int((most - least) / QUARTER) + 1)]


async def _bisected(survey: Survey, known: Known, offsets: Sequence[timedelta]) -> timedelta:
    while len(offsets) > 1:
        half = offsets[: len(offsets) // 2]
        inside = await _around(survey, known, half[0], half[-1])
        offsets = half if inside else offsets[len(half) :]
    return offsets[0]


@probe("time-zone", "queries around one known call, in UTC, in UTC+8, then by halves of the day")
async def time_zone(survey: Survey) -> Judgement:
    """Check that times are read in UTC."""
    offset = await offset_of(survey)
    if offset is None:
        return unclear("the call is found in no zone from UTC-12 to UTC+14")
    if not offset:
        return confirmed("a call is found around its startTime in UTC")
    minutes = round(offset / timedelta(minutes=1))
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    written = f"{sign}{hours:02d}:{rest:02d}"
    return refuted(f"a call is found around its startTime in UTC{written}", time_zone=written)


@probe("time-bounds", "a query whose beginTime and endTime are the startTime of one call")
async def time_bounds(survey: Survey) -> Judgement:
    """Check that startTime is compared, and that both bounds are inside."""
    known, offset = await _known(survey), await offset_of(survey)
    if offset is None:
        raise NotProbed("the time zone is not known")
    exact = known.start
    if await _found(survey, known, exact, exact, offset):
        return await _at_start(survey, known, offset)
    if await _found(survey, known, exact - SECOND, exact + SECOND, offset):
        begin = await _found(survey, known, exact, exact + SECOND, offset)
        end = await _found(survey, known, exact - SECOND, exact, offset)
        return _outside(begin, end)
    return await _another_time(survey, known, offset)


async def _at_start(survey: Survey, known: Known, offset: timedelta) -> Judgement:
    """Tell a comparison of startTime from one of any time within the call."""
    if known.end - known.start < 3 * SECOND:
        return confirmed("startTime is inside both bounds; its session is too short to tell more")
    later = known.start - known.start % SECOND + SECOND
    if await _found(survey, known, later, known.end + SECOND, offset):
        return refuted("a call is found by times after its startTime", time_bounds={"field": "overlap"})
    return confirmed("startTime is compared, and both bounds are inside")


def _outside(begin: bool, end: bool) -> Judgement:
    """Say which bound is outside; `begin` and `end` tell whether startTime is found as this bound alone."""
    if begin and end:
        return refuted("each bound may be the startTime, but not both")
    which = "end" if begin else "begin" if end else "both"
    seen = {"end": "endTime is outside, or its second is not whole", "begin": "beginTime is outside"}
    bounds = {name: "exclusive" for name in ("begin", "end") if which in (name, "both")}
    return refuted(seen.get(which, "both bounds are outside"), time_bounds=bounds)


async def _another_time(survey: Survey, known: Known, offset: timedelta) -> Judgement:
    for name in ("endTime", "lastUpdateTime"):
        instant = known.call.instant(name)
        if instant is not None and await _found(survey, known, instant - SECOND, instant + SECOND, offset):
            return refuted(f"{name} is compared, not startTime", time_bounds={"field": name})
    return unclear("the call is found by none of its times to the second")
