"""Read the request of downloadOiapRecord: fields inside the members of a body, and one of the query."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import unquote_plus

from oifde_simulator.json_schema.schema import Schema, Violation
from oifde_simulator.model.http import Request
from oifde_simulator.model.recording_errors import (
    BODY_NULL,
    PARAMETER_EMPTY,
    PARAMETER_FORMAT,
    PARAMETER_NULL,
    PARAMETER_TOO_LONG,
    PARAMETER_TOO_SHORT,
    WRONG_VERSION,
)
from oifde_simulator.model.vendor_errors import Problem, VendorError
from oifde_simulator.oifde import contract, error_messages
from oifde_simulator.oifde.authorization import SignedRequest, authorization
from oifde_simulator.oifde.decoding import SHORT, decode, decode_again, shown
from oifde_simulator.oifde.reading import Reading
from oifde_simulator.text import nearest

WHOLE_NUMBER = re.compile(r"-?[0-9]{1,10}", re.ASCII)
LARGEST_INT = 2**31 - 1
"""Largest value of the vendor's int."""
RANKS = ("required", "type", "minLength", "maxLength", "const")
"""Keywords of the contract, in the order in which a field is judged by them."""
CODES = {"maxLength": PARAMETER_TOO_LONG, "const": WRONG_VERSION}
"""Codes of keywords; any other keyword is about the format."""
MOST_TOLD = 10
"""Unknown fields that are told."""
BODY = "msgBody"
"""Member of a request that holds the parameters of its body."""


def flat_fields(operation: str, document: Mapping[str, Any], target: str) -> dict[str, Any]:
    """Gather the fields of a request from the members of its body, and from its query."""
    found = {}
    for name, member in contract.members_of(operation).items():
        inside = document.get(member)
        if isinstance(inside, dict) and name in inside:
            found[name] = inside[name]
    return found | query_fields(operation, target)


def query_fields(operation: str, target: str) -> dict[str, Any]:
    """Read the documented parameters of a query: whole numbers as numbers, anything else as text."""
    query = target.partition("?")[2].partition("#")[0]
    pairs = (pair.partition("=") for pair in query.split("&"))
    known, found = contract.parameters(operation), dict[str, Any]()
    for name, _, text in pairs:
        if (decoded := unquote_plus(name)) in known:
            found.setdefault(decoded, _number(unquote_plus(text)))
    return found


def _number(text: str) -> int | str:
    whole = WHOLE_NUMBER.fullmatch(text) and abs(int(text)) <= LARGEST_INT
    return int(text) if whole else text


class DownloadReader:
    """Reads the requests of one operation whose body has members with fields inside."""

    def __init__(self, operation: str) -> None:
        self._operation = operation

    @cached_property
    def _schema(self) -> Schema:
        return contract.request_schema(self._operation)

    def read(self, request: Request) -> Reading:
        """Read a request whose body is a JSON object."""
        body = request.body
        document = decode_again(body) if len(body) <= SHORT else decode(body)
        values = flat_fields(self._operation, document, request.target)
        problems, warnings = list(self._problems(document)), list(self._unknown(document))
        location = values.get("locationId")
        if location == "":
            warnings.append('locationId is "": counted as not sent; leave it out')
            del values["locationId"]
        elif isinstance(location, str):
            detail = f"locationId {shown(location)}: expected a whole number"
            problems.append(Problem(PARAMETER_FORMAT, detail))
        signed = SignedRequest(request, authorization(request.headers))
        return Reading(values, (), tuple(problems), tuple(warnings), signed)

    def _unknown(self, document: Mapping[str, Any]) -> Iterator[str]:
        """Describe the first members that the contract does not have; they are let pass."""
        members = contract.members_of(self._operation)
        places = [(name, "") for name in document if name not in members.values()]
        for member in dict.fromkeys(members.values()):
            inside = document.get(member)
            inner = inside if isinstance(inside, dict) else ()
            places += [(name, f"{member}.") for name in inner if members.get(name) != member]
        for name, where in places[:MOST_TOLD]:
            likely = members.get(name) or nearest(name, sorted({*members, *members.values()}))
            inside = f"{members[likely]}.{likely}" if likely in members else likely
            hint = f"; did you mean {inside}?" if likely else ""
            yield f"{shown(where + name)} is not a field of this interface{hint}"

    def _problems(self, document: Mapping[str, Any]) -> Iterator[Problem]:
        if self._schema.accepts(document):
            return
        found = sorted(self._schema.explain(_hollow(document)), key=_order)
        # Guess: [download-codes] which code answers which fault of a parameter; a capture of each settles it.
        for violation in error_messages.distinct(found):
            yield Problem(_error(violation), error_messages.error_message(violation))


def _order(violation: Violation) -> tuple[bool, int]:
    """Order violations: those of the body's parameters come last, and each field's by its rank."""
    rank = RANKS.index(violation.keyword) if violation.keyword in RANKS else len(RANKS)
    return error_messages.subject(violation)[:1] == (BODY,), rank


def _error(violation: Violation) -> VendorError:
    """Choose the code for a violation."""
    if violation.keyword == "required" or (violation.keyword == "type" and violation.found is None):
        return BODY_NULL if error_messages.subject(violation) == (BODY,) else PARAMETER_NULL
    if violation.keyword == "minLength":
        return PARAMETER_EMPTY if violation.found == "" else PARAMETER_TOO_SHORT
    return CODES.get(violation.keyword, PARAMETER_FORMAT)


def _hollow(document: Mapping[str, Any]) -> dict[str, Any]:
    """Empty what lies deeper than a field: its depth could exhaust the stack."""
    return {
        name: {key: _emptied(inner) for key, inner in value.items()}
        if isinstance(value, dict)
        else _emptied(value)
        for name, value in document.items()
    }


def _emptied(value: Any) -> Any:
    return type(value)() if isinstance(value, dict | list) else value
