"""Expected values, redacted as the journal redacts requests, so that the two can be compared.

Rule: a client may write a credential as it is; the journal has only its fingerprint, so the pattern gets
that too.
"""

from __future__ import annotations

from typing import Any

import orjson

from oifde_simulator.journal.redaction.credential_names import is_credential
from oifde_simulator.journal.redaction.redactor import PREFIX, SHORTEST, Redactor
from oifde_simulator.journal.request_capture import kept_fields
from oifde_simulator.model.entry import KEPT
from oifde_simulator.wiremock.patterns.logged_request import MISSING, compact_json, parse_json

UNCHANGED = (PREFIX, "${json-unit", "#{json-unit")
"""Prefixes of values that are no credentials: fingerprints and placeholders."""


class ExpectedRedactor:
    """Replaces credentials in expected values by fingerprints."""

    def __init__(self, seed: str) -> None:
        """`seed` is the server's, on which fingerprints depend."""
        self._redactor = Redactor(seed)

    def json_value(self, wanted: Any) -> Any:
        """Redact a JSON value, and shorten it as the journal shortens large bodies."""
        found: list[str] = []
        redacted = self._value(wanted, found)
        finder = self._redactor.finder(*found)
        if type(redacted) is dict and len(orjson.dumps(redacted)) > KEPT:
            return kept_fields(self._redactor, redacted, finder)
        return self._redactor.without(redacted, finder)

    def _value(self, wanted: Any, found: list[str]) -> Any:
        if type(wanted) is list:
            return [self._value(each, found) for each in wanted]
        if type(wanted) is not dict:
            return wanted
        return {name: self._member(name, value, found) for name, value in wanted.items()}

    def _member(self, name: str, value: Any, found: list[str]) -> Any:
        if not is_credential(name) or (isinstance(value, str) and value.startswith(UNCHANGED)):
            return self._value(value, found)
        return self._redactor.fields({name: value}, found)[name]

    def spellings(self, wanted: str) -> frozenset[str]:
        """List the texts that mean the same as `wanted`."""
        texts = {wanted, self._redactor.text(wanted), self._redactor.fingerprint(wanted)}
        given = parse_json(wanted) if wanted[:1] in ("{", "[") else MISSING
        return frozenset(texts if given is MISSING else texts | {compact_json(self.json_value(given))})

    def part_spellings(self, wanted: str) -> frozenset[str]:
        """List the texts that mean the same as `wanted` inside another text."""
        texts = {wanted, self._redactor.text(wanted)}
        return frozenset(texts | {self._redactor.fingerprint(wanted)} if len(wanted) >= SHORTEST else texts)
