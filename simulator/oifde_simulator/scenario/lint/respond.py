"""Checks a `respond`: answers that HTTP does not allow, and keys that exclude each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from oifde_simulator.scenario.lint.finding import Finding
from oifde_simulator.scenario.lint.match import HEADER_NAME
from oifde_simulator.text import KeyPath, shown

BODIES = ("error", "errorCode", "json", "body")
"""Keys that give an answer a body."""
BODILESS = (204, 205, 304)
"""Statuses of answers without a body (RFC 9110, sections 15.3.5, 15.3.6 and 15.4.5)."""
OWN_HEADERS = {
    "content-length": "it is counted; for one that lies use the fault content-length or no-content-length",
    "transfer-encoding": "the body has a length; for broken chunks use the fault malformed-chunk",
    "connection": "it follows the client; to end the connection use the fault close, or reset",
    "date": "it follows the tenant's clock; for another one set clock",
}
"""Headers that the server writes itself, and the way to spoil each."""


def lint(path: KeyPath, given: Mapping[str, Any]) -> Iterator[Finding]:
    """Check a `respond` that fits the schema, at `path` of a rule."""
    for message in _clashes(given):
        yield Finding(path, message)
    for body in BODIES:
        if given.get("status") in BODILESS and body in given:
            message = f"an answer with status {given['status']} has no body; remove {body}"
            yield Finding((*path, body), message)
    for name, value in given.get("headers", {}).items():
        if message := _header_error(name, str(value)):
            yield Finding((*path, "headers", name), message)


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
        yield "headers alone are no answer; add status, error, errorCode, json or body"


def _header_error(name: str, value: str) -> str:
    """Say why an answer cannot have this header; empty where it can."""
    if name.lower() in OWN_HEADERS:
        return f"{name} is not for respond: {OWN_HEADERS[name.lower()]}"
    bad = [c for c in f"{name}{value}" if not c.isascii() or (c != "\t" and not c.isprintable())]
    if bad:
        return f"a header cannot hold {shown(bad[0])}; remove it"
    if not HEADER_NAME.fullmatch(name):
        return f"no header can be called {shown(name)}; write letters, digits and hyphens"
    return ""
