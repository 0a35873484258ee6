"""Why rules were held back, with the values for which they were counted.

Rule: values are those that the journal keeps of the request, so no reason shows a credential.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oifde_simulator.model.entry import RecordedHead, RecordedRequest
from oifde_simulator.model.exchange import Exchange
from oifde_simulator.model.http import Request
from oifde_simulator.rules.conditions.counted_fields import CLIENT, HEADER, SENDERS
from oifde_simulator.text import shown

LONGEST_SHOWN = 40
"""Characters of a value that are shown."""
KINDS = {
    type(None): "null",
    bool: "a boolean",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "an object",
}
"""Words for values that are no text: those of one type are counted together."""

Reasons = tuple[tuple[str, str], ...]
"""Names of rules, each with its reason."""


def reasons(exchange: Exchange, recorded: RecordedRequest) -> Reasons:
    """Say why each rule was held back; `recorded` is the redacted request."""
    return tuple(
        [
            (rule, f"{why} for {', '.join(_value(name, exchange, recorded) for name in per)}")
            if per
            else (rule, why)
            for rule, why, per in exchange.held_back
        ]
    )


def _value(name: str, exchange: Exchange, recorded: RecordedRequest) -> str:
    """Write what a rule was counted by, with its value."""
    if name in SENDERS:
        peer = exchange.request.peer
        known = peer.address if name == CLIENT else str(peer.connection or "")
        return f"{name}={known or '(not known)'}"
    if name.startswith(HEADER):
        return f"{name}={_header(name.removeprefix(HEADER), exchange.request, recorded.head)}"
    return f"{name}={_field(name, exchange.document, recorded.document)}"


def _header(name: str, request: Request, head: RecordedHead) -> str:
    """Write a header as the journal keeps it."""
    if name not in request.headers:
        return "(absent)"
    kept = (value for own, value in head.headers if own.lower() == name.lower())
    return next(map(_shown, kept), "(not kept)")


def _field(name: str, document: Mapping[str, Any], recorded: Mapping[str, Any]) -> str:
    """Write a field of the body as the journal keeps it."""
    if name not in document:
        return "(absent)"
    if not isinstance(document[name], str):
        return f"({KINDS.get(type(document[name]), 'no text')})"
    return _shown(str(recorded[name])) if name in recorded else "(not kept)"


def _shown(value: str) -> str:
    """Write a value, in quotation marks only where it could be read as more than one, or as none."""
    if len(value) > LONGEST_SHOWN:
        value = f"{value[: LONGEST_SHOWN - 1]}…"
    plain = value.isprintable() and not value.startswith("(") and not set(value) & {*' ,="'} and value
    return value if plain else shown(value, 2 * LONGEST_SHOWN)
