"""Quantities written as text: durations, sizes, shares, ports, statuses. Standard library only.

One grammar each, wherever a person writes one: in a scenario, on the command line, in a request to the
control plane. The JSON documents in `schemas/` repeat the three patterns for editors; a test compares them.
Every reader raises ValueError that says what was expected and what was found. The client reads durations too,
so their grammar is there.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from oifde_simulator_client.durations import BILLION, EXPECTED, MILLISECONDS, billionths
from oifde_simulator_client.durations import DURATION as DURATION
from oifde_simulator_client.durations import seconds as seconds

SIZE = r"[0-9]{1,12}(KiB|MiB|GiB)?"
"""Regular expression of a number of bytes: `65536`, `512KiB`, `1MiB`."""
SHARE = r"(100(\.0{1,9})?|[0-9]{1,2}(\.[0-9]{1,9})?)%"
"""Regular expression of a share in percent, from `0%` to `100%`. The number 0.5 is a share, too."""

DOUBLINGS = {"": 0, "KiB": 10, "MiB": 20, "GiB": 30}
"""Binary exponent of each unit of a size."""


def duration(text: str) -> float:
    """Read a duration longer than zero, in seconds."""
    found = seconds(text)
    if not found:
        raise _nothing(text)
    return found


def milliseconds(text: str) -> int:
    """Read a duration of whole milliseconds, in milliseconds; `0s` is one."""
    expected = "a duration of whole milliseconds such as 800ms, 2s or 5m"
    whole, rest = divmod(billionths(text, expected), BILLION)
    if rest:
        raise _unexpected(expected, text)
    return whole


def duration_text(milliseconds: int) -> str:
    """Write milliseconds as a duration in the largest unit in which they are a whole number: `90s`, `2h`."""
    number, written = milliseconds, "ms"
    for unit, size in MILLISECONDS.items():
        if milliseconds % size == 0:
            number, written = milliseconds // size, unit
    return f"{number}{written}"


def seconds_text(milliseconds: int) -> str:
    """Write a time for people, to the millisecond, such as `19.997 s`."""
    return f"{milliseconds / 1000:.15g} s"


def milliseconds_up(text: str) -> int:
    """Read a duration longer than zero, in milliseconds, rounded up."""
    found = billionths(text, EXPECTED)
    if not found:
        raise _nothing(text)
    return -(-found // BILLION)


def whole_seconds(text: str) -> int:
    """Read a duration of whole seconds, in seconds; `0s` is one."""
    expected = "a duration of whole seconds such as 90s, 15m or 2h"
    whole, rest = divmod(billionths(text, expected), 1000 * BILLION)
    if rest:
        raise _unexpected(expected, text)
    return whole


def share(given: float | str) -> float:
    """Read a share from 0 to 1: a number, or a text in percent such as `50%`."""
    if isinstance(given, str):
        if re.fullmatch(SHARE, given, re.ASCII) is None:
            raise _unexpected("a share such as 0.5 or 50%", given)
        return float(given.removesuffix("%")) / 100
    if not 0 <= given <= 1:
        raise ValueError(f"expected a share from 0 to 1, found {given}")
    return float(given)


def size(given: int | str) -> int:
    """Read a number of bytes: a whole number, or a text such as `65536`, `512KiB` or `1MiB`."""
    if not isinstance(given, str):
        return given
    found = re.fullmatch(SIZE, given, re.ASCII)
    if found is None:
        raise _unexpected("a number of bytes such as 65536, 512KiB or 1MiB", given)
    unit = found[1] or ""
    return int(given.removesuffix(unit)) << DOUBLINGS[unit]


def byte_count(text: str) -> int:
    """Read a number of bytes, at least one."""
    found = size(text)
    if not found:
        raise _unexpected("a number of bytes such as 65536, 512KiB or 1MiB", text)
    return found


def port_number(text: str) -> int:
    """Read a TCP port; 0 stands for any free one."""
    return _within(text, 0, 65535, "a port from 0 to 65535 (0 picks a free one)")


def http_status(text: str) -> int:
    """Read the HTTP status of a final answer, 200 to 599."""
    return _within(text, 200, 599, "an HTTP status from 200 to 599")


def count(text: str) -> int:
    """Read a whole number from 1 to 999999."""
    return _within(text, 1, 999_999, "a whole number from 1 to 999999")


def worker_count(text: str) -> int:
    """Read a number of processes, from 1 to 64."""
    return _within(text, 1, 64, "a number of processes from 1 to 64")


def _within(text: str, low: int, high: int, expected: str) -> int:
    if not re.fullmatch("[0-9]{1,6}", text, re.ASCII) or not low <= int(text) <= high:
        raise _unexpected(expected, text)
    return int(text)


def trim(text: str, dropped: str | None = None) -> str:
    """Drop the white space around a text, or only the characters `dropped`."""
    found = text.strip(dropped)
    if text and not found:
        raise ValueError("expected a value, found nothing but white space")
    return found


def bearer_token(text: str) -> str:
    """Read a token for the Authorization header (RFC 6750, section 2.1), 8 to 256 characters."""
    if not re.fullmatch(r"[A-Za-z0-9._~+/=-]{8,256}", text, re.ASCII):
        # The text is a secret, so the message does not repeat it.
        raise ValueError(f"expected a token of 8 to 256 letters, digits and ._~+/=-, found {_flaw(text)}")
    return text


def _flaw(token: str) -> str:
    """Say what is wrong with a token, without any of its characters."""
    if any(character.isspace() for character in token):
        return "white space or a line feed inside it"
    if not 8 <= len(token) <= 256:
        empty = "" if token else "; it is empty: is the variable set?"
        return f"one of {len(token)} characters{empty}"
    return "one with other characters"


def pair(text: str) -> tuple[str, str]:
    """Read `ID=SCENARIO` as its two sides."""
    left, equals, right = (side.strip() for side in text.partition("="))
    if not (left and equals and right):
        raise _unexpected("ID=SCENARIO such as acme=tenant001", text)
    return left, right


def one_of(*names: str) -> Callable[[str], str]:
    """Make a reader that accepts only these names."""

    def read(text: str) -> str:
        if text not in names:
            raise _unexpected(" or ".join(names), text)
        return text

    return read


def flag(text: str) -> bool:
    """Read the value of a switch in the environment: true or false, yes or no, on or off, 1 or 0."""
    if text.lower() in ("1", "true", "yes", "on"):
        return True
    if text.lower() in ("0", "false", "no", "off"):
        return False
    raise _unexpected("true or false", text)


def _nothing(duration: str) -> ValueError:
    return ValueError(f"{_unexpected(EXPECTED, duration)}, which is no time at all; write a longer one")


def _unexpected(expected: str, found: str) -> ValueError:
    return ValueError(f'expected {expected}, found "{found}"')
