"""Checks a `respond`: answers that HTTP does not allow, and keys that exclude each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from oifde_simulator.scenario.lint import headers
from oifde_simulator.scenario.lint.finding import Finding
from oifde_simulator.text import KeyPath

BODIES = ("error", "errorCode", "json", "body")
"""Keys that give an answer a body."""
ALONE = (
    "headers alone are no answer; add status, error, errorCode, json or body, "
    "or write headers directly into the rule, for any answer"
)
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
    yield from headers.lint((*path, "headers"), given.get("headers", {}), "respond")


def _clashes(given: Mapping[str, Any]) -> Iterator[str]:
    vendor = "error" in given or "errorCode" in given
    if "error" in given and "errorCode" in given:
        yield "error and errorCode exclude each other; keep one"
    if vendor and ("json" in given or "body" in given):
        yield "a vendor error has the vendor's body; remove json or body"
    if "json" in given and "body" in given:
        yield "json and body exclude each other; keep one"
    if "errorMsg" in given and not vendor:
        yield "errorMsg goes with error or errorCode; add one of them"
    elif given.keys() <= {"headers"}:
        yield ALONE
