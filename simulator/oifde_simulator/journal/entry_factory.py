"""An exchange as an entry: redacted and cut to size.

Rule: pure, and on the path of every request. An entry depends on the exchange, the number that the store
gives and the seed; its outcome comes later.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson

from oifde_simulator.journal.counted_values import Reasons, reasons
from oifde_simulator.journal.head_capture import HEAVIEST_FINDER, encodable, redact_encoded
from oifde_simulator.journal.redaction.credential_finder import CredentialFinder
from oifde_simulator.journal.redaction.inserted import inserted_credentials
from oifde_simulator.journal.redaction.redactor import Redactor
from oifde_simulator.journal.request_capture import SLACK, RequestCapture
from oifde_simulator.model.decision import RecordedDecision
from oifde_simulator.model.entry import KEPT, Entry
from oifde_simulator.model.exchange import Exchange
from oifde_simulator.model.http import JSON_UTF8, Headers
from oifde_simulator.model.outcome import UNDER_WAY
from oifde_simulator.oifde.operations import ISSUED_TOKEN, OPERATIONS
from oifde_simulator.oifde.operations.base import DocumentedOperation

ENTRY = 1200
"""Bytes of memory that an entry takes beside its texts."""

ERROR_CODE = re.compile(
    rb'"errorCode"\s*:\s*(-?[0-9]{1,19})(?![0-9.eE])|"resultCode"\s*:\s*"([0-9]{1,19})"', re.ASCII
)
OWN_CODES = {each.name: each for each in OPERATIONS if each.code_field != "errorCode"}
"""Operations whose errors have members of other names."""


NONE: tuple[str, ...] = ()
"""Rules that fired at most exchanges."""
Messages = tuple[str, ...]
NO_MESSAGES: tuple[Messages, Messages, Messages] = ((), (), ())
"""Problems, warnings and notes of most exchanges."""


class EntryFactory:
    """Makes entries."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._requests = RequestCapture(redactor)
        self._clean, self._cleared_by = b"", redactor.finder()
        """Last honest answer in which a finder found nothing, and the finder: the same often comes again."""
        self._clean_replaced: tuple[CredentialFinder, bytes, int | None] = (self._cleared_by, b"", None)
        """Finder, last body of a rule in which nothing was found, and its errorCode."""

    def make(self, exchange: Exchange, number: int = 0) -> Entry:
        """Make the entry of an exchange; `number` is 0 if the store gives it later, by `Entry.numbered`."""
        request, honest, response = exchange.request, exchange.honest, exchange.response
        recorded, finder, charge = self._requests.capture(request, exchange.document)
        fields = honest.fields
        error_code: int | None = fields.get("errorCode") if "errorCode" in fields else _own_code(exchange)
        token = _issued(exchange)
        body, headers = response.body, response.headers
        size, body = len(body), body if type(body) is bytes else b""  # of sound, length and digest are kept
        if error_code:
            fields = self._error_fields(fields, exchange, finder)
        elif token:
            fields = {**fields, ISSUED_TOKEN[exchange.endpoint]: self._redactor.fingerprint(token)}
        if response.body is not honest.response.body:
            body, error_code = self._replaced_body(body, exchange, finder)
        elif error_code:  # an error answer consists of its fields
            body = (body if fields is honest.fields else orjson.dumps(dict(fields)))[:KEPT]
        elif token or request.read_error or len(body) > KEPT:
            body = self._unusual_body(body, exchange, token, finder)
        elif finder is not self._cleared_by or body != self._clean:
            body = self._searched(body, finder)
        if headers is not JSON_UTF8:
            headers = self._headers(headers, exchange, finder)
        problems, warnings, notes = NO_MESSAGES
        if exchange.notes or honest.problems or honest.warnings:
            problems, warnings, notes = self._messages(exchange, finder)
            charge += sum(map(len, (*problems, *warnings, *notes)))
        held_back: Reasons = reasons(exchange, recorded) if exchange.held_back else ()
        charge += sum([len(why) for _, why in held_back]) if held_back else 0
        decision, rules = exchange.decision, NONE
        if exchange.rule:
            rules = exchange.rules
            decision = self._decision(decision)
            charge += decision.charge
        # Without a call of Python's, as `Entry(...)` would be one.
        return tuple.__new__(Entry, (
            number, exchange.at, exchange.tenant, exchange.endpoint, recorded, len(request.body),
            response.status, error_code, headers, body, size, honest.response.status, fields,
            ENTRY + len(body) + charge, exchange.rule, exchange.faults, held_back,
            problems, warnings, notes, rules, request.peer, decision, UNDER_WAY,
        ))  # fmt: skip

    def _searched(self, body: bytes, finder: CredentialFinder) -> bytes:
        """Redact an honest answer, and remember one in which nothing was found."""
        found = finder.replace_bytes(body)
        if found is body and finder.weight <= HEAVIEST_FINDER:
            self._clean, self._cleared_by = body, finder
        return found

    def _headers(self, headers: Headers, exchange: Exchange, finder: CredentialFinder) -> Headers:
        """Redact headers, first of credentials that placeholders have written: a cut may split one later."""
        if exchange.inserted:
            written = self._redactor.finder(*inserted_credentials(exchange.inserted))
            headers = tuple((name, finder.replace(written.replace(value))) for name, value in headers)
        return self._requests.headers(headers)

    def _decision(self, decision: RecordedDecision) -> RecordedDecision:
        """Redact the headers of the honest answer, which are nearly always ours."""
        if decision.honest_headers is JSON_UTF8:
            return decision
        return decision._replace(honest_headers=self._requests.headers(decision.honest_headers))

    def _unusual_body(self, body: bytes, exchange: Exchange, token: str, finder: CredentialFinder) -> bytes:
        """Redact an honest answer that issues a token, is large, or answers an unreadable request."""
        if token:
            body = body.replace(token.encode(), self._redactor.fingerprint(token).encode())
        body = _beginning(body, finder)
        if not exchange.request.read_error:
            return body
        return self._redactor.unparsed(body.decode("utf-8", "replace")).encode()

    def _replaced_body(
        self, octets: bytes, exchange: Exchange, finder: CredentialFinder
    ) -> tuple[bytes, int | None]:
        """Redact a body that a rule put in place of the honest one; returns the body and its errorCode."""
        if not octets:
            return octets, None
        written = [*inserted_credentials(exchange.inserted)]
        if issued := _issued(exchange):
            written.append(issued)
        clean = self._clean_replaced
        if finder is clean[0] and octets == clean[1] and not written:
            return octets, clean[2]
        found = self._redacted_body(octets, written, finder)
        if found[0] == octets and finder.weight <= HEAVIEST_FINDER:
            self._clean_replaced = finder, octets, found[1]
        return found

    def _redacted_body(
        self, octets: bytes, written: list[str], finder: CredentialFinder
    ) -> tuple[bytes, int | None]:
        """Redact a body of a rule, in which placeholders have written credentials."""
        code = ERROR_CODE.search(octets)
        octets = octets[: KEPT + SLACK]
        if written:
            octets = self._redactor.finder(*written).replace_bytes(octets)
        text = self._redactor.text(octets.decode("utf-8", "surrogateescape"))
        octets = _beginning(text.encode("utf-8", "surrogateescape"), finder)
        return (finder.replace_truncated(octets), int(code[1] or code[2])) if code else (octets, None)

    def _error_fields(
        self, fields: Mapping[str, Any], exchange: Exchange, finder: CredentialFinder
    ) -> Mapping[str, Any]:
        """Redact the message, which may quote the request; returns the same object if nothing changes."""
        own = _own_shape(exchange)
        name = own.message_field if own else "errorMsg"
        message = fields[name]
        redacted = self._message(message, exchange, finder)
        if redacted is message:
            return fields
        return own.with_message(fields, redacted) if own else {**fields, name: redacted}

    def _messages(self, exchange: Exchange, finder: CredentialFinder) -> tuple[Messages, Messages, Messages]:
        """Redact problems, warnings and notes."""
        honest = exchange.honest
        problems, warnings, notes = NO_MESSAGES
        if honest.problems:
            problems = tuple([self._message(each.log_message, exchange, finder) for each in honest.problems])
        if honest.warnings:
            warnings = tuple([self._message(each, exchange, finder) for each in honest.warnings])
        if exchange.notes:
            notes = tuple([self._message(each, exchange, finder) for each in exchange.notes])
        return problems, warnings, notes

    def _message(self, message: str, exchange: Exchange, finder: CredentialFinder) -> str:
        message = finder.replace_in_message(message if message.isascii() else encodable(message))
        if not exchange.endpoint:  # the message quotes the target, which may contain anything
            message = redact_encoded(
                message, lambda text: finder.replace_in_message(self._redactor.text(text))
            )
        # An unreadable body is quoted as it came, so any part of the quotation may be a credential.
        return self._redactor.unparsed(message) if exchange.request.read_error else message


def _issued(exchange: Exchange) -> str:
    """Find the token that the honest answer issues; empty where it issues none."""
    field = ISSUED_TOKEN.get(exchange.endpoint)
    return exchange.honest.fields.get(field, "") if field else ""


def _own_shape(exchange: Exchange) -> DocumentedOperation | None:
    """Find the operation with codes of its own in whose shape an answer is; None for the common shape."""
    if exchange.endpoint:
        return OWN_CODES.get(exchange.endpoint)
    return next((each for each in OWN_CODES.values() if each.code_field in exchange.honest.fields), None)


def _own_code(exchange: Exchange) -> int | None:
    """Read the code of an honest answer that has it as text; None where it has none."""
    own = _own_shape(exchange)
    text = exchange.honest.fields.get(own.code_field) if own else None
    return None if text is None else int(text)


def _beginning(body: bytes, finder: CredentialFinder) -> bytes:
    """Redact and cut a body to `KEPT`; the search reaches beyond the cut, which may split a credential."""
    if len(body) <= KEPT:
        return finder.replace_bytes(body)
    return finder.replace_bytes(body[: KEPT + finder.longest])[:KEPT]
