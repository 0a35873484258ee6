"""Content patterns from JSON.

Rule: a pattern that is not understood is refused with its place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from oifde_simulator.wiremock.patterns import json_equality, regexes
from oifde_simulator.wiremock.patterns.content_patterns import (
    AbsentPattern,
    AnythingPattern,
    ContainsPattern,
    ContentPattern,
    EqualToPattern,
    LogicalAnd,
    LogicalOr,
    NegativePattern,
    NotPattern,
    RegexPattern,
)
from oifde_simulator.wiremock.patterns.errors import Unsupported, WrongPattern
from oifde_simulator.wiremock.patterns.expected_redactor import ExpectedRedactor
from oifde_simulator.wiremock.patterns.json_equality import Leniency
from oifde_simulator.wiremock.patterns.json_patterns import EqualToJsonPattern, MatchesJsonPathPattern
from oifde_simulator.wiremock.patterns.logged_request import MISSING, compact_json, parse_json

MOST = 64
"""Content patterns of one request pattern; each is tested on every request on record."""


class PatternParser:
    """Parses the content patterns of one request pattern."""

    def __init__(self, redactor: ExpectedRedactor) -> None:
        self._redactor = redactor
        self._parsed = 0

    def parse(self, given: Any, pointer: str) -> ContentPattern:
        """Parse a content pattern at a JSON pointer. Raises WrongPattern or Unsupported."""
        self._parsed += 1
        if self._parsed > MOST:
            raise Unsupported(f"a pattern of more than {MOST} match operations", pointer)
        if isinstance(given, Mapping):
            for name, parse in PARSERS.items():
                if name in given:
                    return parse(self, given, f"{pointer}/{name}")
            for name, why in UNSUPPORTED.items():
                if name in given:
                    raise Unsupported(why, f"{pointer}/{name}")
        raise WrongPattern(pointer, f"{compact_json(given)[:200]} is not a valid match operation")

    def parse_list(self, given: Any, pointer: str) -> list[ContentPattern]:
        """Parse a list with at least one content pattern. Raises WrongPattern or Unsupported."""
        if not isinstance(given, list) or not given:
            raise WrongPattern(pointer, "expected a list of match operations with at least one")
        return [self.parse(each, f"{pointer}/{place}") for place, each in enumerate(given)]

    def equal_to(self, given: Mapping[str, Any], pointer: str) -> ContentPattern:
        """Parse `equalTo`."""
        wanted = _text(given["equalTo"], pointer)
        texts = self._redactor.spellings(wanted)
        if given.get("caseInsensitive"):
            return EqualToPattern(wanted, frozenset(map(str.casefold, texts)), ignore_case=True)
        return EqualToPattern(wanted, texts)

    def contains(self, given: Mapping[str, Any], pointer: str) -> ContentPattern:
        """Parse `contains`."""
        return ContainsPattern(self._redactor.part_spellings(_text(given["contains"], pointer)))

    def does_not_contain(self, given: Mapping[str, Any], pointer: str) -> ContentPattern:
        """Parse `doesNotContain`."""
        wanted = _text(given["doesNotContain"], pointer)
        return NegativePattern(ContainsPattern(self._redactor.part_spellings(wanted)))

    def matches(self, given: Mapping[str, Any], pointer: str, name: str = "matches") -> ContentPattern:
        """Parse `matches`, or the expression of another name."""
        try:
            return RegexPattern(regexes.full_match(_text(given[name], pointer)))
        except WrongPattern:
            raise
        except ValueError as error:
            raise WrongPattern(pointer, str(error)) from None

    def does_not_match(self, given: Mapping[str, Any], pointer: str) -> ContentPattern:
        """Parse `doesNotMatch`."""
        return NegativePattern(self.matches(given, pointer, "doesNotMatch"))

    def equal_to_json(self, given: Mapping[str, Any], pointer: str) -> ContentPattern:
        """Parse `equalToJson`, given as JSON or as a text of JSON."""
        wanted = given["equalToJson"]
        if isinstance(wanted, str):
            wanted = parse_json(wanted)
            if wanted is MISSING:
                raise WrongPattern(pointer, "expected JSON, or the text of JSON")
        json_equality.check(wanted, pointer)
        lenient = Leniency(given.get("ignoreArrayOrder") is True, given.get("ignoreExtraElements") is True)
        return EqualToJsonPattern(self._redactor.json_value(wanted), lenient)

    def matches_json_path(self, given: Mapping[str, Any], pointer: str) -> ContentPattern:
        """Parse `matchesJsonPath`: a path, or an object with a path and a pattern of the found values."""
        from oifde_simulator.wiremock.patterns.jsonpath.path import compile_path  # slow, and few need it

        wanted, inner = given["matchesJsonPath"], None
        if isinstance(wanted, Mapping):
            inner = self.parse({name: wanted[name] for name in wanted if name != "expression"}, pointer)
            wanted = wanted.get("expression")
        try:
            return MatchesJsonPathPattern(compile_path(_text(wanted, pointer)), inner)
        except WrongPattern as error:
            raise WrongPattern(error.pointer or pointer, str(error)) from None
        except Unsupported as error:
            raise Unsupported(str(error), pointer) from None


def _text(given: Any, pointer: str) -> str:
    if not isinstance(given, str):
        raise WrongPattern(pointer, f"expected a text, found {compact_json(given)[:200]}")
    return given


PARSERS: Mapping[str, Callable[[PatternParser, Mapping[str, Any], str], ContentPattern]] = {
    "absent": lambda parser, given, pointer: AbsentPattern(),
    "anything": lambda parser, given, pointer: AnythingPattern(),
    "equalTo": PatternParser.equal_to,
    "equalToJson": PatternParser.equal_to_json,
    "matchesJsonPath": PatternParser.matches_json_path,
    "contains": PatternParser.contains,
    "doesNotContain": PatternParser.does_not_contain,
    "matches": PatternParser.matches,
    "doesNotMatch": PatternParser.does_not_match,
    "and": lambda parser, given, pointer: LogicalAnd(parser.parse_list(given["and"], pointer)),
    "or": lambda parser, given, pointer: LogicalOr(parser.parse_list(given["or"], pointer)),
    "not": lambda parser, given, pointer: NotPattern(parser.parse(given["not"], pointer)),
}
"""Parsers by the member that names the operation."""
NO_XML = "the interface speaks JSON, no XML; use matchesJsonPath"
NO_TIMES = "times are not compared; use GET /journal with since, or matches"
UNSUPPORTED: Mapping[str, str] = {
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
"""Operations of WireMock that are refused, with the reason or a substitute."""
