"""Resolves plain (unquoted) YAML scalars. Rule: every reader of the file must understand them alike.

The values are those of YAML 1.2's core schema. A scalar that YAML 1.1, and so most tools, reads otherwise is
refused with both ways to write it clearly.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any

from oifde_simulator.instants import epoch_milliseconds
from oifde_simulator.text import shown

WORDS: dict[str, Any] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
"""Words that are null, true or false in every version of YAML."""
SWITCHES = {"on": True, "yes": True, "y": True, "off": False, "no": False, "n": False}

INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
TIME = re.compile(
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?"
    r"[ \t]*(?:Z|[-+][0-9]{1,2}(?::?[0-9]{2})?)?)?"
)
LARGEST = 2**63 - 1


def resolve(text: str) -> tuple[Any, str]:
    """Resolve a plain scalar to its value and the mistake in it, empty for none."""
    if text in WORDS:
        return WORDS[text], ""
    if text[0] in "0123456789+-.":
        return _number(text)
    if len(text) <= 3 and (switch := text.lower()) in SWITCHES:
        meaning = json.dumps(SWITCHES[switch])
        return SWITCHES[switch], (
            f"{text} without quotes is {meaning} in YAML 1.1 and text in YAML 1.2; "
            f'write {meaning}, or "{text}" for text'
        )
    return text, ""


def _number(text: str) -> tuple[Any, str]:
    if INTEGER.fullmatch(text):
        return _integer(text)
    for pattern, complain in SURPRISES:
        if pattern.fullmatch(text):
            return text, complain(text)
    if not FLOAT.fullmatch(text):
        return text, ""
    number = float(text)
    return (number, "") if math.isfinite(number) else (text, _too_large(text))


def _integer(text: str) -> tuple[Any, str]:
    if len(text) > 20 or not -LARGEST - 1 <= int(text) <= LARGEST:
        return text, _too_large(text)
    return int(text), ""


def _too_large(text: str) -> str:
    fix = f"write a smaller one, or put it in quotes if it is text: {shown(text)}"
    return f"the number {_clip(text)} does not fit into 64 bits; {fix}"


def _octal(text: str) -> str:
    decimal = text.lstrip("+-").lstrip("0_") or "0"
    return (
        f"{_clip(text)} without quotes is octal in YAML 1.1 and decimal in YAML 1.2; "
        f"put it in quotes: {shown(text)}, or write {_clip(decimal)} for the number"
    )


def _prefixed(text: str) -> str:
    return (
        f"{_clip(text)} without quotes is a number in some YAML versions and text in others; "
        f"put it in quotes: {shown(text)}, or write the number in decimal"
    )


def _underscored(text: str) -> str:
    return (
        f"{_clip(text)} without quotes is a number in YAML 1.1 and text in YAML 1.2; "
        f"put it in quotes: {shown(text)}, or write {_clip(text.replace('_', ''))} for the number"
    )


def _sexagesimal(text: str) -> str:
    return (
        f"{_clip(text)} without quotes is a number to base 60 in YAML 1.1 and text in YAML 1.2; "
        f"put it in quotes: {shown(text)}"
    )


def _not_finite(text: str) -> str:
    return f"{text} is no number that JSON can carry; write a finite number, or {shown(text)} for text"


def _time(text: str) -> str:
    stamp = epoch_milliseconds(text)
    number = f", or write {stamp} where epoch milliseconds are expected" if stamp is not None else ""
    return (
        f"{_clip(text)} without quotes is a date in YAML 1.1 and text in YAML 1.2; "
        f"put it in quotes: {shown(text)}{number}"
    )


def _clip(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"


# Differences between YAML 1.1 (yaml.org/type: bool, int, float, timestamp) and YAML 1.2.2, chapter 10.3.
SURPRISES: tuple[tuple[re.Pattern[str], Callable[[str], str]], ...] = (
    (TIME, _time),
    (re.compile(r"[-+]?0[0-9_]+"), _octal),
    (re.compile(r"[-+]?0(?:[oO][0-7_]+|[xX][0-9a-fA-F_]+|[bB][01_]+)"), _prefixed),
    (re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"), _sexagesimal),
    (re.compile(r"(?=[^_]*_)[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?"), _underscored),
    (re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"), _not_finite),
)
