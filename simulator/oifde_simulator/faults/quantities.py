"""Durations, sizes and shares as faults write them, read from a scenario's values.

Rule: a reader returns None for a malformed text; bounds are checked by the schema and by the parser.
"""

from __future__ import annotations

import re

DURATION = r"[0-9]{1,7}(\.[0-9]{1,6})?(ms|s|m|h)"
SIZE = r"[0-9]{1,7}(KiB|MiB)"
SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
BYTES = {"KiB": 1 << 10, "MiB": 1 << 20}


def seconds(duration: str) -> float | None:
    """Read seconds from a duration with its unit."""
    parts = re.fullmatch(DURATION, duration, re.ASCII)
    return float(duration.removesuffix(parts[2])) * SECONDS[parts[2]] if parts else None


def byte_count(given: int | str) -> int | None:
    """Read bytes from a number or a size with its unit."""
    if not isinstance(given, str):
        return int(given)
    parts = re.fullmatch(SIZE, given, re.ASCII)
    return int(given.removesuffix(parts[1])) * BYTES[parts[1]] if parts else None


def share_or_bytes(given: float | str) -> float | None:
    """Read a share, which stays a float from 0 to 1, or bytes, which become an integer."""
    if isinstance(given, float):
        return given if 0 <= given <= 1 else None
    return byte_count(given)
