"""Writes values into URLs: path segments, filter conditions and durations."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from oifde_simulator_client import durations
from oifde_simulator_client.errors import hides_frames

__tracebackhide__ = hides_frames  # pytest shows the line of the failing test only

Duration = str | float | timedelta
"""`"800ms"`, `"5s"`, `"2m"`, `"1h"`; a number of seconds; or a timedelta."""

Instant = str | datetime
"""`"2026-01-01T00:00:00Z"`, or a datetime with a time zone."""

SPELLINGS = {"error_code": "errorCode"}
"""Names of the control plane for keywords that differ from them."""


def path(*names: str) -> str:
    """Join names into a path, quoted."""
    return "".join(f"/{quote(name, safe='')}" for name in names)


def query_string(conditions: Mapping[str, Any]) -> str:
    """Write the query string of a filter with its `?`; leave out conditions that are None.

    True means present, False absent, a mapping is a JSON Schema, and any other value must be equal.
    """
    pairs = {
        SPELLINGS.get(name, name): _text(value) for name, value in conditions.items() if value is not None
    }
    return f"?{urlencode(pairs)}" if pairs else ""


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return format_instant(value)
    return value if isinstance(value, str) else json.dumps(value)


def format_instant(value: Instant) -> str:
    """Write an instant as the control plane reads it, to the millisecond below.

    Raises ValueError for a datetime without a time zone.
    """
    if isinstance(value, str):
        return value
    if value.utcoffset() is None:
        raise ValueError(
            f"expected a datetime with a time zone, found {value!r} without; if it is UTC, give it tzinfo=UTC"
        )
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def format_duration(value: Duration) -> str:
    """Write a duration as the control plane reads it."""
    return value if isinstance(value, str) else f"{seconds(value):.6f}".rstrip("0").rstrip(".") + "s"


def seconds(value: Duration) -> float:
    """Convert a duration to seconds. Raises ValueError for a string that is no duration."""
    if isinstance(value, timedelta):
        return value.total_seconds()
    if not isinstance(value, str):
        return float(value)
    try:
        return durations.seconds(value)
    except ValueError:
        raise ValueError(f'expected a duration such as "800ms", "5s" or "2m", found "{value}"') from None
