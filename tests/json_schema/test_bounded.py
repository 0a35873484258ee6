"""A user's schema that means too much work is refused with the reason."""

from __future__ import annotations

from math import ceil, log
from typing import Any

import pytest

from oifde_simulator.journal.filter_parameters import WrongParameter, parse
from oifde_simulator.json_schema.backtracking import CHARACTER_STEPS, BacktrackingPredicate
from oifde_simulator.json_schema.bounded import BACKTRACKS, bounded
from oifde_simulator.json_schema.schema import Schema
from oifde_simulator.rules.conditions.matching import Condition


def branching(levels: int) -> dict[str, Any]:
    """Make a short schema with 2 to the power of `levels` parts when its references are written out."""
    inner = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(levels)}
    return {"$defs": {**inner, f"d{levels}": {"type": "string"}}, "$ref": "#/$defs/d0"}


def nested(levels: int) -> dict[str, Any]:
    """Nest schemas inside one another."""
    return {} if levels == 0 else {"not": nested(levels - 1)}


# name: (schema, words of the refusal)
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "branches": (branching(12), "too large: with its references written out"),
    "branches without end": (branching(40), "nested too deep"),
    "itself": ({"$ref": "#"}, "refers to itself"),
    "itself, further in": ({"properties": {"a": {"anyOf": [{"$ref": "#"}] * 2}}}, "refers to itself"),
    "itself, in a circle": (
        {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}},
        "refers to itself",
    ),
    "itself, out of a value": ({"enum": [{"$ref": "#/enum/0"}], "$ref": "#/enum/0"}, "refers to itself"),
    "many alternatives": ({"anyOf": [{"minimum": n} for n in range(1000)]}, "more than 1,000 parts"),
    "many values": ({"enum": list(range(10_001))}, "at most 10,000 values"),
    "long": ({"pattern": "a" * 64_001}, "64,000 characters"),
    "long names": ({"properties": {"a" * 64_001: {}}}, "64,000 characters"),
    "deep": (nested(70), "nested deeper"),
    "many patterns": ({"allOf": [{"pattern": str(n)} for n in range(51)]}, "more than 50 patterns"),
    "many named patterns": ({"patternProperties": {str(n): {} for n in range(51)}}, "more than 50 patterns"),
    "a large pattern": ({"pattern": "(a{999}){99}"}, "regex"),
    "no pattern": ({"pattern": "("}, "regex"),
    "nowhere": ({"$ref": "#/$defs/no"}, "leads nowhere"),
    "into a list, nowhere": ({"allOf": [{}], "$ref": "#/allOf/x"}, "leads nowhere"),
    "elsewhere": ({"$ref": "http://127.0.0.1:1/x"}, "nothing is fetched"),
    "the meta-schema": ({"$ref": "https://json-schema.org/draft/2020-12/schema"}, "nothing is fetched"),
    "another name": ({"$defs": {"a": {"$id": "urn:a"}}, "not": {"$id": "urn:b"}}, "$id is not known"),
    "dynamic": ({"$dynamicRef": "#x"}, "$dynamicRef is not known"),
    "nonsense": ({"type": "nonsense"}, "nonsense"),
}


@pytest.mark.parametrize(("schema", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_what_would_be_too_much_work_is_refused_in_one_line(schema: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError) as caught:
        bounded(schema)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    with pytest.raises(ValueError):
        Condition(schema)


def test_a_filter_of_a_url_is_bounded_too() -> None:
    import json

    with pytest.raises(WrongParameter, match="refers to itself"):
        parse([("request.x", json.dumps({"$ref": "#"}))], str)


# name: (schema, a value that fits, a value that does not)
GOOD: dict[str, tuple[dict[str, Any], Any, Any]] = {
    "a reference": ({"$ref": "#/$defs/few", "$defs": {"few": {"maximum": 3}}}, 3, 4),
    "one with signs": ({"$ref": "#/$defs/a~1b%25", "$defs": {"a/b%": {"maximum": 3}}}, 3, 4),
    "a few branches": (branching(5), "x", 1),
    "many values": ({"enum": list(range(9_000))}, 8_999, 9_000),
    "names of keywords": ({"properties": {"$ref": {"type": "string"}, "id": {}}}, {"$ref": "x"}, {"$ref": 1}),
    "a value that looks like one": ({"const": {"$ref": "#"}}, {"$ref": "#"}, 1),
    "alternatives": ({"anyOf": [{"minimum": 5}, {"maximum": 1}]}, 0, 3),
}


@pytest.mark.parametrize(("schema", "fits", "strange"), GOOD.values(), ids=GOOD.keys())
def test_others_are_compiled(schema: dict[str, Any], fits: Any, strange: Any) -> None:
    assert bounded(schema).accepts(fits)
    assert not bounded(schema).accepts(strange)


def test_an_expression_that_steps_back_too_often_does_not_match() -> None:
    # The first alternative fails after about 1.6 steps to the power of the length; then the second fits.
    schema = bounded({"pattern": r"^(?:(a|aa)+\1c|a+d)$"})
    assert schema.accepts("a" * 8 + "d")
    length = ceil(log(BACKTRACKS, 1.6)) + 1
    assert not schema.accepts("a" * length + "d")
    assert Schema(schema.document).accepts("a" * length + "d")


# name: (expression, text that fits it, text that it gives up on)
LONG = {
    "look-ahead": (r"(?=a)(a|a)*b", "a" * 2000 + "b", "a" * 500_000),
    "back reference": (r"^(a+)+\1b$", "a" * 20 + "b", "a" * 500_000),
    "look-behind": (r"(?<=x)(a|b)*(?<!c)d", "xabd", "ab" * 250_000),
}


@pytest.mark.parametrize(("expression", "fits", "text"), LONG.values(), ids=LONG.keys())
@pytest.mark.parametrize("others", [0, 49], ids=["alone", "among others"])
def test_an_expression_that_steps_back_has_fewer_steps_on_a_longer_text(
    expression: str, fits: str, text: str, others: int
) -> None:
    condition = Condition({"allOf": [{"pattern": expression}, *[{"pattern": "^(?!zz)"}] * others]})
    assert condition.backtracks
    assert condition.accepts(fits)
    predicate = bounded(condition.wanted).accepts
    assert isinstance(predicate, BacktrackingPredicate)
    assert predicate.steps("a" * 10) == BACKTRACKS
    for value in (text, [text], {text: ""}, {"": {"": text}}):
        assert 1 <= predicate.steps(value) * len(text) * (1 + others) <= CHARACTER_STEPS
    assert not condition.accepts(text[:20_000])


@pytest.mark.parametrize("schema", [{"pattern": r"^18\d+$"}, {"minLength": 1}, {"enum": ["(?=a)"]}])
def test_a_schema_in_linear_time_does_not_depend_on_the_length(schema: dict[str, Any]) -> None:
    assert not Condition(schema).backtracks
    assert not isinstance(bounded(schema).accepts, BacktrackingPredicate)
