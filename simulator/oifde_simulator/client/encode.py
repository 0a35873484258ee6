"""What goes into a URL: names of tenants, conditions of a filter, durations."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

from oifde_simulator import quantities
from oifde_simulator.client.errors import told

__tracebackhide__ = told  # a failing test shows its own line

Duration = str | float | timedelta
"""`"800ms"`, `"5s"`, `"2m"`, `"1h"`; a number of seconds; or a timedelta."""

SPELLINGS = {"error_code": "errorCode"}


def place(*names: str) -> str:
    """A path of these names."""
    return "".join(f"/{quote(name, safe='')}" for name in names)


def query(conditions: Mapping[str, Any]) -> str:
    """The query string of a filter, with its `?`; what is None is left out.

    True is present, False is absent, a mapping is a JSON Schema, all else is equal.
    """
    pairs = {
        SPELLINGS.get(name, name): _text(value) for name, value in conditions.items() if value is not None
    }
    return f"?{urlencode(pairs)}" if pairs else ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def duration(value: Duration) -> str:
    """A duration as the control plane reads it."""
    return value if isinstance(value, str) else f"{seconds(value):.6f}".rstrip("0").rstrip(".") + "s"


def seconds(value: Duration) -> float:
    """A duration in seconds. Raises ValueError for a text that is none."""
    if isinstance(value, timedelta):
        return value.total_seconds()
    if not isinstance(value, str):
        return float(value)
    try:
        return quantities.seconds(value)
    except ValueError:
        raise ValueError(f'expected a duration such as "800ms", "5s" or "2m", found "{value}"') from None
