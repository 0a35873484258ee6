"""Warns of names of request headers that clients hardly send: known ones with other signs for the hyphens.

Rule: only headers that clients are known to send are suggested. Nothing is said of others with underscores,
since a client may well have a header of its own that is called so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from oifde_simulator.rules.conditions.counted_fields import HEADER
from oifde_simulator.scenario.lint.finding import Finding, value_at
from oifde_simulator.text import KeyPath

OF_HTTP = (
    "Accept-Charset", "Accept-Encoding", "Accept-Language", "Access-Control-Request-Headers",
    "Access-Control-Request-Method", "Cache-Control", "Content-Encoding", "Content-Language",
    "Content-Length", "Content-Type", "If-Match", "If-Modified-Since", "If-None-Match", "If-Range",
    "If-Unmodified-Since", "Keep-Alive", "Max-Forwards", "Proxy-Authorization", "Transfer-Encoding",
    "User-Agent",
)  # fmt: skip
"""Headers of HTTP of more than one word; nobody has others whose names lack their hyphens."""
BY_CUSTOM = (
    "Idempotency-Key", "X-Api-Key", "X-Auth-Token", "X-Client-Id", "X-Correlation-Id", "X-Csrf-Token",
    "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Proto", "X-Real-Ip",
    "X-Request-Id", "X-Requested-With", "X-Trace", "X-Trace-Id",
)  # fmt: skip
"""Headers that clients and proxies add; others may have their names without hyphens, such as XApiKey."""


def warnings(rule: Mapping[str, Any]) -> Iterator[Finding]:
    """Check the conditions and the counted fields of a rule without mistakes, as it is written."""
    names: Iterable[str] = value_at(rule, ("match", "headers")) or ()
    for name in names:
        yield from _odd(name, ("match", "headers", name), on_key=True)
    for path, field in _counted(rule):
        if field.startswith(HEADER):
            yield from _odd(field.removeprefix(HEADER), path)


def _counted(rule: Mapping[str, Any]) -> Iterator[tuple[KeyPath, str]]:
    for place, field in enumerate(rule.get("per", ())):
        yield ("per", place), field
    yield ("after", "distinct"), value_at(rule, ("after", "distinct")) or ""


def _odd(name: str, path: KeyPath, *, on_key: bool = False) -> Iterator[Finding]:
    known = _meant(name)
    if known and name.lower() != known.lower():
        dropped = ", and proxies such as nginx drop the first" if "_" in name else ""
        message = f"{name} and {known} are two headers{dropped}; did you mean {known}?"
        yield Finding(path, message, on_key=on_key)


def _meant(name: str) -> str:
    """Find the known header that differs in hyphens and underscores alone, or in the HTTP_ of CGI."""
    known = (*OF_HTTP, *BY_CUSTOM) if "_" in name else OF_HTTP
    letters = _letters(re.sub("^http_", "", name.lower()))
    return next((each for each in known if _letters(each) == letters), "")


def _letters(name: str) -> str:
    return re.sub("[-_]", "", name.lower())
