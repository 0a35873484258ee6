"""Keep what a target says out of evidence: only names, types and numbers of the protocol are let through."""

from __future__ import annotations

import re
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


def member_name(name: str) -> str:
    """Show the name of a member or header if it is one that a programmer would choose."""
    if NAME.fullmatch(name) and not MANY_DIGITS.search(name):
        return name
    return f"(a name of {len(name)} characters)"


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
    head, mark, _ = text.partition("answers what is no HTTP")
    return head + mark if mark else text
