"""Credentials in expectations, replaced by fingerprints as on record.

Rule: redaction comes before everything else, so that neither filters nor messages have credentials.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oifde_simulator.journal.filter_parameters import PARTS
from oifde_simulator.journal.head_capture import LONGEST_HEADER
from oifde_simulator.journal.redaction.credential_names import holds_credential
from oifde_simulator.journal.redaction.redactor import PREFIX, Redactor

SECTIONS = tuple(PARTS.values())
"""Parts of an exchange that have conditions by name, as in a rule's match."""
OWN_NAMES = ("tokensFetchedFirst",)
"""Names of ours that look like those of credentials."""


def is_credential(part: str, name: str) -> bool:
    """Check that a field of a part of an exchange holds a credential; the part is empty for attributes."""
    return bool(part) and holds_credential(part, name)


def redact_condition(redactor: Redactor, part: str, name: str, wanted: Any) -> Any:
    """Redact the value of a condition, or the texts in its JSON Schema."""
    if isinstance(wanted, str):
        return redact_value(redactor, part, name, wanted)
    if not isinstance(wanted, Mapping) or not is_credential(part, name):
        return wanted
    return {word: _redact_each(redactor, part, name, value) for word, value in wanted.items()}


def redact_value(redactor: Redactor, part: str, name: str, value: Any) -> Any:
    """Redact one value as the journal does."""
    if not isinstance(value, str) or not value or value.startswith(PREFIX):
        return value
    if part == "headers":
        return redactor.header(name, value, LONGEST_HEADER)
    return redactor.fingerprint(value) if is_credential(part, name) else value


def redact_expectation(redactor: Redactor, given: Any, part: str = "request") -> Any:
    """Redact an expectation as given, to be shown beside its result."""
    if isinstance(given, list):
        return [redact_expectation(redactor, each, part) for each in given]
    if not isinstance(given, Mapping):
        return given
    return {name: _redact_member(redactor, part, name, value) for name, value in given.items()}


def _redact_each(redactor: Redactor, part: str, name: str, value: Any) -> Any:
    if isinstance(value, list):
        return [redact_value(redactor, part, name, each) for each in value]
    return redact_value(redactor, part, name, value)


def _redact_member(redactor: Redactor, part: str, name: str, value: Any) -> Any:
    section, _, rest = name.partition(".")
    if section in SECTIONS:
        if rest:
            return _redact_member(redactor, section, rest, value)
        return redact_expectation(redactor, value, section)
    if name in OWN_NAMES or not is_credential(part, name):
        return redact_expectation(redactor, value, part)
    return redact_condition(redactor, part, name, value)
