"""Filters from the parameters of a URL.

Rule: a parameter that is not understood is refused, with a suggestion; credentials are compared by
fingerprint.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import orjson

from oifde_simulator.instants import instant
from oifde_simulator.journal.client_condition import CLIENT, client_condition
from oifde_simulator.journal.filters import ATTRIBUTES, FREE_TEXT, NUMBERS, YES_OR_NO, Filter, Since
from oifde_simulator.journal.outcome_condition import OUTCOME, ending_error
from oifde_simulator.journal.redaction.credential_names import is_credential
from oifde_simulator.journal.redaction.redactor import PREFIX
from oifde_simulator.journal.text_search import TextCondition
from oifde_simulator.oifde.operations import NUMBERS_SENT, REQUEST_FIELDS, TEXTS_ANSWERED
from oifde_simulator.rules.conditions.certificate_conditions import PART, field_error
from oifde_simulator.rules.conditions.matching import Condition
from oifde_simulator.text import did_you_mean, shown

PARTS = {"request.": "request", "headers.": "headers", "response.": "response", f"{PART}.": PART}
"""Parts of an exchange by prefix of the parameter; without a prefix it is a field of the request."""
LARGEST = 2**63 - 1
"""Largest number that JSON on both sides can hold."""
KNOWN = (*ATTRIBUTES, "since")


class WrongParameter(ValueError):
    """A parameter that cannot be understood; the message says which, and what to write."""


def parse(given: Iterable[tuple[str, str]], fingerprint: Callable[[str], str]) -> Filter:
    """Build a filter from parameters. Raises WrongParameter."""
    tests: dict[str, Condition] = {}
    match: dict[str, dict[str, Any]] = {}
    since = Since()
    for name, text in _each_once(given):
        if name == "since":
            since = _since(text)
        elif name == FREE_TEXT:
            tests[name] = TextCondition(text, fingerprint(text))
        elif name == CLIENT:
            tests[name] = _client(text)
        elif name == OUTCOME:
            tests[name] = _ending(text)
        elif name in ATTRIBUTES:
            tests[name] = _condition(name, text, number=name in NUMBERS)
        else:
            part, field = _place(name)
            wanted = _wanted(name, text, number=_is_number(part, field))
            _condition(name, text, number=False)  # refuses a wrong JSON Schema
            if part == "request" and isinstance(wanted, str) and is_credential(field):
                wanted = wanted if wanted.startswith(PREFIX) else fingerprint(wanted)
            match.setdefault(part, {})[field] = wanted
    return Filter(tests, match, since)


def _each_once(given: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    seen = set()
    for name, text in given:
        if name in seen:
            raise WrongParameter(f"{name} is there twice; expected each parameter once")
        seen.add(name)
        yield name, text


def _place(name: str) -> tuple[str, str]:
    """Split the name of a parameter into part and field."""
    for prefix, part in PARTS.items():
        if name.startswith(prefix) and name != prefix:
            field = name.removeprefix(prefix)
            if part == PART and (error := field_error(field)):
                raise WrongParameter(error)
            return part, field
    if name in REQUEST_FIELDS:
        return "request", name
    known = (*KNOWN, *sorted(REQUEST_FIELDS))
    hint = (
        did_you_mean(name, known)
        or f"; expected one of {', '.join(known)}, or request.NAME for another field"
    )
    raise WrongParameter(f"unknown parameter {shown(name)}{hint}")


def _is_number(part: str, field: str) -> bool:
    """Check that digits stand for a number in a field."""
    return field in NUMBERS_SENT if part == "request" else part == "response" and field not in TEXTS_ANSWERED


def _condition(name: str, text: str, *, number: bool) -> Condition:
    wanted = _wanted(name, text, number=number)
    if number and isinstance(wanted, str):
        raise WrongParameter(
            f"{name}: expected a whole number, true, false or a JSON Schema, found {shown(text)}"
        )
    try:
        return Condition(wanted)
    except ValueError as error:
        raise WrongParameter(f"{name}: expected a JSON Schema, found {shown(text)}: {error}") from None


def _client(text: str) -> Condition:
    wanted = _wanted(CLIENT, text, number=False)
    try:
        return client_condition(wanted)
    except ValueError as error:
        raise WrongParameter(f"{CLIENT}: {error}") from None


def _ending(text: str) -> Condition:
    condition = _condition(OUTCOME, text, number=False)
    if error := ending_error(condition.wanted):
        raise WrongParameter(f"{OUTCOME}: {error}")
    return condition


def _wanted(name: str, text: str, *, number: bool) -> Any:
    """Parse a value: `{...}` is a JSON Schema, `true` means present, `false` absent, other text itself."""
    if text in ("true", "false"):
        return text == "true"
    if name in YES_OR_NO:
        raise WrongParameter(f"{name}: expected true or false, found {shown(text)}")
    if number and re.fullmatch("-?[0-9]{1,19}", text, re.ASCII) and -LARGEST - 1 <= int(text) <= LARGEST:
        return int(text)
    if not text.startswith("{"):
        return text
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise WrongParameter(
            f"{name}: what begins with {{ is a JSON Schema, found {shown(text)}: {error}"
        ) from None


def _since(text: str) -> Since:
    if re.fullmatch("[0-9]{1,18}", text, re.ASCII):
        return Since(number=int(text), given=True)
    at = instant(text)
    if at is None:
        raise WrongParameter(
            f'since: expected a number, or an instant such as "2026-01-01T00:00:00Z", found {shown(text)}'
        )
    return Since(at=at, given=True)
