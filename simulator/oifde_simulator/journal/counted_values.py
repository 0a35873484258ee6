"""Why rules were held back, with the values for which they were counted.

Rule: values are those that the journal keeps of the request, so no reason shows a credential.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oifde_simulator.model.exchange import Exchange
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


def reasons(exchange: Exchange, recorded: Mapping[str, Any]) -> Reasons:
    """Say why each rule was held back; `recorded` has the redacted fields of the request."""
    return tuple(
        [
            (rule, f"{why} for {', '.join(_value(name, exchange.document, recorded) for name in per)}")
            if per
            else (rule, why)
            for rule, why, per in exchange.held_back
        ]
    )


def _value(name: str, document: Mapping[str, Any], recorded: Mapping[str, Any]) -> str:
    if name not in document:
        return f"{name}=(absent)"
    if not isinstance(document[name], str):
        return f"{name}=({KINDS.get(type(document[name]), 'no text')})"
    if name not in recorded:
        return f"{name}=(not kept)"
    value = str(recorded[name])
    if len(value) > LONGEST_SHOWN:
        value = f"{value[: LONGEST_SHOWN - 1]}…"
    # Quotation marks only where the value could be read as more than one, or as none.
    plain = value.isprintable() and not value.startswith("(") and not set(value) & {*' ,="'} and value
    return f"{name}={value}" if plain else f"{name}={shown(value, 2 * LONGEST_SHOWN)}"
