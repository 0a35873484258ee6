"""Times of a record and in its IDs and paths: kept, or all moved by the same span."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

NEAR = 2 * 86_400_000
"""Milliseconds from the start of a call within which digits in its IDs are taken for its time."""
STAMP = "%Y%m%d%H%M%S"
EAST = 8 * 3_600_000  # vendor facts: flowInstId shows local time in UTC+8


class CallTimes:
    """The times of one call; digits that are no time near its start are not recognised."""

    def __init__(self, start: object, shift: int) -> None:
        """Take the startTime of a record as it is, and milliseconds to move by."""
        self._start = start if isinstance(start, int) and 0 < start < 10**13 else None
        self.shift = shift

    def move(self, value: Any) -> Any:
        """Move epoch milliseconds, a number or digits; None for what is no such time."""
        digits = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
        if not re.fullmatch("[0-9]{12,13}", digits):
            return None
        moved = int(digits) + self.shift
        if not 0 <= moved < 10**13:
            return None
        return f"{moved:0{len(digits)}d}" if isinstance(value, str) else moved

    def milliseconds(self, digits: str) -> str | None:
        """Move 13 digits of epoch milliseconds; None if they are no time of this call."""
        return f"{int(digits) + self.shift:013d}" if self._is_near(int(digits)) else None

    def seconds(self, digits: str, day: str | None = None) -> str | None:
        """Move 10 digits of epoch seconds; None if they are near neither this call nor `day`, yyyyMMdd."""
        moment = int(digits) * 1000
        midnight = _read(day, "%Y%m%d") if day else None
        near = midnight is not None and abs(moment - midnight) <= NEAR
        if not near and not self._is_near(moment):
            return None
        return f"{max(0, moment + self.shift) // 1000:010d}"

    def local_stamp(self, digits: str) -> str | None:
        """Move `yyyyMMddHHmmssSSS` in UTC+8; None if it is no time of this call."""
        moment = _read(digits[:14], STAMP)
        if moment is None or not self._is_near(moment - EAST):
            return None
        return f"{_utc((moment + self.shift) // 1000 * 1000):{STAMP}}{int(digits[14:]):03d}"

    def day(self, digits: str) -> str | None:
        """Move `yyyyMMdd` of this century as the day of the call moves; None if it is no such day."""
        moment = _read(digits, "%Y%m%d") if re.fullmatch("20[0-9]{6}", digits) else None
        if moment is None:
            return None
        start = self._start or moment
        days = _utc(start + self.shift).date() - _utc(start).date()
        return f"{_utc(moment) + timedelta(days=days.days):%Y%m%d}"

    def _is_near(self, moment: int) -> bool:
        if self._start is None or abs(moment - self._start) > NEAR:
            return False
        return 0 <= moment + self.shift < 10**13


def _utc(moment: int) -> datetime:
    return datetime.fromtimestamp(moment / 1000, UTC)


def _read(digits: str, form: str) -> int | None:
    try:
        return int(datetime.strptime(digits, form).replace(tzinfo=UTC).timestamp()) * 1000
    except ValueError:
        return None
