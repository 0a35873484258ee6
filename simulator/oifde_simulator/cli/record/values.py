"""Values of options of `record`."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from oifde_simulator.quantities import whole_seconds
from oifde_simulator.text import printable, shown

DAYS = re.compile(r"([0-9]{1,5})d")
LARGEST_LIST = 16 << 20
"""Bytes of a file of numbers."""


def vendor_time(text: str) -> str:
    """Check a time of the vendor's form."""
    try:
        datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        expected = 'a time such as "2026-01-31 08:00:00"'
        raise argparse.ArgumentTypeError(f"expected {expected}, found {shown(text)}") from None
    return text


def shift(text: str) -> int:
    """Read days, or a duration of whole seconds, forwards or backwards, in milliseconds."""
    size = text.removeprefix("-").removeprefix("+")
    days = DAYS.fullmatch(size)
    try:
        seconds = int(days[1]) * 86_400 if days else whole_seconds(size)
    except ValueError:
        message = f"expected a span of whole seconds such as 3d, -12h or 90s, found {shown(text)}"
        raise argparse.ArgumentTypeError(message) from None
    return -1000 * seconds if text.startswith("-") else 1000 * seconds


def user_numbers(given: Iterable[str]) -> list[str]:
    """List the numbers that are given, and those in given files, each once. Raises ValueError."""
    numbers = list(dict.fromkeys(number for each in given for number in _numbers(each)))
    if not numbers:
        raise ValueError("expected a number to record, found none in --users")
    return numbers


def _numbers(given: str) -> Iterator[str]:
    path = Path(given)
    if not path.is_file():
        if re.search(r"[/\\]|\.\w+$", given):
            raise ValueError(f"--users {printable(given)}: there is no such file")
        yield given.strip()
        return
    for line in _text(path).splitlines():
        number = line.partition("#")[0].strip()
        if number:
            yield number


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            octets = file.read(LARGEST_LIST + 1)
        if len(octets) > LARGEST_LIST:
            raise ValueError(
                f"--users {printable(path)}: expected at most {LARGEST_LIST >> 20} MiB of numbers"
            )
        return octets.decode("utf-8-sig")
    except OSError as error:
        raise ValueError(f"--users {printable(path)}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError(f"--users {printable(path)}: expected text in UTF-8, a number a line") from None
