"""From what a client wrote to tests; what is not understood is refused with its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from oifde_simulator.wiremock.patterns import json_equality, regexes
from oifde_simulator.wiremock.patterns.credentials import Marking
from oifde_simulator.wiremock.patterns.errors import NotDone, WrongPattern
from oifde_simulator.wiremock.patterns.json_equality import Leniency
from oifde_simulator.wiremock.patterns.json_matchers import EqualToJson, MatchesJsonPath
from oifde_simulator.wiremock.patterns.matchers import (
    Absent,
    All,
    Anything,
    Contains,
    EqualTo,
    Matches,
    Not,
    OneOf,
    Test,
    Unlike,
)
from oifde_simulator.wiremock.patterns.values import MISSING, compact, decoded

MOST = 64
"""Tests of one pattern: each is made for each request on record."""


class Maker:
    """Makes tests from what a client wrote."""

    def __init__(self, marking: Marking) -> None:
        self._marking = marking
        self._made = 0

    def test(self, given: Any, pointer: str) -> Test:
        """The test that `given` describes; `pointer` is where it stands. Raises WrongPattern or NotDone."""
        self._made += 1
        if self._made > MOST:
            raise NotDone(f"{pointer}: a pattern of more than {MOST} match operations")
        if isinstance(given, Mapping):
            for name, make in MAKERS.items():
                if name in given:
                    return make(self, given, f"{pointer}/{name}")
            for name, why in NOT_DONE.items():
                if name in given:
                    raise NotDone(f"{pointer}/{name}: {why}")
        raise WrongPattern(pointer, f"{compact(given)[:200]} is not a valid match operation")

    def tests(self, given: Any, pointer: str) -> list[Test]:
        """The tests of a list that is not empty."""
        if not isinstance(given, list) or not given:
            raise WrongPattern(pointer, "expected a list of match operations with at least one")
        return [self.test(each, f"{pointer}/{place}") for place, each in enumerate(given)]

    def equal_to(self, given: Mapping[str, Any], pointer: str) -> Test:
        """The same text."""
        wanted = _text(given["equalTo"], pointer)
        texts = self._marking.whole(wanted)
        if given.get("caseInsensitive"):
            return EqualTo(wanted, frozenset(map(str.casefold, texts)), any_case=True)
        return EqualTo(wanted, texts)

    def contains(self, given: Mapping[str, Any], pointer: str) -> Test:
        """A part of the text."""
        return Contains(self._marking.part(_text(given["contains"], pointer)))

    def does_not_contain(self, given: Mapping[str, Any], pointer: str) -> Test:
        """No part of the text."""
        return Unlike(Contains(self._marking.part(_text(given["doesNotContain"], pointer))))

    def matches(self, given: Mapping[str, Any], pointer: str, name: str = "matches") -> Test:
        """A regular expression."""
        try:
            return Matches(regexes.whole(_text(given[name], pointer)))
        except WrongPattern:
            raise
        except ValueError as error:
            raise WrongPattern(pointer, str(error)) from None

    def does_not_match(self, given: Mapping[str, Any], pointer: str) -> Test:
        """A regular expression that does not fit."""
        return Unlike(self.matches(given, pointer, "doesNotMatch"))

    def equal_to_json(self, given: Mapping[str, Any], pointer: str) -> Test:
        """The same JSON, given as JSON or as the text of it."""
        wanted = given["equalToJson"]
        if isinstance(wanted, str):
            wanted = decoded(wanted)
            if wanted is MISSING:
                raise WrongPattern(pointer, "expected JSON, or the text of JSON")
        json_equality.check(wanted, pointer)
        lenient = Leniency(given.get("ignoreArrayOrder") is True, given.get("ignoreExtraElements") is True)
        return EqualToJson(self._marking.value(wanted), lenient)

    def matches_json_path(self, given: Mapping[str, Any], pointer: str) -> Test:
        """A path, alone or with a test of what it finds."""
        from oifde_simulator.wiremock.patterns import jsonpath  # slow to import, and few need it

        wanted, inner = given["matchesJsonPath"], None
        if isinstance(wanted, Mapping):
            inner = self.test({name: wanted[name] for name in wanted if name != "expression"}, pointer)
            wanted = wanted.get("expression")
        try:
            return MatchesJsonPath(jsonpath.path(_text(wanted, pointer)), inner)
        except WrongPattern as error:
            raise WrongPattern(error.pointer or pointer, str(error)) from None


def _text(given: Any, pointer: str) -> str:
    if not isinstance(given, str):
        raise WrongPattern(pointer, f"expected a text, found {compact(given)[:200]}")
    return given


Make = Callable[[Maker, Mapping[str, Any], str], Test]

MAKERS: Mapping[str, Make] = {
    "absent": lambda maker, given, pointer: Absent(),
    "anything": lambda maker, given, pointer: Anything(),
    "equalTo": Maker.equal_to,
    "equalToJson": Maker.equal_to_json,
    "matchesJsonPath": Maker.matches_json_path,
    "contains": Maker.contains,
    "doesNotContain": Maker.does_not_contain,
    "matches": Maker.matches,
    "doesNotMatch": Maker.does_not_match,
    "and": lambda maker, given, pointer: All(maker.tests(given["and"], pointer)),
    "or": lambda maker, given, pointer: OneOf(maker.tests(given["or"], pointer)),
    "not": lambda maker, given, pointer: Not(maker.test(given["not"], pointer)),
}
NO_XML = "the interface speaks JSON, no XML; use matchesJsonPath"
NO_TIMES = "times are not compared; use GET /journal with since, or matches"
NOT_DONE: Mapping[str, str] = {
    "equalToXml": NO_XML,
    "matchesXPath": NO_XML,
    "matchesJsonSchema": "use GET /journal, whose parameters take JSON Schemas",
    "binaryEqualTo": "the journal keeps fields, not bytes; use equalToJson",
    "before": NO_TIMES,
    "after": NO_TIMES,
    "equalToDateTime": NO_TIMES,
    "equalToNumber": "use matchesJsonPath with a filter",
    "greaterThanNumber": "use matchesJsonPath with a filter",
    "lessThanNumber": "use matchesJsonPath with a filter",
}
