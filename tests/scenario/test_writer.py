"""Whatever text a record has, the scenario that is written of it reads as the same text."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oifde_simulator.scenario import loader
from oifde_simulator.scenario.writer import document_text

TEXTS = {
    "line break of old mainframes": "a\x85b",
    "line separator": "a\u2028 b",
    "paragraph separator at the end": "a\u2029",
    "wide digits": "５",
    "wide word": "ＶＩＰ",
    "curly quotes": "“yes”",
    "curly quote that is not closed": "yes”",
    "no-break space at the end": "yes\u00a0",
    "no-break space before Chinese": "\u00a0你好",
    "zero width space": "\u200b",
    "mark of direction": "\u202d2\u202c",
    "dash": "– yes",
    "wide bracket": "［a］",
    "inches": '5"',
    "quote at the end": 'yes"',
    "switch": "on",
    "letter that is a switch": "Y",
    "octal": "012",
    "merge key": "<<",
    "nothing": "",
    "null": "null",
    "time": "12:30:45",
    "half of a control sequence": "\x1b[",
    "long": "word " * 60 + "\u00a0",
}


def read(text: str) -> Any:
    document = loader.document(text.encode(), "f.yaml")
    assert document.errors == ()
    return document.value


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_a_text_is_read_as_it_was_written_as_a_value_and_as_a_key(text: str) -> None:
    assert read(document_text({"x-a": text, "x-b": [text], "x-c": {text: 1}})) == {
        "x-a": text,
        "x-b": [text],
        "x-c": {text: 1},
    }


@given(st.text("a1 -:#'\"\\\n\r\t\x85\u00a0\u200b\u2028\ufeff“”：５–｛，你", max_size=6))
def test_so_is_any_other(text: str) -> None:
    assert read(document_text({"x-a": {"x": text, text: [text]}})) == {"x-a": {"x": text, text: [text]}}


def test_texts_of_plain_words_are_written_without_quotes() -> None:
    assert document_text({"x-a": "A text", "x-b": "你好，世界"}) == "x-a: A text\nx-b: 你好，世界\n"
