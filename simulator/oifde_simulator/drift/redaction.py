"""Keep what a target says out of evidence: only names, types and numbers of the protocol are let through."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from oifde_simulator.vendor_client import Reply

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,39}")
MANY_DIGITS = re.compile(r"[0-9]{4}|[0-9a-fA-F]{12}")
LARGEST_CODE = 999_999_999
"""Largest number that can be an errorCode: the vendor's have nine digits at the most, a user number more."""
MEDIA_TYPE = re.compile(
    r"(?i)(application|text)/(json|octet-stream|xml|html|plain)(; ?charset=(utf-?8|gbk|iso-8859-1))?"
)

TYPES: tuple[tuple[type, str], ...] = (
    (bool, "a boolean"),
    (int, "an integer"),
    (float, "a number"),
    (str, "a string"),
    (list, "an array"),
    (dict, "an object"),
)


def type_name(value: Any) -> str:
    """Name the JSON type of a value."""
    return next((name for kind, name in TYPES if isinstance(value, kind)), "null")


def member_name(name: str, private: Collection[str] = ()) -> str:
    """Show the name of a member or header if a programmer would choose it, and it is no `private` word."""
    if NAME.fullmatch(name) and not MANY_DIGITS.search(name) and name.casefold() not in private:
        return name
    return f"(a name of {len(name)} characters)"


def words(value: Any) -> set[str]:
    """Collect the words of all texts in a value of JSON types, and the texts themselves, in lower case."""
    found: set[str] = set()
    left = [value]
    while left:
        each = left.pop()
        if isinstance(each, str):
            found |= {each.casefold(), *re.findall(r"[\w-]{3,}", each.casefold())}
        elif isinstance(each, dict | list):
            left += each.values() if isinstance(each, dict) else each
    return found


def code_text(code: object) -> str:
    """Show an errorCode: a whole number as it is, of anything else only its type."""
    if isinstance(code, int) and not isinstance(code, bool) and abs(code) <= LARGEST_CODE:
        return str(code)
    return "null" if code is None else f"({type_name(code)})"


def media_type(text: str | None) -> str:
    """Show a Content-Type of a common form."""
    if text is None:
        return "no Content-Type"
    return text if MEDIA_TYPE.fullmatch(text) else "another Content-Type"


def said(reply: Reply) -> str:
    """Describe an answer by its status, its errorCode, and its total."""
    if not isinstance(reply.document, dict):
        kind = "no body" if not reply.body else "a body that is no JSON object"
        return f"HTTP {reply.status}, {kind}"
    if reply.error_code is not None:
        text = f"HTTP {reply.status}, errorCode {code_text(reply.error_code)}"
    else:
        text = f"HTTP {reply.status}, no errorCode"
    total = reply.fields.get("total")
    return f"{text}, total {code_text(total)}" if reply.succeeded and isinstance(total, int) else text


def error_line(text: str) -> str:
    """Cut what a target has sent out of the line of an error."""
    for mark in ("answers what is no HTTP", "ends the connection amid its answer"):
        head, found, _ = text.partition(mark)
        if found:
            return head + found
    return text
