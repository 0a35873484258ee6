"""Instants and time zones written as text. Standard library only.

An instant is epoch milliseconds, UTC, from 1970 on. A reader answers None for a text that it cannot read;
the function of the same name with `_error` then says why, with the likely fix.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from oifde_simulator.text import did_you_mean, shown

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{3})?)?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
OFFSET = re.compile(r"([+-])([0-9]{2}):([0-5][0-9])")
LOOSE_OFFSET = re.compile(r"(?:UTC|GMT)? ?([+-])([0-9]{1,2}):?([0-5][0-9])?", re.IGNORECASE)
FARTHEST_OFFSET = 14
"""Hours from UTC of the easternmost time zone, Pacific/Kiritimati."""
LOCAL_ZONES = {"localtime", "posixrules", "Factory"}
"""Zone files whose content depends on the machine."""


def iso(instant: int) -> str:
    """Write an instant in ISO 8601, UTC, to the millisecond: `2026-01-01T00:00:00.000Z`."""
    seconds, milliseconds = divmod(instant, 1000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{milliseconds:03d}Z"


def epoch_milliseconds(text: str) -> int | None:
    """Read any ISO 8601 date or time, as UTC without an offset; None for other text."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - EPOCH) // timedelta(milliseconds=1)


def instant(text: str) -> int | None:
    """Read an ISO 8601 instant that has an offset, from 1970 on; None for other text."""
    shape = INSTANT.fullmatch(text)
    moment = epoch_milliseconds(text) if shape and shape[1] else None
    return moment if moment is not None and moment >= 0 else None


def instant_error(text: str, expected: str = 'an instant such as "2026-01-01T00:00:00Z"') -> str:
    """Say why `instant` cannot read a text; empty when it can. `expected` names the accepted forms."""
    if instant(text) is not None:
        return ""
    shape = INSTANT.fullmatch(text)
    if shape and not shape[1] and epoch_milliseconds(text) is not None:
        return f'{shown(text)} names no offset from UTC; if it is UTC, write "{text}Z"'
    if not text.isdigit() and (stamp := epoch_milliseconds(text)) is not None and stamp >= 0:
        return f'{shown(text)} is no instant with time and offset; if it is UTC, write "{iso(stamp)[:-5]}Z"'
    if shape and shape[1] and epoch_milliseconds(text) is not None:
        return f'{shown(text)} is no instant from 1970 on; write "1970-01-01T00:00:00Z" or later'
    if text.isascii() and text.isdigit() and len(text) <= 13:
        return f'{shown(text)} is no instant; write that instant as "{iso(int(text))}"'
    return f"{shown(text)} is no instant; expected {expected}"


def time_zone(text: str) -> tzinfo | None:
    """Read `UTC`, an offset such as `+08:00`, or a name of the IANA database; None for other text."""
    if text == "UTC":
        return UTC
    if offset := OFFSET.fullmatch(text):
        return _fixed(*offset.groups())
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # slow to import, and most scenarios are in UTC

    try:
        return None if text in LOCAL_ZONES else ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _fixed(sign: str, hours: str, minutes: str) -> tzinfo | None:
    east = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(east if sign == "+" else -east) if east <= timedelta(hours=FARTHEST_OFFSET) else None


def time_zone_error(text: str) -> str:
    """Say why `time_zone` cannot read a text; empty when it can."""
    if time_zone(text):
        return ""
    from zoneinfo import available_timezones

    loose = LOOSE_OFFSET.fullmatch(text)
    if loose and int(loose[2]) <= FARTHEST_OFFSET:
        offset = f"{loose[1]}{int(loose[2]):02}:{loose[3] or '00'}"
        return f'unknown time zone {shown(text)}; did you mean "{offset}"?'
    abbreviation = text.isupper() and len(text) < 5  # such as CST, which is of several zones
    hint = "" if abbreviation else did_you_mean(text, sorted(available_timezones() - LOCAL_ZONES))
    expected = '; expected "UTC", a name such as "Asia/Shanghai" or an offset such as "+08:00"'
    return f"unknown time zone {shown(text)}{hint or expected}"
