"""Single conditions of a description: their check and their format in messages.

Rule: a message quotes no credential.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oifde_simulator.journal.filters import FREE_TEXT, NUMBERS, YES_OR_NO
from oifde_simulator.journal.outcome_condition import OUTCOME, ending_error
from oifde_simulator.json_schema.keywords import KEYWORDS
from oifde_simulator.json_schema.unknown_keywords import unknown_keyword
from oifde_simulator.oifde.operations import BY_NAME
from oifde_simulator.rules.conditions.matching import Condition
from oifde_simulator.text import did_you_mean, shown
from oifde_simulator.verification.expected_redaction import is_credential

FINGERPRINTED = ("const", "enum")
"""Keywords of a JSON Schema of a credential, which is on record as its fingerprint."""


def format_condition(part: str, name: str, condition: Condition) -> str:
    """Format a condition for messages, such as `status: 503` or `no rule`."""
    place = f"{part}.{name}" if part else name
    if isinstance(condition.wanted, bool):
        return f"{'any' if condition.wanted else 'no'} {place}"
    return f"{place}: {condition}"


def condition_error(part: str, name: str, wanted: Any) -> str:
    """Check the value of a condition; returns the error, empty if there is none."""
    if wanted is None or isinstance(wanted, list):
        return "expected a value, true for present, false for absent, or a JSON Schema"
    if not part and name in YES_OR_NO and not isinstance(wanted, bool):
        return f"expected true or false, found {shown(wanted)}"
    if not part and name == FREE_TEXT and not isinstance(wanted, str):
        return f"expected a text, found {shown(wanted)}"
    if not part and name == OUTCOME and (error := ending_error(wanted)):
        return error
    if not part and name in NUMBERS and isinstance(wanted, str):
        return f"expected a whole number, true, false or a JSON Schema, found {shown(wanted)}"
    if not part and name not in NUMBERS and isinstance(wanted, int | float) and not isinstance(wanted, bool):
        return f"expected a text, true, false or a JSON Schema, found {shown(wanted)}"
    if (part, name) == ("", "endpoint") and isinstance(wanted, str):
        known = list(BY_NAME)
        hint = did_you_mean(wanted, known) or f"; expected one of {', '.join(known)}"
        return "" if wanted in known else f"no endpoint is called {shown(wanted)}{hint}"
    return _schema_error(part, name, wanted) if isinstance(wanted, Mapping) else ""


def _schema_error(part: str, name: str, wanted: Mapping[str, Any]) -> str:
    if is_credential(part, name):
        if all(word in FINGERPRINTED for word in wanted):
            return ""
        words = " or ".join(FINGERPRINTED)
        return f"a credential is on record as its fingerprint; of a JSON Schema expected {words}"
    for word in wanted:
        if word not in KEYWORDS:
            return unknown_keyword(word)
    return "a schema can refer to no other; write it out" if _refers(wanted) else ""


def _refers(value: Any) -> bool:
    """Check that a schema refers to another one; nothing is fetched."""
    if isinstance(value, Mapping):
        reference = value.get("$ref", "#")
        return not str(reference).startswith("#") or any(map(_refers, value.values()))
    return isinstance(value, list) and any(map(_refers, value))
