"""Dots become character classes, so that every version of jsonschema-rs reads them as Python does."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oifde_simulator.json_schema.bounded import bounded
from oifde_simulator.json_schema.regex import explicit_dots, explicit_patterns
from oifde_simulator.json_schema.schema import pattern

# expression: the same with its dots written out
WRITTEN = {
    "a.b": r"a[^\n]b",
    r"a\.b": r"a\.b",
    r"a\\.b": r"a\\[^\n]b",
    "[.]": "[.]",
    r"[^\].].": r"[^\].][^\n]",
    "(?s)a.b": r"(?s)a[\s\S]b",
    "(?s:a.b).": r"(?s:a[\s\S]b)[^\n]",
    "(?s:a(?-s:.).)": r"(?s:a(?-s:[^\n])[\s\S])",
    "((?s).).": r"((?s)[\s\S])[^\n]",
    "(?is:.)": r"(?is:[\s\S])",
    "(?i:.)": r"(?i:[^\n])",
    "(?s:(?i:.))": r"(?s:(?i:[\s\S]))",
    "(?<=.)(?P<name>.)": r"(?<=[^\n])(?P<name>[^\n])",
    ").": r")[^\n]",
    "(.": r"([^\n]",
    "[.": "[.",
    "\\": "\\",
}


@pytest.mark.parametrize(("expression", "wanted"), WRITTEN.items())
def test_each_dot_is_written_as_what_it_stands_for(expression: str, wanted: str) -> None:
    assert explicit_dots(expression) == wanted


PIECES = st.sampled_from(
    ["a", ".", r"\.", "[.]", "(?s:.)", "(?i:.)", "(?s:a(?-s:.).)", "(?:.)", ".?", "(?=.)", r"\n"]
)
TEXTS = st.text(st.sampled_from("a.\n\r\u2028x"), max_size=6)


@given(st.lists(PIECES, min_size=1, max_size=5).map("".join), TEXTS)
def test_what_fits_is_what_fits_in_python(expression: str, text: str) -> None:
    fits = re.search(expression, text) is not None
    assert pattern(expression, backtracks=20_000)(text) is fits
    assert bounded({"pattern": expression}).accepts(text) is fits


def test_only_patterns_of_a_schema_are_written_out() -> None:
    schema = {
        "properties": {"pattern": {"pattern": "a."}, "const": {"pattern": "b."}},
        "patternProperties": {"c.": {"items": [{"pattern": "d."}]}},
        "const": {"pattern": "e."},
        "enum": [{"pattern": "f."}],
        "description": "g.",
    }
    assert explicit_patterns(schema) == {
        "properties": {"pattern": {"pattern": r"a[^\n]"}, "const": {"pattern": r"b[^\n]"}},
        "patternProperties": {r"c[^\n]": {"items": [{"pattern": r"d[^\n]"}]}},
        "const": {"pattern": "e."},
        "enum": [{"pattern": "f."}],
        "description": "g.",
    }
