"""Characters that look like YAML's own are named with their place; inside a text they are text."""

# ruff: noqa: E501  (messages are compared whole, and the characters are the point)

from __future__ import annotations

import json
from typing import Any

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
    "wide comma": ("rules:\n  - {name: a，every: 3}", "2:13: rules[0]: U+FF0C FULLWIDTH COMMA, which YAML takes for text; write \",\" and a space"),
    "ideographic comma": ("rules: [{name: a、 every: 3}]", "1:17: rules[0]: U+3001 IDEOGRAPHIC COMMA"),
    "wide bracket": ("rules: ［］", "1:8: rules: U+FF3B FULLWIDTH LEFT SQUARE BRACKET"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "line"), IN_PLACE.values(), ids=IN_PLACE.keys())
def test_a_character_in_the_place_of_yamls_own_is_named(text: str, line: str) -> None:
    assert any(each.startswith(f"f.yaml:{line}") for each in complaints(text)), complaints(text)


ENDS_OF_LINES = {
    "line separator in a comment": ("# a\u2028b\nrules: []\n", "1:4: U+2028 LINE SEPARATOR, at which a line of YAML ends; remove it, or write \"\\u2028\" in double quotes"),
    "paragraph separator in a text": ("description: a\u2029b\nrules: []\n", "1:15: U+2029 PARAGRAPH SEPARATOR, at which"),
    "next line in a text": ("description: a\x85b\n", "1:15: U+0085 NEXT LINE, at which"),
    "next line in a text that is folded": ("description: a\x85 b\n", '1:14: description: U+0085 NEXT LINE in this text is a line break in YAML 1.1 and a character in YAML 1.2; remove it, or write "\\u0085" in double quotes'),
    "next line in quotes": ('{"description": "a\x85b"}', "1:17: description: U+0085 NEXT LINE in this text"),
    "next line in a block": ("description: |\n  a\x85  b\n", "1:14: description: U+0085 NEXT LINE in this text"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "line"), ENDS_OF_LINES.values(), ids=ENDS_OF_LINES.keys())
def test_an_end_of_a_line_that_cannot_be_seen_is_named(text: str, line: str) -> None:
    (complaint,) = complaints(text)
    assert complaint.startswith(f"f.yaml:{line}"), complaint


@pytest.mark.parametrize("text", ["'a\u2028b'", '"a\\u0085b"', "a # \x85\n"])
def test_others_of_them_are_text(text: str) -> None:
    assert complaints(f"description: {text}") == []


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


@pytest.mark.parametrize(
    "text",
    ["description: 你好，a: b", "description: 你好（ x: y", "rules: [{name: '你，b: c', every: 3 times: 1}]"],
)
def test_an_error_beside_such_a_text_is_not_blamed_on_it(text: str) -> None:
    (line,) = complaints(text)
    assert "U+" not in line


def test_texts_of_ascii_are_not_looked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("in_value", "in_key", "in_quoted"):
        monkeypatch.setattr(confusables, name, None)
    assert complaints(json.dumps({"description": 'it\'s "a" text', "rules": []})) == []


LOOKALIKES = {
    "rulеs: []": "U+0435 CYRILLIC SMALL LETTER IE",
    "rules: [{respond: {ѕtatus: 503}}]": "U+0455 CYRILLIC SMALL LETTER DZE",
    "rules: [{match: {endpoint: gettοken}, faults: [reset]}]": "U+03BF GREEK SMALL LETTER OMICRON",
    'rules: [{match: {request: {userMоbile: "1"}}, faults: [reset]}]': "U+043E CYRILLIC SMALL LETTER O",
    "rules: [{faults: [reset，hang]}]": "U+FF0C FULLWIDTH COMMA",
    "rules: [{faults: [{latency: 2ѕ}]}]": "U+0455 CYRILLIC SMALL LETTER DZE",
    "rules: [{probability: 10％, faults: [reset]}]": "U+FF05 FULLWIDTH PERCENT SIGN",
    'rules: [{window: {at: "00：00", for: 1s}, faults: [reset]}]': "U+FF1A FULLWIDTH COLON",
    "rules: [{patch: [{op: remove, path: /recordList/∗/callId}]}]": "U+2217 ASTERISK OPERATOR",
    "rules: [{patch: [{op: remove, path: ／recordList}]}]": "U+FF0F FULLWIDTH SOLIDUS",
    'settings: {time_zone: "−08:00"}': "U+2212 MINUS SIGN",
    "rules: [{per: [headers.X‑Run], times: 1, faults: [reset]}]": "U+2011 NON-BREAKING HYPHEN",
    'clock: "2026‑01‑01T00:00:00Z"': "U+2011 NON-BREAKING HYPHEN",
    "rules:\n - respond:\n    status：503": "U+FF1A FULLWIDTH COLON",
    "rules:\u00a0[]": "U+00A0 NO-BREAK SPACE",
}


@pytest.mark.parametrize(("text", "name"), LOOKALIKES.items(), ids=LOOKALIKES)
def test_a_lookalike_in_a_mistaken_word_is_named(text: str, name: str) -> None:
    assert name in complaints(text)[0], complaints(text)


def test_a_lookalike_is_named_behind_the_word_that_was_meant() -> None:
    (line,) = complaints("tenant: {secrеt: x}")
    assert line.endswith('did you mean "secret"? it has U+0435 CYRILLIC SMALL LETTER IE in it')


def test_the_fix_of_a_colon_without_a_space_has_no_other_blank() -> None:
    (line,) = complaints("rules:\u00a0[]")
    assert 'write a space after the colon: "rules: []"' in line


@pytest.mark.parametrize("text", ["rules: [{faults: [ключ]}]", 'rules: [{name: "ключ: a", faults: [rest]}]'])
def test_words_of_another_script_alone_are_not_called_lookalikes(text: str) -> None:
    assert not any("ключ" in line and "U+" in line for line in complaints(text))


def test_a_line_of_very_many_signs_is_looked_at_once() -> None:
    class Line(str):
        looked_at = 0

        def count(self, text: str, start: Any = None, end: Any = None) -> int:
            Line.looked_at += end - start
            return super().count(text, start, end)

        def __getitem__(self, place: Any) -> str:
            Line.looked_at += len(found := super().__getitem__(place))
            return found

    line = Line('description: "' + " :“" * 1000)
    assert confusables.in_line(line) is None
    assert Line.looked_at <= len(line)
