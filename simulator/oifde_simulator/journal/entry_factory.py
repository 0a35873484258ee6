"""From an exchange to its entry: cut to size, and without a credential. On the way of every request."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson

from oifde_simulator.journal.recorded_head import cleaned, writable
from oifde_simulator.journal.recorded_request import SLACK, Requests
from oifde_simulator.journal.redaction.redactor import Finder, Redaction
from oifde_simulator.model.entry import KEPT, Entry
from oifde_simulator.model.exchange import Exchange
from oifde_simulator.model.http import JSON_UTF8
from oifde_simulator.oifde.operations import ISSUED_TOKEN

ENTRY = 1100
"""Bytes of memory that an entry takes beside its texts."""

ERROR_CODE = re.compile(rb'"errorCode"\s*:\s*(-?[0-9]{1,18})\b')


class Keeper:
    """Makes entries."""

    def __init__(self, redaction: Redaction) -> None:
        self._redaction = redaction
        self._requests = Requests(redaction)

    def entry(self, number: int, exchange: Exchange) -> Entry:
        """The entry of `exchange`."""
        request, honest, response = exchange.request, exchange.honest, exchange.response
        asked, finder, charge = self._requests.of(request, exchange.document)
        fields = honest.fields
        error_code: int | None = fields.get("errorCode")
        token = _issued(exchange)
        body, headers = response.body, response.headers
        if error_code:
            fields = self._cleaned(fields, exchange, finder)
        elif token:
            fields = {**fields, ISSUED_TOKEN[exchange.endpoint]: self._redaction.mark(token)}
        if body is not honest.response.body:
            body, error_code = self._replacing(body, exchange, finder)
        elif error_code:  # all that an error says is in its words
            body = (body if fields is honest.fields else orjson.dumps(dict(fields)))[:KEPT]
        elif token or request.read_error or len(body) > KEPT:
            body = self._unusual(body, exchange, token, finder)
        else:
            body = finder.clean_bytes(body)
        if headers is not JSON_UTF8:
            headers = self._requests.headers(headers)
        entry = Entry(
            number, exchange.at, exchange.tenant, exchange.endpoint, asked, len(request.body),
            response.status, error_code, headers, body, len(response.body),
            honest.response.status, fields, exchange.outcome, ENTRY + len(body) + charge,
        )  # fmt: skip
        if exchange.rule or exchange.held_back or exchange.notes or honest.problems or honest.warnings:
            self._annotate(entry, exchange, finder)
        return entry

    def _unusual(self, body: bytes, exchange: Exchange, token: str, finder: Finder) -> bytes:
        """What is kept of an honest answer with a token, to what is no request, or large."""
        if token:
            body = body.replace(token.encode(), self._redaction.mark(token).encode())
        body = _beginning(body, finder)
        if not exchange.request.read_error:
            return body
        return self._redaction.unread(body.decode("utf-8", "replace")).encode()

    def _replacing(self, octets: bytes, exchange: Exchange, finder: Finder) -> tuple[bytes, int | None]:
        """What is kept of the body that took the place of the honest one, and its errorCode."""
        if not octets:
            return octets, None
        code = ERROR_CODE.search(octets)
        octets = octets[: KEPT + SLACK]
        if issued := _issued(exchange):
            octets = self._redaction.finder(issued).clean_bytes(octets)
        text = self._redaction.text(octets.decode("utf-8", "surrogateescape"))
        octets = _beginning(text.encode("utf-8", "surrogateescape"), finder)
        return (finder.clean_quotes(octets), int(code[1])) if code else (octets, None)

    def _cleaned(self, fields: Mapping[str, Any], exchange: Exchange, finder: Finder) -> Mapping[str, Any]:
        """The members of an error answer: its words may quote the request."""
        words = fields["errorMsg"]
        told = self._message(words, exchange, finder)
        return fields if told is words else {**fields, "errorMsg": told}

    def _annotate(self, entry: Entry, exchange: Exchange, finder: Finder) -> None:
        """What is seldom there."""
        honest = exchange.honest
        entry.rule, entry.faults, entry.held_back = exchange.rule, exchange.faults, exchange.held_back
        entry.problems = tuple(self._message(each.log_message, exchange, finder) for each in honest.problems)
        entry.warnings = tuple(self._message(each, exchange, finder) for each in honest.warnings)
        entry.notes = tuple(self._message(each, exchange, finder) for each in exchange.notes)
        entry.charge += sum(map(len, (*entry.problems, *entry.warnings, *entry.notes)))

    def _message(self, words: str, exchange: Exchange, finder: Finder) -> str:
        words = finder.clean_message(writable(words))
        if not exchange.endpoint:  # the path is told, and the target may have anything
            words = cleaned(words, lambda text: finder.clean_message(self._redaction.text(text)))
        # What could not be read is quoted as it came, and nobody knows what in it is a credential.
        return self._redaction.unread(words) if exchange.request.read_error else words


def _issued(exchange: Exchange) -> str:
    """Find the token that the honest answer issues; empty where it issues none."""
    field = ISSUED_TOKEN.get(exchange.endpoint)
    return exchange.honest.fields.get(field, "") if field else ""


def _beginning(body: bytes, finder: Finder) -> bytes:
    """What is kept of an answer's body; what the cut would part is found before it."""
    if len(body) <= KEPT:
        return finder.clean_bytes(body)
    return finder.clean_bytes(body[: KEPT + finder.longest])[:KEPT]
