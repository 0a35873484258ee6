"""Checks `match: {client, connection}`: addresses that are none, and numbers that no request has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from oifde_simulator.rules.conditions.networks import network
from oifde_simulator.scenario.lint.conditions import schema_keywords
from oifde_simulator.scenario.lint.conditions.match import condition
from oifde_simulator.scenario.lint.finding import Finding
from oifde_simulator.text import KeyPath, shown

CLIENT, CONNECTION = ("match", "client"), ("match", "connection")


def lint(rule: Mapping[str, Any]) -> Iterator[Finding]:
    """Check the conditions on the sender of a rule that fits the schema."""
    match = rule.get("match", {})
    if "client" in match:
        yield from _client(match["client"])
    for name, wanted in match.get("connection", {}).items():
        path = (*CONNECTION, name)
        if isinstance(wanted, dict):
            yield from schema_keywords.lint(path, wanted)
        wrong = list(condition(path, wanted, "integer"))
        yield from wrong or _number(path, wanted)


def _client(given: Any) -> Iterator[Finding]:
    listed = isinstance(given, list)
    for place, text in enumerate(given if listed else [given]):
        try:
            network(text)
        except ValueError as error:
            from oifde_simulator.scenario.lint.conditions import several_addresses  # seldom wanted

            meant = "" if listed else several_addresses.written(text)
            message = f"{error}; write it as a list: {meant}" if meant else str(error)
            yield Finding((*CLIENT, place) if listed else CLIENT, message)


def _number(path: KeyPath, wanted: Any) -> Iterator[Finding]:
    """Find a condition that no number from 1 meets."""
    if wanted is False:
        yield Finding(path, "can never match: a request that comes to a server has a number; write one")
    if isinstance(wanted, bool):
        return
    given = wanted if isinstance(wanted, Mapping) else {"const": wanted}
    for keyword, value in given.items():
        values = value if keyword == "enum" else [value]
        least = 1 if keyword in ("const", "enum", "maximum") else 2 if keyword == "exclusiveMaximum" else None
        if least is not None and all(each < least for each in values):
            place = (*path, keyword) if isinstance(wanted, Mapping) else path
            yield Finding(
                place, f"can never match: the first request of a connection has number 1, not {shown(value)}"
            )
