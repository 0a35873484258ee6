"""Instants, time zones and durations as scenario files write them; each parser is None for what it is not."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, timedelta, timezone, tzinfo

from oifde_simulator.clock import iso
from oifde_simulator.quantities import DURATION, MILLISECONDS
from oifde_simulator.scenario.yaml.scalars import epoch_milliseconds
from oifde_simulator.text import did_you_mean, shown

OFFSET = re.compile(r"([+-])([0-9]{2}):([0-5][0-9])")
LOOSE_OFFSET = re.compile(r"(?:UTC|GMT)? ?([+-])([0-9]{1,2}):?([0-5][0-9])?", re.IGNORECASE)
INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{3})?)?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
LONGEST_LIFETIME = 2**31 - 1
"""Seconds; `expireTime` is an int."""
MACHINES_OWN = {"localtime", "posixrules", "Factory"}
"""Zone files that say something else on each machine."""


def time_zone(text: str) -> tzinfo | None:
    """`UTC`, an offset such as `+08:00`, or a name of the IANA database such as `Asia/Shanghai`."""
    if text == "UTC":
        return UTC
    if offset := OFFSET.fullmatch(text):
        return _fixed(*offset.groups())
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # slow to import, and most scenarios are in UTC

    try:
        return None if text in MACHINES_OWN else ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _fixed(sign: str, hours: str, minutes: str) -> tzinfo | None:
    east = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(east if sign == "+" else -east) if east <= timedelta(hours=14) else None


def instant(text: str) -> int | None:
    """Epoch milliseconds of an ISO 8601 instant that names its offset, from 1970 on."""
    shape = INSTANT.fullmatch(text)
    moment = epoch_milliseconds(text) if shape and shape[1] else None
    return moment if moment is not None and moment >= 0 else None


def seconds(lifetime: int | str) -> int | None:
    """Whole seconds of a lifetime: an integer of seconds, or a duration such as `90s`."""
    if not isinstance(lifetime, str):
        return int(lifetime)
    parts = DURATION.fullmatch(lifetime)
    whole, rest = divmod(int(parts[1]) * MILLISECONDS[parts[2]], 1000) if parts else (0, 0)
    return whole if 1 <= whole <= LONGEST_LIFETIME and not rest else None


def time_zone_complaint(text: str) -> str:
    """What is wrong with a time zone; empty when nothing is."""
    if time_zone(text):
        return ""
    from zoneinfo import available_timezones

    loose = LOOSE_OFFSET.fullmatch(text)
    if loose and int(loose[2]) <= 14:
        offset = f"{loose[1]}{int(loose[2]):02}:{loose[3] or '00'}"
        return f'unknown time zone {shown(text)}; did you mean "{offset}"?'
    hint = did_you_mean(text, sorted(available_timezones() - MACHINES_OWN))
    expected = '; expected "UTC", a name such as "Asia/Shanghai" or an offset such as "+08:00"'
    return f"unknown time zone {shown(text)}{hint or expected}"


def clock_complaint(text: str) -> str:
    """What is wrong with a clock; empty when nothing is."""
    if text == "now" or instant(text) is not None:
        return ""
    fix = 'expected now, or an instant such as "2026-01-01T00:00:00Z"'
    shape = INSTANT.fullmatch(text)
    if shape and not shape[1] and epoch_milliseconds(text) is not None:
        return f'{shown(text)} names no offset from UTC; if it is UTC, write "{text}Z"'
    if text.isascii() and text.isdigit() and len(text) <= 13:
        fix = f'write that instant as "{iso(int(text))}"'
    return f"{shown(text)} is no instant; {fix}"


def lifetime_complaint(text: str) -> str:
    """What is wrong with a lifetime written as text; empty when nothing is."""
    if seconds(text) is not None:
        return ""
    return (
        f"{shown(text)} is no lifetime of whole seconds, 1 to {LONGEST_LIFETIME}; write it as 3600, 90s or 2h"
    )


def tenant_id_complaint(text: str) -> str:
    """What is wrong with a tenant id; empty when nothing is."""
    if text.isprintable() and text.strip() == text:
        return ""
    return (
        f"the tenant id {shown(text)} has characters at its ends or inside that cannot be seen; remove them"
    )


Complaint = Callable[[str], str]
