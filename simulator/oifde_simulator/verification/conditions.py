"""One condition of a description: what is wrong with it, and how it is said.

Rule: no credential is quoted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oifde_simulator.journal.filters import NUMBERS
from oifde_simulator.journal.redaction.redactor import Redaction
from oifde_simulator.oifde.operations import BY_NAME
from oifde_simulator.rules.matching import Condition
from oifde_simulator.scenario.lint.pitfalls import KEYWORDS
from oifde_simulator.text import did_you_mean, shown

FINGERPRINTED = ("const", "enum")
"""What a JSON Schema can say of a credential, which is on record as its fingerprint."""


def told(part: str, name: str, condition: Condition) -> str:
    """A condition for messages, such as `status: 503` or `no rule`."""
    place = f"{part}.{name}" if part else name
    if isinstance(condition.wanted, bool):
        return f"{'any' if condition.wanted else 'no'} {place}"
    return f"{place}: {condition}"


def secret(part: str, name: str) -> bool:
    """Whether a field of this name in this part of an exchange holds a credential."""
    return bool(part) and Redaction.holds_credential(part, name)


def complaint(part: str, name: str, wanted: Any) -> str:
    """What is wrong with a condition; empty where nothing is. Never quotes a credential."""
    if wanted is None or isinstance(wanted, list):
        return "expected a value, true for present, false for absent, or a JSON Schema"
    if not part and name in NUMBERS and isinstance(wanted, str):
        return f"expected a whole number, true, false or a JSON Schema, found {shown(wanted)}"
    if not part and name not in NUMBERS and isinstance(wanted, int | float) and not isinstance(wanted, bool):
        return f"expected a text, true, false or a JSON Schema, found {shown(wanted)}"
    if (part, name) == ("", "endpoint") and isinstance(wanted, str):
        known = list(BY_NAME)
        hint = did_you_mean(wanted, known) or f"; expected one of {', '.join(known)}"
        return "" if wanted in known else f"no endpoint is called {shown(wanted)}{hint}"
    return _schema_complaint(part, name, wanted) if isinstance(wanted, Mapping) else ""


def _schema_complaint(part: str, name: str, wanted: Mapping[str, Any]) -> str:
    if secret(part, name):
        if all(word in FINGERPRINTED for word in wanted):
            return ""
        words = " or ".join(FINGERPRINTED)
        return f"a credential is on record as its fingerprint; of a JSON Schema expected {words}"
    for word in wanted:
        if word not in KEYWORDS:
            hint = did_you_mean(word, KEYWORDS) or "; see JSON Schema, draft 2020-12"
            return f"no keyword is called {shown(word)}{hint}"
    return "a schema can refer to no other; write it out" if _refers(wanted) else ""


def _refers(value: Any) -> bool:
    """Whether a schema refers to another one; nothing is fetched."""
    if isinstance(value, Mapping):
        reference = value.get("$ref", "#")
        return not str(reference).startswith("#") or any(map(_refers, value.values()))
    return isinstance(value, list) and any(map(_refers, value))
