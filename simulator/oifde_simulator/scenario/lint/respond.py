"""A `respond` that would be no HTTP, or that does not do what it seems to say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from oifde_simulator.scenario.lint.match import TOKEN
from oifde_simulator.scenario.yaml.node import Node
from oifde_simulator.text import shown

Path = tuple[str | int, ...]
Finding = tuple[Node, Path, str]

BODIES = ("error", "errorCode", "json", "body")
"""Keys that give an answer a body."""
BODILESS = (204, 205, 304)
"""Statuses whose answers have none (RFC 9110, 15.3.5, 15.3.6 and 15.4.5)."""
OURS = {
    "content-length": "it is counted; for one that lies use the fault content-length or no-content-length",
    "transfer-encoding": "the body has a length; for broken chunks use the fault malformed-chunk",
    "connection": "it follows the client; to end the connection use the fault close, or reset",
    "date": "it follows the tenant's clock; for another one set clock",
}
"""Headers that each answer has of itself, and how to spoil them."""


def lapses(rule: Node, path: Path, given: Mapping[str, Any]) -> Iterator[Finding]:
    """What is wrong with the `respond` at `path`, whose shape is good."""
    for message in _clashes(given):
        yield rule.at(path), path, message
    for body in BODIES:
        if given.get("status") in BODILESS and body in given:
            where = (*path, body)
            yield rule.at(where), where, f"an answer with status {given['status']} has no body; remove {body}"
    for name, value in given.get("headers", {}).items():
        if complaint := _header_complaint(name, str(value)):
            where = (*path, "headers", name)
            yield rule.at(where), where, complaint


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


def _header_complaint(name: str, value: str) -> str:
    """Why an answer cannot have this header; empty where it can."""
    if name.lower() in OURS:
        return f"{name} is not for respond: {OURS[name.lower()]}"
    bad = [c for c in f"{name}{value}" if not c.isascii() or (c != "\t" and not c.isprintable())]
    if bad:
        return f"a header cannot hold {shown(bad[0])}; remove it"
    if not TOKEN.fullmatch(name):
        return f"no header can be called {shown(name)}; write letters, digits and hyphens"
    return ""
