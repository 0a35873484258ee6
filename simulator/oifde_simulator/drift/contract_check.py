"""Hold answers against the response schemas of the contract; a difference names member and kind only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any

from oifde_simulator.drift.ask import Ask
from oifde_simulator.drift.redaction import media_type, member_name, type_name, words
from oifde_simulator.json_schema.schema import Violation
from oifde_simulator.oifde import contract
from oifde_simulator.oifde.operations import OPERATIONS
from oifde_simulator.oifde.operations.download_oiap_record import AUDIO, DownloadOiapRecord
from oifde_simulator.vendor_client import Reply

MOST_VIOLATIONS = 200
"""Violations of one answer that are looked at."""
MOST_WORDS = 100_000
"""Words of records that are kept private."""
MOST_DIFFERENCES = 100
"""Differences of a run that are kept."""
DOWNLOAD = DownloadOiapRecord.name
"""Operation whose good answers are no JSON."""
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
        self.private: set[str] = set()
        """Texts in lower case that no name of a member may repeat: secret, token, words of dialogues."""
        self.checked = 0
        """Number of answers that were held against the contract."""
        self._found: dict[tuple[str, Path, str], None] = {}

    @property
    def differences(self) -> list[Difference]:
        """Differences so far; names that turned out to be private are hidden."""
        told = (Difference(name, _place(path, self.private), what) for name, path, what in self._found)
        return list(dict.fromkeys(told))

    def check(self, ask: Ask, reply: Reply) -> None:
        """Compare an answer that is a JSON object with the contract of the operation that was asked."""
        operation = next((each.name for each in OPERATIONS if each.path == ask.path.partition("?")[0]), None)
        if operation == DOWNLOAD and reply.body.startswith(b"RIFF"):
            self._check_sound(reply)
        if operation is None or not isinstance(reply.document, dict):
            return
        self.checked += 1
        self._keep_private(reply.fields.get("recordList"))
        try:
            for path, what in _differences(operation, reply):
                if len(self._found) < MOST_DIFFERENCES:
                    self._found.setdefault((operation, path, what))
        except RecursionError:
            self._found.setdefault((operation, (), "is nested too deep"))

    def _check_sound(self, reply: Reply) -> None:
        """Hold the media type of a recording against the documented one."""
        self.checked += 1
        found, documented = reply.header("Content-Type"), AUDIO[0][1]
        if found is None or found.lower().replace(" ", "") != documented.lower():
            what = f"is {media_type(found)}; expected {documented}"
            self._found.setdefault((DOWNLOAD, ("Content-Type",), what))

    def _keep_private(self, records: Any) -> None:
        """Keep what was said in calls: a service that mixes things up may make a name of it."""
        if len(self.private) < MOST_WORDS:
            self.private |= words(records)


def _differences(operation: str, reply: Reply) -> Iterator[tuple[Path, str]]:
    schema = contract.response_schema(operation)
    violations = [] if schema.accepts(reply.document) else schema.explain(reply.document, MOST_VIOLATIONS)
    for violation in violations:
        # What a failure leaves out is a guess of its own, error-body.
        if violation.keyword != "required":
            yield _without_places(violation.path), _wrong(violation)
        elif reply.succeeded:
            yield from _missing(violation)
    for path in _unknown(reply.document, schema.document, schema.document, ()):
        yield path, "is in no table of the vendor's"


def _without_places(path: Path) -> Path:
    """Make the same path of all items of a list."""
    return tuple(0 if isinstance(step, int) else step for step in path)


def _missing(violation: Violation) -> Iterator[tuple[Path, str]]:
    for name in violation.expected:
        if name not in violation.found:
            yield _without_places((*violation.path, name)), "is missing; it is mandatory"


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


def _place(path: Path, private: Set[str]) -> str:
    """Write a path; a name in it may be one that the target has chosen."""
    steps = (f".{_step(step, private)}" if isinstance(step, str) else "[]" for step in path)
    return "".join(steps).removeprefix(".") or "(the answer)"


def _step(name: str, private: Set[str]) -> str:
    return name if name in DOCUMENTED else member_name(name, private)


DOCUMENTED = frozenset(
    name for component in contract.document()["components"]["schemas"] for name in contract.fields(component)
)
"""Names of all members that the vendor documents."""
