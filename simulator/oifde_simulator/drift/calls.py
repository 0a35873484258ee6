"""Call sessions of an answer, as probes read them: nothing in them need be as documented."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import cached_property
from typing import Any

from oifde_simulator.vendor_client import Reply

MILLISECONDS = range(10**11, 10**14)
"""Epoch milliseconds from 1973 to 5138."""
SECONDS = range(10**8, 10**11)


@dataclass(frozen=True)
class Call:
    """One record of an answer."""

    record: Mapping[str, Any]

    def text(self, name: str) -> str | None:
        """Get a member that is a text with something in it."""
        value = self.record.get(name)
        return value if isinstance(value, str) and value else None

    def instant(self, name: str) -> int | None:
        """Get a time in epoch milliseconds; None for what is no time."""
        value = self.record.get(name)
        if type(value) is not int:
            return None
        if value in MILLISECONDS:
            return value
        return value * 1000 if value in SECONDS else None

    def items(self, name: str) -> list[Mapping[str, Any]]:
        """Get the objects of a list."""
        value = self.record.get(name)
        return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []

    @cached_property
    def files(self) -> Mapping[str, Any]:
        """Members of businessInfoStr; none where it is no JSON object."""
        try:
            found = json.loads(self.text("businessInfoStr") or "")
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def recording(self) -> str | None:
        """recordFileName."""
        name = self.files.get("recordFileName")
        return name if isinstance(name, str) else None


def calls(reply: Reply) -> Sequence[Call]:
    """List the sessions of a good answer."""
    found = reply.fields.get("recordList")
    if not reply.succeeded or not isinstance(found, list):
        return ()
    return [Call(record) for record in found if isinstance(record, dict)]


def wall_clock(instant: int, offset: timedelta = timedelta(0)) -> datetime:
    """Tell the local time of epoch milliseconds, so long ahead of UTC."""
    return datetime.fromtimestamp(instant / 1000, UTC).astimezone(timezone(offset))


def request_time(instant: int, offset: timedelta = timedelta(0)) -> str:
    """Write a time as beginTime and endTime have it, to the second below."""
    return f"{wall_clock(instant - instant % 1000, offset):%Y-%m-%d %H:%M:%S}"
