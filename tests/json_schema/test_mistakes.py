"""What is wrong in a JSON Schema or a regular expression is told in plain words, with its place."""

# ruff: noqa: E501  (a case a line)

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oifde_simulator.json_schema.bounded import NoSchema, bounded, is_regex
from oifde_simulator.json_schema.keywords import KEYWORDS

WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a type": ({"type": "strng"}, 'type: no JSON Schema type "strng"; did you mean "string"?'),
    "a type of Python": ({"type": "int"}, 'did you mean "integer"?'),
    "a type in capitals": ({"type": "String"}, 'did you mean "string"?'),
    "one of several types": ({"type": ["string", "nul"]}, 'no JSON Schema type "nul"; did you mean "null"?'),
    "no type at all": ({"type": []}, "the types are string, integer, number"),
    "a type twice": ({"type": ["null", "null"]}, '"null" is there twice'),
    "inside": ({"not": {"type": "bool"}}, 'not.type: no JSON Schema type "bool"; did you mean "boolean"?'),
    "one value for a list": ({"enum": "1"}, 'expected a list of at least one value, found "1"; write it as a list: ["1"]'),
    "a number in quotes": ({"minimum": "1"}, 'minimum: expected a number, found "1"; take the quotes away: 1'),
    "a number for text": ({"pattern": 18}, 'found the number 18; put it in quotes: "18"'),
    "a value for a schema": ({"not": "1"}, 'expected a JSON Schema such as {const: "1"}, found "1"'),
    "a mapping for a list": ({"anyOf": {}}, "expected a list of at least one JSON Schema, found an empty mapping"),
    "a list for a mapping": ({"properties": []}, "expected a mapping of JSON Schemas by name, found an empty list"),
    "a count below zero": ({"minLength": -1}, "expected a whole number from 0 upward, found the number -1"),
    "a name twice": ({"required": ["a", "a"]}, 'required: "a" is there twice'),
}  # fmt: skip
REGEXES = {
    "a class": ("^18[", 'is no valid regex: at character 4 "[" is never closed'),
    "a group": ("(18", 'at character 1 "(" is never closed'),
    "a group that ends": ("18)", 'at character 3 ")" closes nothing'),
    "a repetition": ("^18{3", 'at character 4 "{" is never closed'),
    "a repetition of nothing": ("*18", 'at character 1 "*" repeats nothing'),
    "a repetition of no number": ("1|{3}", "at character 3 {3} repeats nothing"),
    "bounds": ("a{2,1}", "at character 2 {2,1} has its bounds the wrong way round; write {1,2}"),
    "a range": ("[z-a]", "at character 2 z-a is a range from high to low; write a-z"),
    "a backslash": ("18\\", 'at character 3 a "\\" ends it'),
    "an escape": (r"1\y", "at character 2 an escape that is not known"),
    "a large one": ("(a{999}){99}", "too large when compiled"),
}
OTHERS_WORDS = re.compile(
    r"anyOf'|is not (?:of type|a \"|valid under)|None|True|False|<class|dict\b|NoneType"
)


@pytest.mark.parametrize(("schema", "words"), WRONG.values(), ids=WRONG.keys())
def test_a_mistake_in_a_schema_has_place_cause_and_fix(schema: dict[str, Any], words: str) -> None:
    with pytest.raises(NoSchema) as caught:
        bounded(schema)
    assert words in str(caught.value)


@pytest.mark.parametrize(("expression", "words"), REGEXES.values(), ids=REGEXES.keys())
def test_a_mistake_in_a_regular_expression_is_told_with_its_character(expression: str, words: str) -> None:
    with pytest.raises(NoSchema) as caught:
        bounded({"pattern": expression})
    assert words in str(caught.value)


VALUES: list[Any] = [None, True, -1, 1.5, "", "x", [], ["a", "a"], {}, {"a": 1}, [1], {"a": ["b"]}]


@pytest.mark.parametrize("keyword", sorted(KEYWORDS))
def test_no_keyword_with_a_wrong_value_is_told_in_the_words_of_a_library(keyword: str) -> None:
    for value in VALUES:
        try:
            bounded({keyword: value})
        except ValueError as error:
            message = str(error)
            assert not OTHERS_WORDS.search(message), message
            assert keyword in message or keyword == "$ref", message


@given(st.text(st.sampled_from("()[]{}*+?|\\^$.-aA1,:<=!P"), max_size=8))
def test_each_expression_that_is_refused_gets_one_line(expression: str) -> None:
    if not is_regex(expression):
        with pytest.raises(NoSchema) as caught:
            bounded({"pattern": expression})
        assert str(caught.value).startswith("pattern: ")
        assert "\n" not in str(caught.value)
