"""Compare a request body with the contract: values to work with, problems, warnings.

Rule: a body that the compiled schema accepts, and that has nothing odd, costs microseconds; only an odd
one is walked and explained.
"""

from __future__ import annotations

from sys import getsizeof
from typing import Any

from oifde_simulator.bounded_cache import BoundedCache, bounded_cache
from oifde_simulator.json_schema.schema import Violation
from oifde_simulator.model.vendor_errors import PARAMETER_INCORRECT, Problem
from oifde_simulator.oifde import contract, error_messages
from oifde_simulator.oifde.decoding import SHORT, decode_again, shown, weigh
from oifde_simulator.oifde.normalization import Normalization, Normalized
from oifde_simulator.oifde.operations.base import DocumentedOperation
from oifde_simulator.oifde.policy.service_policy import ServicePolicy
from oifde_simulator.oifde.reading import Reading
from oifde_simulator.text import nearest

READINGS_KEPT = 4 << 20
"""Bytes of readings in the cache, of all operations and tenants."""
READING = 1000
"""Bytes of memory that a reading takes beside its document: warnings, problems, what was parsed, a hint."""
NAMES_KEPT = 64 << 10
"""Bytes of unknown names of which the nearest known one is remembered."""
NESTING = frozenset((dict, list))
MOST_TOLD = 10
"""Unknown fields that are told one by one: a client decides how many it sends."""


def _weigh_reading(name: tuple[object, bytes], reading: Reading) -> int:
    told = 0
    if reading.warnings or reading.problems or reading.identity:
        problems = (*reading.identity, *reading.problems)
        told = sum(map(len, reading.warnings)) + sum([len(each.detail) for each in problems])
    return weigh(name[1], reading.values) + READING + 2 * told


READINGS: BoundedCache[Reading] = BoundedCache(READINGS_KEPT, _weigh_reading)
"""Readings of short bodies, under their reader's mark and the body."""


class BodyReader:
    """Reads the request bodies of one operation."""

    def __init__(self, operation: DocumentedOperation, policy: ServicePolicy) -> None:
        self._operation = operation
        self._has_body = operation.has_body
        schema = contract.request_schema(operation.name)
        self._accepts, self._explain = schema.accepts, schema.explain
        self._known = contract.request_fields(operation.name)
        self._sorted = tuple(sorted(self._known))
        self._policy = policy
        self._normalization = Normalization(operation, policy)
        # Stands for the reader in the cache, which would otherwise outlive its tenant.
        self._mark = object()

    def read(self, octets: bytes, document: dict[str, Any], *, novel: bool = False) -> Reading:
        """Read a body, given as bytes and decoded; keep the readings of short ones that are not `novel`."""
        if not self._has_body:
            return Reading({})
        if novel or len(octets) > SHORT:
            return self._compare(document)
        reading = READINGS.find((self._mark, octets))
        if reading is None:
            reading = READINGS.keep((self._mark, octets), self._compare(decode_again(octets)))
        return reading

    def _compare(self, document: dict[str, Any]) -> Reading:
        """Compare a decoded body with the contract."""
        sent = document.values()
        plain = None not in sent and "" not in sent and document.keys() <= self._known
        plain = plain and not (self._normalization.longest_ids and self._normalization.too_long(document))
        accepted = plain and self._accepts(document)
        if accepted and not self._reversed_times(document):
            return Reading(document)
        if plain and not self._normalization.rewrites:
            return self._explained(document, Normalized(document, [], []), accepted=accepted)
        read = self._normalization.read(document)
        return self._explained(document, read, accepted=self._accepts(read.values))

    def _explained(self, document: dict[str, Any], read: Normalized, *, accepted: bool) -> Reading:
        values, warnings = read.values, read.warnings
        problems = [] if accepted else self._violations(values)
        if not problems and (conflict := self._reversed_times(values)):
            if self._policy.refuse_reversed_times:
                problems.append(("", _incorrect(conflict)))
            else:
                warnings.append(f"{conflict}: nothing is between them")
        if read.refused:
            problems += [("", _incorrect(text)) for text in read.refused]
        # Guess: [unknown-fields] let pass unless the setting says so; sending one would settle it.
        if not document.keys() <= self._known:
            unknown = self._unknown_fields(document)
            if self._policy.refuse_unknown:
                problems += [("", _incorrect(text)) for text in unknown]
            else:
                warnings += unknown
        first = self._operation.identity_fields
        identity: list[Problem] = []
        others: list[Problem] = []
        for name, problem in problems:
            (identity if name in first else others).append(problem)
        return Reading(values, tuple(identity), tuple(others), tuple(warnings))

    def _reversed_times(self, values: dict[str, Any]) -> str:
        """Describe a time range that ends before its beginning; empty where none does."""
        if self._operation.time_range is None:
            return ""
        begin_name, end_name = self._operation.time_range
        begin, end = values.get(begin_name), values.get(end_name)
        # Both have the format of the contract, or one of them is refused; the format sorts as text sorts.
        if begin is None or end is None or str(begin) <= str(end):
            return ""
        return f"{begin_name} {shown(begin)} is after {end_name} {shown(end)}"

    def _violations(self, values: dict[str, Any]) -> list[tuple[str, Problem]]:
        """List each wrong field with its problem."""
        known = values
        if not (values.keys() <= self._known and NESTING.isdisjoint(map(type, values.values()))):
            known = {name: _hollow(value) for name, value in values.items() if name in self._known}
        # Guess: [parameter-code] any fault of a parameter is 10000002; a capture of each would settle it.
        found = self._explain(known)
        token = self._operation.token_field
        return [
            (name, _violation(violation))
            for violation in (found if len(found) == 1 else error_messages.distinct(found))
            # The credential check reports a missing token.
            if (name := error_messages.field_of(violation)) != token
            or name == ""
            or values.get(name) not in (None, "")
        ]

    def _unknown_fields(self, document: dict[str, Any]) -> list[str]:
        """Describe the first unknown fields, and count the others."""
        unknown = [name for name in document if name not in self._known]
        told = [self._unknown(name) for name in unknown[:MOST_TOLD]]
        if more := len(unknown) - len(told):
            told.append(f"and {more:,} more that are not fields of this interface")
        return told

    def _unknown(self, name: str) -> str:
        suggestion = self._operation.misnamed_fields.get(name) or _nearest((name, self._sorted))
        hint = f"; did you mean {suggestion}?" if suggestion else ""
        return f"{shown(name)} is not a field of this interface{hint}"


@bounded_cache(NAMES_KEPT, lambda asked, _: getsizeof(asked[0]))
def _nearest(asked: tuple[str, tuple[str, ...]]) -> str:
    """Find the known field most like a name; empty when none is like it."""
    return nearest(*asked)


def _hollow(value: Any) -> Any:
    """Empty a container; no field holds one, and its depth could exhaust the stack."""
    return type(value)() if isinstance(value, dict | list) else value


def _incorrect(detail: str) -> Problem:
    return Problem(PARAMETER_INCORRECT, detail, kind="parameter")


def _violation(violation: Violation) -> Problem:
    missing = violation.keyword in ("required", "anyOf")
    detail = error_messages.error_message(violation)
    return Problem(PARAMETER_INCORRECT, detail, kind="parameter_missing" if missing else "parameter")
