"""Checks the placeholders in the answers of a rule: their form, and the fields that the contract has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from oifde_simulator.rules.templates.syntax import OPEN, Placeholder, TemplateError, has_braces, parse
from oifde_simulator.scenario.lint.conditions.match import fields
from oifde_simulator.scenario.lint.finding import Finding
from oifde_simulator.text import KeyPath, did_you_mean, shown

MOST = 1000
"""Placeholders in one action: what they write in all is bounded, and so is their number."""
BARE = re.compile(r"\{\{\s*+(\w++)\s*+(?=\||\}\})")
"""A word alone at the beginning of a placeholder."""
OWNERS = {"request": "request", "response": "answer"}


def lint(path: KeyPath, outcome: Mapping[str, Any], endpoint: str | None) -> Iterator[Finding]:
    """Check the placeholders in an outcome, at `path` of a rule that is about `endpoint`; None for any."""
    for place, text in _templates(outcome):
        try:
            pieces = parse(text)
        except TemplateError as error:
            yield Finding((*path, *place), _without_source(text, endpoint) or str(error))
            continue
        named = [piece for piece in pieces if isinstance(piece, Placeholder)]
        if message := next(filter(None, (_field_error(each, endpoint) for each in named)), ""):
            yield Finding((*path, *place), message)
    for action in ("respond", "patch"):
        if (count := _count(outcome, action)) > MOST:
            yield Finding((*path, action), f"has {count:,} placeholders; write at most {MOST:,}")


def warnings(path: KeyPath, outcome: Mapping[str, Any]) -> Iterator[Finding]:
    """Warn of braces where no placeholder can stand: in names of members, and in headers of any answer."""
    for place, value in _values(outcome):
        yield from _names((*path, *place), value)
    for name, value in outcome.get("headers", {}).items():
        if isinstance(value, str) and has_braces(value):
            message = "is sent as it stands: placeholders stand in respond and in the values of a patch"
            yield Finding((*path, "headers", name), message)


def _templates(outcome: Mapping[str, Any]) -> Iterator[tuple[KeyPath, str]]:
    """List the texts with braces in an outcome, each with its path."""
    for place, value in _values(outcome):
        yield from _texts(place, value)


def _values(outcome: Mapping[str, Any]) -> Iterator[tuple[KeyPath, Any]]:
    """List the values of an outcome in which placeholders may stand, each with its path."""
    respond = outcome.get("respond", {})
    for name in ("errorMsg", "body", "json"):
        if name in respond:
            yield ("respond", name), respond[name]
    for name, value in respond.get("headers", {}).items():
        yield ("respond", "headers", name), value
    patch = outcome.get("patch", ())
    listed, inner = (patch["operations"], ("operations",)) if isinstance(patch, dict) else (patch, ())
    for number, operation in enumerate(listed):
        if "value" in operation:
            yield ("patch", *inner, number, "value"), operation["value"]


def _texts(path: KeyPath, value: Any) -> Iterator[tuple[KeyPath, str]]:
    if isinstance(value, dict | list):
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _texts((*path, step), inner)
    elif isinstance(value, str) and has_braces(value):
        yield path, value


def _names(path: KeyPath, value: Any) -> Iterator[Finding]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if has_braces(name):
                message = f"{shown(name)} is sent as it stands: placeholders stand in values, not in names"
                yield Finding((*path, name), message)
            yield from _names((*path, name), inner)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _names((*path, place), inner)


def _without_source(text: str, endpoint: str | None) -> str:
    """Say which source has a field that stands alone; empty where the mistake is another one."""
    for word in BARE.findall(text):
        for part, source in (("request", "request"), ("response", "honest")):
            if word in fields(part, endpoint):
                return f"there is no placeholder {shown(word)}; did you mean {{{{ {source}.{word} }}}}?"
    return ""


def _field_error(placeholder: Placeholder, endpoint: str | None) -> str:
    """Say that the contract has no such field; empty where it has."""
    part, name = placeholder.part, placeholder.name
    if part not in OWNERS:
        return ""
    known = fields(part, endpoint)
    if name in known:
        return ""
    other = "response" if part == "request" else "request"
    owner, called = OWNERS[part], shown(name)
    if name in fields(other, endpoint):
        source = "honest" if other == "response" else other
        return f"no field of this {owner} is called {called}; write {{{{ {source}.{name} }}}}"
    hint = did_you_mean(name, known) or f"; known here: {', '.join(known) or 'none'}"
    return f"no field of this {owner} is called {called}{hint}"


def _count(outcome: Mapping[str, Any], action: str) -> int:
    return sum(text.count(OPEN) for place, text in _templates(outcome) if place[0] == action)
