"""Checks the headers that a scenario gives an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from oifde_simulator.quantities import milliseconds
from oifde_simulator.scenario.lint.finding import Finding, value_at
from oifde_simulator.scenario.lint.match import HEADER_NAME
from oifde_simulator.text import KeyPath, shown

OWN_HEADERS = {
    "content-length": "it is counted; for one that lies use the fault content-length or no-content-length",
    "transfer-encoding": "the body has a length; for broken chunks use the fault malformed-chunk",
    "connection": "it follows the client; to end the connection use the fault close, or reset",
    "date": "it follows the tenant's clock; for another one set clock",
}
"""Headers that the server writes itself, and the way to spoil each."""
PROVENANCE = "x-simulator-rule"
QUOTED_DATE = re.compile(r"\{\s*+[\"']?http_date[\"']?\s*+:\s*+([^{}]*+)\}")
"""A date of HTTP, as YAML writes it, that stands in quotes."""


def header_error(name: str, value: str, place: str) -> str:
    """Say why an answer cannot have this header at a key `place`; empty where it can."""
    if name.lower() in OWN_HEADERS:
        return f"{name} is not for {place}: {OWN_HEADERS[name.lower()]}"
    bad = [c for c in f"{name}{value}" if not c.isascii() or (c != "\t" and not c.isprintable())]
    if bad:
        return f"a header cannot hold {shown(bad[0])}; remove it"
    if not HEADER_NAME.fullmatch(name):
        return f"no header can be called {shown(name)}; write letters, digits and hyphens"
    return ""


def lint(path: KeyPath, given: Mapping[str, Any], place: str) -> Iterator[Finding]:
    """Check the headers at `path` of a rule, which are those of a key `place`."""
    for name, value in given.items():
        is_date = isinstance(value, Mapping)
        if message := header_error(name, "" if is_date or value is None else str(value), place):
            yield Finding((*path, name), message)
        elif is_date and (message := _date_error(value["http_date"])):
            yield Finding((*path, name, "http_date"), message)


def rule_lint(path: KeyPath, given: Mapping[str, Any]) -> Iterator[Finding]:
    """Check the key `headers` of an outcome, at `path` of a rule."""
    yield from lint(path, given, "headers")
    seen: dict[str, str] = {}
    for name in given:
        twin = seen.setdefault(name.lower(), name)
        if name.lower() == PROVENANCE:
            message = f"{name} is not for headers: it names the rule; settings.provenance takes it away"
            yield Finding((*path, name), message, on_key=True)
        elif twin != name:
            message = f"{name} and {shown(twin)} are the same header; keep one"
            yield Finding((*path, name), message, on_key=True)


def warnings(path: KeyPath, outcome: Mapping[str, Any]) -> Iterator[Finding]:
    """Warn of dates in quotes, which are texts, in the headers of an outcome at `path` of a rule."""
    for place in (("headers",), ("respond", "headers")):
        for name, value in (value_at(outcome, place) or {}).items():
            if isinstance(value, str) and (quoted := QUOTED_DATE.fullmatch(value.strip())):
                message = f"is sent as it stands; for a date take the quotes away: {{http_date: {quoted[1]}}}"
                yield Finding((*path, *place, name), message)


def _date_error(duration: str) -> str:
    try:
        milliseconds(duration)
    except ValueError as error:
        return str(error)
    return ""
