"""Checks headers in `settings`, which a JSON Schema cannot express."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from oifde_simulator.oifde.operations import BY_NAME
from oifde_simulator.scenario.lint.finding import Finding, value_at
from oifde_simulator.text import KeyPath, shown

KEY = "response_headers"
HEADERS: KeyPath = ("settings", KEY)
NOT_HONEST = {
    "content-encoding": "honest answers are not compressed; a rule with respond can claim that they are",
    "x-simulator-rule": "it names the rule that spoiled an answer; settings.provenance takes it away",
}
"""Headers that would make an honest answer a lie, and what to use instead."""


def lint(value: Any) -> Iterator[Finding]:
    """Check the settings of a scenario of any shape."""
    headers = value_at(value, HEADERS)
    if isinstance(headers, dict) and headers:
        yield from _headers(headers)


def _headers(headers: dict[str, Any]) -> Iterator[Finding]:
    # Slow to import, and few have headers.
    from oifde_simulator.scenario.lint.answers.headers import header_error

    seen: dict[str, str] = {}
    for name, given in headers.items():
        message = _not_honest(name) or header_error(name, "" if given is None else str(given), KEY)
        twin = seen.setdefault(name.lower(), name)
        if not message and twin != name:
            message = f"{name} and {shown(twin)} are the same header; keep one"
        if message:
            yield Finding((*HEADERS, name), message, on_key=True)


def warnings(value: Any) -> Iterator[Finding]:
    """Warn of what has no effect in settings without mistakes."""
    yield from _braces(value)
    yield from _past_end(value)


def _past_end(value: Any) -> Iterator[Finding]:
    """Find what is set for the error of a page past the end, where such a page is no error."""
    settings = value_at(value, ("settings",)) or {}
    found = settings.get("past_end", "empty")
    mappings: list[KeyPath] = [("codes",), ("error_status",), *(("error_status", name) for name in BY_NAME)]
    for path in mappings if found != "error" else ():
        if value_at(settings, (*path, "past_end")) is not None:
            cause = f"a page past the end is no error where past_end is {found}"
            message = f"has no effect: {cause}; write past_end: error, or leave this out"
            yield Finding(("settings", *path, "past_end"), message)


def _braces(value: Any) -> Iterator[Finding]:
    """Find braces in a header of honest answers, in which no placeholders stand."""
    headers = value_at(value, HEADERS)
    for name, given in headers.items() if isinstance(headers, dict) else ():
        if isinstance(given, str) and "{{" in given:
            message = f"{shown(given)} is sent as it stands: placeholders stand in respond and patch alone"
            yield Finding((*HEADERS, name), message)


def _not_honest(name: str) -> str:
    why = NOT_HONEST.get(name.lower())
    return f"{name} is not for {KEY}: {why}" if why else ""
