"""Hold answers against the response schemas of the contract; a difference names member and kind only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any

from oifde_simulator.drift.ask import Ask
from oifde_simulator.drift.redaction import member_name, type_name, words
from oifde_simulator.json_schema.schema import Violation
from oifde_simulator.oifde import contract
from oifde_simulator.oifde.operations import OPERATIONS
from oifde_simulator.vendor_client import Reply

MOST_VIOLATIONS = 200
"""Violations of one answer that are looked at."""
MOST_DIFFERENCES = 100
"""Differences of a run that are kept."""
Path = tuple[str | int, ...]
EXPECTED = {"string": "a string", "integer": "an integer", "array": "an array", "object": "an object"}


@dataclass(frozen=True, slots=True)
class Difference:
    """One way in which answers differ from the contract."""

    operation: str
    member: str
    """Name of the member with its place, such as `recordList[].calledNumber`."""
    what: str


class ContractCheck:
    """Differences of all answers of a run, each told once."""

    def __init__(self) -> None:
        self.differences: dict[Difference, None] = {}
        self.private: set[str] = set()
        """Texts in lower case that no name of a member may repeat: secret, token, number."""
        self.checked = 0
        """Number of answers that were held against the contract."""

    def check(self, ask: Ask, reply: Reply) -> None:
        """Compare an answer that is a JSON object with the contract of the operation that was asked."""
        operation = next((each.name for each in OPERATIONS if each.path == ask.path), None)
        if operation is None or not isinstance(reply.document, dict):
            return
        self.checked += 1
        try:
            for member, what in _differences(operation, reply, self.private):
                if len(self.differences) < MOST_DIFFERENCES:
                    self.differences.setdefault(Difference(operation, member, what))
        except RecursionError:
            self.differences.setdefault(Difference(operation, "(the answer)", "is nested too deep"))


def _differences(operation: str, reply: Reply, private: Set[str]) -> Iterator[tuple[str, str]]:
    schema = contract.response_schema(operation)
    violations = [] if schema.accepts(reply.document) else schema.explain(reply.document, MOST_VIOLATIONS)
    for violation in violations:
        # What a failure leaves out is a guess of its own, error-body.
        if violation.keyword != "required":
            yield _place(violation.path), _wrong(violation)
        elif reply.succeeded:
            yield from _missing(violation)
    unknown = list(_unknown(reply.document, schema.document, schema.document, ()))
    if unknown:  # a name may be a word of a dialogue, where a service mixes the two up
        hidden = private | words(reply.document)
        yield from ((_place(path, hidden), "is in no table of the vendor's") for path in unknown)


def _missing(violation: Violation) -> Iterator[tuple[str, str]]:
    for name in violation.expected:
        if name not in violation.found:
            yield _place((*violation.path, name)), "is missing; it is mandatory"


def _wrong(violation: Violation) -> str:
    if violation.keyword == "type":
        kinds: list[str] = (
            violation.expected if isinstance(violation.expected, list) else [violation.expected]
        )
        expected = " or ".join(EXPECTED.get(kind, kind) for kind in kinds)
        return f"is {type_name(violation.found)}; expected {expected}"
    return f"breaks the rule {violation.keyword} of the contract"


def _unknown(value: Any, schema: Mapping[str, Any], root: Mapping[str, Any], path: Path) -> Iterator[Path]:
    """List members that no table of the vendor's has."""
    schema = _resolved(schema, root)
    if isinstance(value, list) and "items" in schema:
        for item in value:
            yield from _unknown(item, schema["items"], root, (*path, 0))
    known = schema.get("properties", {})
    if isinstance(value, dict) and known:
        for name, inner in value.items():
            if name in known:
                yield from _unknown(inner, known[name], root, (*path, name))
            else:
                yield (*path, name)


def _resolved(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Any = schema
    while "$ref" in found:
        target: Any = root
        for step in found["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        found = target
    return found  # type: ignore[no-any-return]


def _place(path: Path, private: Set[str] = frozenset()) -> str:
    """Write a path; its last step may be a name that the target has chosen."""
    last = len(path) - 1
    steps = (
        "[]" if isinstance(step, int) else f".{member_name(step, private if place == last else ())}"
        for place, step in enumerate(path)
    )
    return "".join(steps).removeprefix(".") or "(the answer)"
