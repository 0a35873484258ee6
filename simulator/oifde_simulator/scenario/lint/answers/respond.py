"""Checks a `respond`: answers that HTTP does not allow, and keys that exclude each other."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from typing import Any

from oifde_simulator.scenario.lint.answers import headers
from oifde_simulator.scenario.lint.finding import Finding
from oifde_simulator.text import KeyPath, shown

BODIES = ("error", "errorCode", "json", "body", "base64", "file")
"""Keys that give an answer a body."""
ALONE = (
    "headers alone are no answer; add status, error, errorCode, json, body, base64 or file, "
    "or write headers directly into the rule, for any answer"
)
WRITTEN = ("json", "body", "base64", "file")
"""Keys of which each is a body of the scenario's own."""
BODILESS = (204, 205, 304)
"""Statuses of answers without a body (RFC 9110, sections 15.3.5, 15.3.6 and 15.4.5)."""


def lint(path: KeyPath, given: Mapping[str, Any]) -> Iterator[Finding]:
    """Check a `respond` that fits the schema, at `path` of a rule."""
    for message in _clashes(given):
        yield Finding(path, message)
    for body in BODIES:
        if given.get("status") in BODILESS and body in given:
            message = f"an answer with status {given['status']} has no body; remove {body}"
            yield Finding((*path, body), message)
    if message := _base64_error(given.get("base64", "")):
        yield Finding((*path, "base64"), message)
    yield from headers.lint((*path, "headers"), given.get("headers", {}), "respond")


def _base64_error(written: str) -> str:
    """Say why a text is no base64; empty where it is."""
    text = "".join(written.split())
    if wrong := re.search("[^A-Za-z0-9+/=]", text):
        fix = "; base64 writes + for - and / for _" if wrong[0] in "-_" else "; remove it"
        return f"is no base64, which has no {shown(wrong[0])}{fix}"
    try:
        b64decode(text, validate=True)
    except ValueError:
        return "is no base64; its length is a multiple of four characters, with = at the end alone"
    return ""


def _clashes(given: Mapping[str, Any]) -> Iterator[str]:
    vendor = "error" in given or "errorCode" in given
    if "error" in given and "errorCode" in given:
        yield "error and errorCode exclude each other; keep one"
    written = [name for name in WRITTEN if name in given]
    if vendor and written:
        told = "json or body" if set(written) <= {"json", "body"} else written[0]
        yield f"a vendor error has the vendor's body; remove {told}"
    if len(written) > 1:
        yield f"{' and '.join(written)} exclude each other; keep one"
    if "errorMsg" in given and not vendor:
        yield "errorMsg goes with error or errorCode; add one of them"
    elif given.keys() <= {"headers"}:
        yield ALONE
