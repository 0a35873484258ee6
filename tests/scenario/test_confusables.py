"""Characters that look like YAML's own are named with their place; inside a text they are text."""

# ruff: noqa: E501  (messages are compared whole, and the characters are the point)

from __future__ import annotations

import json

import pytest

from oifde_simulator.scenario import loader
from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.scenario.yaml import confusables

RULE = "rules:\n  - {name: a, match: {request: {pageNum: %s}}, respond: {status: 503}}\n"


def complaints(text: str) -> list[str]:
    try:
        loader.loads(text.encode(), "f.yaml", "f")
    except ScenarioErrors as errors:
        return str(errors).split("\n")
    return []


AROUND = {
    "curly quotes": ("“2”", "U+201C LEFT DOUBLE QUOTATION MARK", 0),
    "single ones": ("‘2’", "U+2018 LEFT SINGLE QUOTATION MARK", 0),
    "low ones": ("„2“", "U+201E DOUBLE LOW-9 QUOTATION MARK", 0),
    "angles": ("«2»", "U+00AB LEFT-POINTING DOUBLE ANGLE QUOTATION MARK", 0),
    "wide quotes": ("＂2＂", "U+FF02 FULLWIDTH QUOTATION MARK", 0),
    "one that is not closed": ("“2", "U+201C LEFT DOUBLE QUOTATION MARK", 0),
    "one that is not opened": ("2”", "U+201D RIGHT DOUBLE QUOTATION MARK", 1),
    "closing ones": ("”2”", "U+201D RIGHT DOUBLE QUOTATION MARK", 0),
    "no-break space before": ("\u00a02", "U+00A0 NO-BREAK SPACE", 0),
    "no-break space after": ("2\u00a0", "U+00A0 NO-BREAK SPACE", 1),
    "narrow no-break space": ("2\u202f", "U+202F NARROW NO-BREAK SPACE", 1),
    "ideographic space": ("2\u3000", "U+3000 IDEOGRAPHIC SPACE", 1),
    "zero width space": ("\u200b2", "U+200B ZERO WIDTH SPACE", 0),
    "byte order mark": ("\ufeff2", "U+FEFF ZERO WIDTH NO-BREAK SPACE", 0),
    "mark of direction": ("\u202d2\u202c", "U+202D LEFT-TO-RIGHT OVERRIDE", 0),
    "wide digits": ("２", "U+FF12 FULLWIDTH DIGIT TWO", 0),
    "wide letters": ("ｔｒｕｅ", "U+FF54 FULLWIDTH LATIN SMALL LETTER T", 0),
    "minus": ("−2", "U+2212 MINUS SIGN", 0),
    "zero width space in quotes": ('"2\u200b"', "U+200B ZERO WIDTH SPACE", 2),
}


@pytest.mark.parametrize(("text", "name", "offset"), AROUND.values(), ids=AROUND.keys())
def test_a_character_around_a_value_is_named_with_its_place(text: str, name: str, offset: int) -> None:
    column = len("  - {name: a, match: {request: {pageNum: ") + 1 + offset
    lines = complaints(RULE % text)
    assert lines[0].startswith(f"f.yaml:2:{column}: rules[0].match.request.pageNum: {name}, which YAML")


def test_the_fix_is_the_value_in_straight_quotes() -> None:
    (line,) = complaints(RULE % "“2”")
    assert line.endswith('write "2" in straight quotes, or "“2”" to send the character itself')


def test_what_is_meant_is_judged_on() -> None:
    (line,) = complaints("rules: [{respond: {status: 503\u00a0}}]")
    assert line.endswith("remove it: 503")


IN_PLACE = {
    "key in curly quotes": ("tenant: {“id”: x}", "1:10: tenant: U+201C LEFT"),
    "wide colon": ("tenant：\n  id: x", "1:7: U+FF1A FULLWIDTH COLON, which YAML takes for text; write \":\" and a space"),
    "wide colon in braces": ("tenant: {id：x}", "1:12: tenant: U+FF1A FULLWIDTH COLON"),
    "no-break space after a colon": ("tenant: {id:\u00a0x}", "1:13: tenant: U+00A0 NO-BREAK SPACE"),
    "no-break space as indentation": ("tenant:\n\u00a0\u00a0id: x", "2:1: U+00A0 NO-BREAK SPACE"),
    "dash": ("rules:\n  – name: a", "2:3: rules: U+2013 EN DASH, which YAML takes for text; write \"-\""),
    "wide brace": ("tenant: ｛id: x｝", "1:9: U+FF5B FULLWIDTH LEFT CURLY BRACKET"),
    "wide bracket": ("rules: ［］", "1:8: rules: U+FF3B FULLWIDTH LEFT SQUARE BRACKET"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "line"), IN_PLACE.values(), ids=IN_PLACE.keys())
def test_a_character_in_the_place_of_yamls_own_is_named(text: str, line: str) -> None:
    assert any(each.startswith(f"f.yaml:{line}") for each in complaints(text)), complaints(text)


TEXTS = [
    "他说“你好”。",
    "“Really”, he said, “yes”",
    "don’t",
    "the users’ own",
    "’90s",
    "5″",
    "你好，世界！",
    "？",
    "price：５ 元",
    "a\u00a0b",
    "a – b",
    '"“2”"',
    "'“2”'",
    '"2\\u200b"',
    '"two words\u00a0"',
    '"２"',
    "|\n  “2”\n",
]


@pytest.mark.parametrize("text", TEXTS)
def test_inside_a_text_they_are_text(text: str) -> None:
    assert complaints(f"description: {text}\n") == []


def test_keys_of_the_users_own_may_have_any_letters() -> None:
    assert complaints('rules: [{respond: {json: {消息（备注）: 1, "“a”": 2, 说明—: 3}}}]') == []


@pytest.mark.parametrize("text", ["description: 你好，a: b", "description: 你好（ x: y"])
def test_an_error_beside_such_a_text_is_not_blamed_on_it(text: str) -> None:
    (line,) = complaints(text)
    assert "U+" not in line


def test_texts_of_ascii_are_not_looked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("in_value", "in_key", "in_quoted"):
        monkeypatch.setattr(confusables, name, None)
    assert complaints(json.dumps({"description": 'it\'s "a" text', "rules": []})) == []
