"""Quantities as people write them, read from text: ports, statuses, bytes, durations. Standard library only.

Each reader raises ValueError with what was expected and what was found.
"""

from __future__ import annotations

import re
from collections.abc import Callable

DURATION = re.compile(r"([0-9]{1,9})(ms|s|m|h)")
MILLISECONDS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000}


def port_number(text: str) -> int:
    """A TCP port, 0 for any free one."""
    return _within(text, 0, 65535, "a port from 0 to 65535 (0 picks a free one)")


def http_status(text: str) -> int:
    """An HTTP status that may answer a request."""
    return _within(text, 200, 599, "an HTTP status from 200 to 599")


def count(text: str) -> int:
    """How many, at least one."""
    return _within(text, 1, 999_999, "a whole number from 1 to 999999")


def bearer_token(text: str) -> str:
    """A token that can stand in an Authorization header."""
    if not re.fullmatch(r"[A-Za-z0-9._~+/=-]{8,256}", text, re.ASCII):
        # What was given is a secret, and is not repeated.
        raise ValueError("expected a token of 8 to 256 letters, digits and ._~+/=-")
    return text


def byte_count(text: str) -> int:
    """A number of bytes: `1048576`, `512KiB`, `1MiB`."""
    found = re.fullmatch(r"([0-9]{1,12})(|KiB|MiB|GiB)", text, re.ASCII)
    if found is None or int(found[1]) == 0:
        raise ValueError(f'expected a number of bytes such as 65536, 512KiB or 1MiB, found "{text}"')
    return int(found[1]) << {"": 0, "KiB": 10, "MiB": 20, "GiB": 30}[found[2]]


def duration(text: str) -> float:
    """Seconds, from a duration with its unit: `800ms`, `2s`, `5m`, `1h`."""
    found = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(ms|s|m|h)", text, re.ASCII)
    if found is None or float(found[1]) == 0:
        raise ValueError(f'expected a duration with its unit such as 800ms, 2s or 5m, found "{text}"')
    return float(found[1]) * {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}[found[2]]


def milliseconds(duration: str) -> int:
    """Milliseconds of a duration such as `800ms` or `2s`, already found good."""
    parts = DURATION.fullmatch(duration)
    if parts is None:
        raise ValueError(f'expected a duration with its unit such as 800ms or 2s, found "{duration}"')
    return int(parts[1]) * MILLISECONDS[parts[2]]


def pair(text: str) -> tuple[str, str]:
    """`ID=SCENARIO`."""
    left, equals, right = text.partition("=")
    if not (left and equals and right):
        raise ValueError(f'expected ID=SCENARIO such as acme=tenant001, found "{text}"')
    return left, right


def one_of(*names: str) -> Callable[[str], str]:
    """A reader of one of these words."""

    def read(text: str) -> str:
        if text not in names:
            raise ValueError(f'expected {" or ".join(names)}, found "{text}"')
        return text

    return read


def flag(text: str) -> bool:
    """Yes or no, from the environment."""
    if text.lower() in ("1", "true", "yes", "on"):
        return True
    if text.lower() in ("0", "false", "no", "off"):
        return False
    raise ValueError(f'expected true or false, found "{text}"')


def _within(text: str, low: int, high: int, what: str) -> int:
    if not re.fullmatch("[0-9]{1,6}", text, re.ASCII) or not low <= int(text) <= high:
        raise ValueError(f'expected {what}, found "{text}"')
    return int(text)
