"""What is expected, made comparable: the journal keeps no credentials, so theirs are marked here too."""

from __future__ import annotations

from typing import Any

import orjson

from oifde_simulator.journal.redaction.credential_names import is_credential
from oifde_simulator.journal.redaction.redactor import PREFIX, SHORTEST, Redactor
from oifde_simulator.journal.request_capture import shorten
from oifde_simulator.model.entry import KEPT
from oifde_simulator.wiremock.patterns.values import MISSING, compact, decoded

AS_THEY_ARE = (PREFIX, "${json-unit", "#{json-unit")
"""Beginnings of values of credentials that are marked already, or stand for any."""


class Marking:
    """Puts marks in the place of credentials, as the journal does."""

    def __init__(self, seed: str) -> None:
        """`seed` is the server's, as fingerprints depend on it."""
        self._redaction = Redactor(seed)

    def value(self, wanted: Any) -> Any:
        """A JSON value as the journal would keep it."""
        found: list[str] = []
        marked = self._value(wanted, found)
        octets = self._redaction.finder(*found).replace_bytes(orjson.dumps(marked))
        if type(marked) is dict and len(octets) > KEPT:
            return shorten(orjson.loads(octets))
        return orjson.loads(octets)

    def _value(self, wanted: Any, found: list[str]) -> Any:
        if type(wanted) is list:
            return [self._value(each, found) for each in wanted]
        if type(wanted) is not dict:
            return wanted
        return {name: self._member(name, value, found) for name, value in wanted.items()}

    def _member(self, name: str, value: Any, found: list[str]) -> Any:
        if not is_credential(name) or (isinstance(value, str) and value.startswith(AS_THEY_ARE)):
            return self._value(value, found)
        return self._redaction.fields({name: value}, found)[name]

    def whole(self, wanted: str) -> frozenset[str]:
        """The texts that say the same as `wanted`."""
        texts = {wanted, self._redaction.text(wanted), self._redaction.fingerprint(wanted)}
        given = decoded(wanted) if wanted[:1] in ("{", "[") else MISSING
        return frozenset(texts if given is MISSING else texts | {compact(self.value(given))})

    def part(self, wanted: str) -> frozenset[str]:
        """The texts that say the same as `wanted` within another."""
        texts = {wanted, self._redaction.text(wanted)}
        return frozenset(texts | {self._redaction.fingerprint(wanted)} if len(wanted) >= SHORTEST else texts)
