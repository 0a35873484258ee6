"""Checks the headers that a scenario gives an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from oifde_simulator.quantities import milliseconds
from oifde_simulator.scenario.lint.conditions.match import HEADER_NAME
from oifde_simulator.scenario.lint.finding import Finding, value_at
from oifde_simulator.text import KeyPath, shown

OWN_HEADERS = {
    "content-length": "it is counted; for one that lies use the fault content-length or no-content-length",
    "transfer-encoding": "the body has a length; for broken chunks use the fault malformed-chunk",
    "connection": "it follows the client; to end the connection use the fault close, or reset",
    "date": "it follows the tenant's clock; for another one set clock",
}
"""Headers that the server writes itself, and the way to spoil each."""
WELL_KNOWN = (
    "Retry-After", "Content-Type", "Content-Length", "Location", "WWW-Authenticate", "Set-Cookie",
    "Cache-Control",
)  # fmt: skip
"""Headers that answers of this interface have, or that clients of it look for."""
RETRY_AFTER = re.compile(
    r"[0-9]+|\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT"
    r"|\w{6,9}, \d\d-\w{3}-\d\d \d\d:\d\d:\d\d GMT|\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}"
)
"""Whole seconds, or a date of HTTP in one of its three forms (RFC 9110, sections 10.2.3 and 5.6.7)."""
SECONDS = re.compile(r"([0-9]+)(?:\.[0-9]*)? *s(?:ec(?:onds?)?)?")
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
    """Warn of headers in an outcome, at `path` of a rule, that are hardly sent as they are meant."""
    for place in (("headers",), ("respond", "headers")):
        for name, value in (value_at(outcome, place) or {}).items():
            where = (*path, *place, name)
            if isinstance(value, str) and (quoted := QUOTED_DATE.fullmatch(value.strip())):
                message = f"is sent as it stands; for a date take the quotes away: {{http_date: {quoted[1]}}}"
                yield Finding(where, message)
            elif name.lower() == "retry-after" and (message := _retry_after_odd(value)):
                yield Finding(where, message)
            if value is not None and (
                near := next((each for each in WELL_KNOWN if _one_sign_away(name, each)), "")
            ):
                yield Finding(where, f"{name} is sent as it stands; did you mean {near}?", on_key=True)


def _retry_after_odd(value: Any) -> str:
    """Say why a literal value of Retry-After is none that HTTP knows; empty where it is, or may be."""
    if value is None or isinstance(value, Mapping) or "{{" in str(value):
        return ""
    if RETRY_AFTER.fullmatch(str(value)):
        return ""
    seconds = SECONDS.fullmatch(str(value))
    fix = f"write {seconds[1]}" if seconds else "write seconds such as 2, or {http_date: 30s}"
    return f"is neither whole seconds nor a date of HTTP: {shown(value)} is sent as it stands; {fix}"


def _one_sign_away(written: str, known: str) -> bool:
    """Check that one sign is wrong, missing or too many, or two are swapped; in any case of letters."""
    one, other = written.lower(), known.lower()
    while one and other and one[0] == other[0]:
        one, other = one[1:], other[1:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    swapped = len(one) == 2 and one == other[::-1]
    return one != other and (swapped or max(len(one), len(other)) == 1)


def _date_error(duration: str) -> str:
    try:
        milliseconds(duration)
    except ValueError as error:
        return str(error)
    return ""
