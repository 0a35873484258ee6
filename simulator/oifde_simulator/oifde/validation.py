"""What a client's body holds, compared with the contract: values to work with, problems, warnings.

Checks in two speeds: a body that the compiled schema accepts and that holds nothing odd costs
microseconds; only an odd one is walked and explained.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from oifde_simulator.model.vendor_errors import PARAMETER_INCORRECT, Problem
from oifde_simulator.oifde import contract
from oifde_simulator.oifde.decoding import SHORT, decode_again, excerpt
from oifde_simulator.oifde.query import Wanted
from oifde_simulator.text import nearest

IDENTITY = ("tenantId", "authToken", "appKey", "appSecret")
"""Fields that are judged before all others."""

TOKEN = "authToken"  # noqa: S105  a field's name

REMEMBERED = 128
"""Bodies of one operation of one tenant whose readings are remembered."""

KNOWN_SLIPS = {"startTime": "beginTime", "pageNo": "pageNum", "token": "authToken"}
"""Names seen in other catalogues of calls, and what they mean here."""


@dataclass(slots=True)
class Reading:
    """A body as the service understands it; shared between requests, so not to be changed."""

    values: dict[str, Any]
    """Fields that count as sent."""
    identity: tuple[Problem, ...] = ()
    """What is wrong with the fields that say who asks."""
    problems: tuple[Problem, ...] = ()
    """What is wrong with the others."""
    warnings: tuple[str, ...] = ()
    wanted: Wanted | None = None
    """What a query asks for, once somebody has worked it out."""


class Parameters:
    """Reads the bodies of one operation."""

    def __init__(self, operation: str, *, accept_numbers: bool = False, refuse_unknown: bool = False) -> None:
        """`accept_numbers` takes numbers for strings; `refuse_unknown` refuses fields no table names."""
        self._accepts = contract.request_schema(operation).accepts
        self._explain = contract.request_schema(operation).explain
        self._known = contract.request_fields(operation)
        self._optional = contract.optional_fields(operation)
        self._accept_numbers = accept_numbers
        self._refuse_unknown = refuse_unknown
        self._read_again = lru_cache(maxsize=REMEMBERED)(lambda octets: self.read(decode_again(octets)))

    def of(self, octets: bytes, document: dict[str, Any]) -> Reading:
        """The reading of a body, given as bytes and decoded; short ones are remembered."""
        return self._read_again(octets) if len(octets) <= SHORT else self.read(document)

    def read(self, document: dict[str, Any]) -> Reading:
        """Compare `document` with the contract."""
        sent = document.values()
        plain = None not in sent and "" not in sent and document.keys() <= self._known
        if plain and self._accepts(document) and not _reversed(document):
            return Reading(document)
        return self._explained(document)

    def _explained(self, document: dict[str, Any]) -> Reading:
        warnings: list[str] = []
        values = self._counted_as_sent(document, warnings)
        if self._accept_numbers:
            values = self._as_strings(values, warnings)
        problems = [] if self._accepts(values) else self._faults(values)
        # Guess: [reversed-times] an end before its beginning is refused, not empty; a query would settle it.
        if not problems and _reversed(values):
            problems.append(("beginTime", Problem(PARAMETER_INCORRECT, _reversal(values))))
        # Guess: [unknown-fields] let pass unless the setting says so; sending one would settle it.
        unknown = [self._unknown(name) for name in document if name not in self._known]
        if self._refuse_unknown:
            problems += [("", Problem(PARAMETER_INCORRECT, text)) for text in unknown]
        else:
            warnings += unknown
        identity = tuple(problem for name, problem in problems if name in IDENTITY)
        others = tuple(problem for name, problem in problems if name not in IDENTITY)
        return Reading(values, identity, others, tuple(warnings))

    def _faults(self, values: dict[str, Any]) -> list[tuple[str, Problem]]:
        hollow = {name: _hollow(value) for name, value in values.items() if name in self._known}
        # Guess: [parameter-code] any fault of a parameter is 10000002; a capture of each would settle it.
        faults = [(contract.field_of(v), v) for v in contract.distinct(self._explain(hollow))]
        return [
            (field, Problem(PARAMETER_INCORRECT, contract.complaint(violation)))
            for field, violation in faults
            if field != TOKEN or values.get(TOKEN) not in (None, "")  # a missing token is the token's problem
        ]

    def _counted_as_sent(self, document: dict[str, Any], warnings: list[str]) -> dict[str, Any]:
        # Guess: [empty-fields] null and "" count as not sent (Java clients do so); a capture would settle it.
        values = {}
        for name, value in document.items():
            if (value is None or value == "") and name in self._optional:
                warnings.append(f"{name} is {excerpt(value)}: counted as not sent; leave it out")
            else:
                values[name] = value
        return values

    def _as_strings(self, values: dict[str, Any], warnings: list[str]) -> dict[str, Any]:
        # Guess: [numbers] refused unless the setting says so; "pageNum": 1 on a real system would settle it.
        numbers = {
            name: value for name, value in values.items() if type(value) is int and name in self._known
        }
        warnings += [
            f'{name} is the number {value}: expected the string "{value}"' for name, value in numbers.items()
        ]
        return values | {name: str(value) for name, value in numbers.items()}

    def _unknown(self, name: str) -> str:
        meant = KNOWN_SLIPS.get(name) or nearest(name, sorted(self._known))
        return f"{excerpt(name)} is not a field of this interface" + (
            f"; did you mean {meant}?" if meant else ""
        )


def _hollow(value: Any) -> Any:
    # No field holds a container, so its insides explain nothing, and their depth could exhaust the stack.
    return type(value)() if isinstance(value, dict | list) else value


def _reversed(values: Mapping[str, Any]) -> bool:
    # The format sorts as text sorts; by now both are strings in it, or one of them is refused anyway.
    begin, end = values.get("beginTime"), values.get("endTime")
    return begin is not None and end is not None and str(begin) > str(end)


def _reversal(values: Mapping[str, Any]) -> str:
    return f"beginTime {excerpt(values['beginTime'])} is after endTime {excerpt(values['endTime'])}"


@lru_cache(maxsize=256)
def content_type_warning(content_type: str | None) -> str:
    """What is wrong with a Content-Type header; empty when nothing is."""
    # Guess: [content-type] another one is let pass; a call without the header would settle it.
    # C3 OIAP Interface Authentication: fixed at "application/json; charset=UTF-8".
    if content_type is None:
        return "no Content-Type; expected application/json; charset=UTF-8"
    media, _, rest = content_type.partition(";")
    charset = rest.strip().lower().replace(" ", "").replace('"', "")
    if media.strip().lower() == "application/json" and charset in ("", "charset=utf-8"):
        return ""
    return f"Content-Type is {excerpt(content_type)}; expected application/json; charset=UTF-8"
