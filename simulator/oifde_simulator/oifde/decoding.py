"""Decode bytes to a JSON object, or explain why they are none.

Rule: the fields of the object are not known here.
"""

from __future__ import annotations

import json
import re
from typing import Any

import orjson

from oifde_simulator.bounded_cache import bounded_cache

LENGTH_SHOWN = 60
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

OTHER_KINDS = (
    (re.compile(rb"--[^\r\n]{1,70}\r?\n(?i:content-)"), "multipart, as multipart/form-data has it"),
    (re.compile(rb"[\w.\[\]%+-]+=[^\s{]*\Z"), "a form, as application/x-www-form-urlencoded has it"),
    (re.compile(rb"\s*<[?!a-zA-Z]"), "XML or HTML"),
    (re.compile(rb"\x1f\x8b"), "gzip, which no Content-Encoding says"),
    (re.compile(rb"(?:\xff\xfe\0\0|\0\0\xfe\xff|\{\0\0\0|\0\0\0\{)"), "UTF-32"),
    (re.compile(rb"(?:\xff\xfe|\xfe\xff|\{\0|\0\{)"), "UTF-16"),
)
"""Beginnings of bodies that clients send instead of JSON, and their names."""


class NotAnObject(ValueError):
    """Error about bytes that are not one JSON object; its message gives cause and place."""


def decode(octets: bytes) -> dict[str, Any]:
    """Decode the JSON object in `octets`. Raises NotAnObject, and no other exception, for any other bytes."""
    try:
        value = orjson.loads(octets)
    except orjson.JSONDecodeError as error:
        raise NotAnObject(_fault(octets, error)) from None
    if type(value) is not dict:
        raise NotAnObject(f"the body is {_kind(value)}; expected a JSON object, {{...}}")
    # Guess: [json-strictness] a repeated key is refused, not the last one taken; sending one would settle it.
    # A flat object without escapes has two quotes for each key and each string in it. A repeated
    # key is kept once and so adds quotes that this does not count: equal means none repeats.
    if octets.count(b'"') != 2 * (len(value) + list(map(type, value.values())).count(str)):
        _refuse_repeats(octets)
    return value


SHORT = 1024
"""Length up to which a decoded body is cached, in bytes."""
BODIES_KEPT = 2 << 20
"""Bytes of decoded bodies in the cache."""
FLAT_MEMBER, NESTED = 160, 45
"""Bytes of memory that a member takes beside its text, and that one byte of nested JSON takes."""


def weigh(octets: bytes, document: dict[str, Any]) -> int:
    """Estimate the memory of a body and what was decoded from it, in bytes, from above."""
    if octets.count(b"{") + octets.count(b"[") > 1:
        return (1 + NESTED) * len(octets)
    return 3 * len(octets) + FLAT_MEMBER * len(document)


decode_again = bounded_cache(BODIES_KEPT, weigh)(decode)
"""Cached `decode` for short bodies, which clients repeat; callers share the result and must not change it."""


def _refuse_repeats(octets: bytes) -> None:
    try:
        # Numbers stay text: int() refuses thousands of digits.
        json.loads(octets, object_pairs_hook=_unique, parse_int=str, parse_float=str)
    except RecursionError:
        raise NotAnObject("the body is nested too deep") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in members:
            raise NotAnObject(f"the key {shown(name)} is there twice; expected each key once")
        members[name] = value
    return members


def _fault(octets: bytes, error: json.JSONDecodeError) -> str:
    if not octets:
        return "the body is empty; expected a JSON object, {...}"
    if octets.startswith(BYTE_ORDER_MARK):
        return "the body begins with a byte order mark; expected JSON without one"
    for start, kind in OTHER_KINDS:
        if start.match(octets):
            return f"the body is {kind}; expected a JSON object, {{...}}, as Content-Type: application/json"
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError as mistake:
        return f"the body is not UTF-8 at byte {mistake.start}; expected JSON in UTF-8"
    if "recursion" in error.msg or "depth" in error.msg:
        return "the body is nested too deep"
    return f"the body is not JSON at line {error.lineno}, column {error.colno}: {error.msg}"


def _kind(value: object) -> str:
    if value is None:
        return "null"
    names = {list: "an array", str: "a string", bool: "true or false"}
    return names.get(type(value), "a number")


def shown(value: object) -> str:
    """Write a JSON value for a message: quoted, escaped, cut to one line."""
    try:
        text = orjson.dumps(value).decode()
    except TypeError:
        # orjson refuses what is nested too deep, and what holds lone surrogates.
        text = json.dumps(value) if isinstance(value, str | int | float) else "{...}"
    return text if len(text) <= LENGTH_SHOWN else f"{text[:LENGTH_SHOWN]}... ({len(text)} characters)"
