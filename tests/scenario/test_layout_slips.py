"""Slips of layout in a scenario (indentation, dashes, colons, quotes) are told with their own cause."""

# ruff: noqa: E501  (a case a line)

from __future__ import annotations

import itertools
import re

import pytest
import yaml

from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.scenario.yaml import indentation, slips
from oifde_simulator.scenario.yaml.parser import LOADER
from oifde_simulator.scenario.yaml.tree import read
from steps import steps, steps_of_fullmatch

GOOD = """\
tenant:
  tokens: ["qa-token"]
sessions:
  users:
    "15500000002": 10
rules:
  - name: every-third
    match:
      endpoint: queryRecordHistory
      request:
        userMobile: "15500000002"
    every: 3
    respond:
      status: 500
  - name: second
    match: {endpoint: queryRecordHistory}
    after: 10
    respond: {status: 503}
"""


def complaints(text: str, loader: type = LOADER) -> list[str]:
    """List the errors of the reader alone."""
    try:
        return [str(error) for error in read(text.encode(), "f.yaml", loader).errors]
    except ScenarioErrors as caught:
        return str(caught).split("\n")


SLIPS = {
    "a key of a rule with a blank too few": ("    every: 3", "   every: 3", '12:4: rules[0]: this line begins in column 4, the keys above it in column 5 ("match" in line 8): indent it by 4 spaces'),
    "the second key of a rule": ("    after: 10", "   after: 10", '17:4: rules[1]: this line begins in column 4, the keys above it in column 5 ("match" in line 16): indent it by 4 spaces'),
    "a key of a rule with a blank too many": ("    every: 3", "     every: 3", '12:6: rules[0]: this line begins in column 6, the keys above it in column 5 ("match" in line 8) or in column 7 ("request" in line 10): indent it by 4 or 6 spaces'),
    "a key below the dash": ("    every: 3", "  every: 3", '12:3: rules[0]: this line begins in column 3, where the "- " above it stands, the keys of the item in column 5: indent it by 4 spaces, or write "- " before it for a new item'),
    "an item with a blank too many": ("  - name: second", "   - name: second", "15:4: rules[1]: this item begins in column 4, the items above it in column 3: indent it by 2 spaces"),
    "an item with a blank too few": ("  - name: second", " - name: second", "15:2: this item begins in column 2, the items above it in column 3: indent it by 2 spaces"),
    "an item that is not indented": ("  - name: second", "- name: second", "15:1: this item begins in column 1, the items above it in column 3: indent it by 2 spaces"),
    "a first rule without its dash": ("  - name: every-third", "    name: every-third", '15:3: an item of a list begins here, and the keys above it stand in none: is the "- " missing before the first key in column 5?'),
    "a first rule without its dash, less indented": ("  - name: every-third", "  name: every-third", '8:5: rules: this line is indented under "name: every-third" in line 7, which has its value already: begin both in one column, or write "- " before that one, for an item of a list'),
    "a later rule without its dash": ("  - name: second", "    name: second", '15:5: rules[0]: duplicate key "name"; the first is on line 7: keep one; or is the "- " of a new rule missing?'),
    "a dash without a space": ("  - name: second", "  -name: second", '15:3: rules[1]: a space is missing after "-"; write "- name: second"'),
    "a quote that is not closed in a list": ('["qa-token"]', '["qa-token]', "2:12: tenant.tokens[1]: the quote that opens here is closed in line 5 only; close it in its own line"),
    "a single quote that is never closed": ('["qa-token"]', "['qa-token]", "2:12: tenant.tokens[0]: the quote that opens here is never closed; close it, such as: 'qa-token'"),
    "a bracket that is not closed": ('["qa-token"]', '["qa-token"', "2:11: tenant.tokens[1]: the \"[\" that opens here is never closed; write \"]\" at the end of line 2, or where it ends"),
    "a brace that is not opened": ("{status: 503}", "status: 503}", '18:14: rules[1]: the "{" is missing that "}" closes; write {status: 503}'),
    "a key without its colon": ("    every: 3", "    every 3", '12:5: rules[0].match.request: a ":" is missing after the key; write "every: 3"'),
    "an equals sign": ("    every: 3", "    every = 3", '12:5: rules[0].match.request: a ":" is missing after the key; write "every: 3"'),
    "a key of a mapping without its colon": ("    match:\n", "    match\n", '8:5: rules[0]: a ":" is missing after the key; write "match:"'),
    "rules without their colon": ("rules:", "rules", '6:1: sessions.users: a ":" is missing after the key; write "rules:"'),
    "a star": ("every: 3", "every: *", '12:12: rules[0].every: a text cannot begin with "*"; put it in quotes'),
}  # fmt: skip


def test_the_file_is_good_without_a_slip() -> None:
    assert complaints(GOOD) == []


@pytest.mark.parametrize("loader", [LOADER, yaml.SafeLoader], ids=["fastest", "python"])
@pytest.mark.parametrize(("right", "wrong", "message"), SLIPS.values(), ids=SLIPS.keys())
def test_a_slip_is_told_with_its_place_and_its_own_cause(
    right: str, wrong: str, message: str, loader: type
) -> None:
    assert right in GOOD
    assert complaints(GOOD.replace(right, wrong, 1), loader) == [f"f.yaml:{message}"]


@pytest.mark.parametrize(("right", "wrong", "message"), SLIPS.values(), ids=SLIPS.keys())
def test_a_slip_is_the_same_with_line_ends_of_windows(right: str, wrong: str, message: str) -> None:
    text = GOOD.replace(right, wrong, 1).replace("\n", "\r\n")
    assert complaints(text) == [f"f.yaml:{message}"]


OTHER_SIGNS = {
    "a blank that is no space at the end": ("rules: []\u00a0\n", "1:10: U+00A0 NO-BREAK SPACE, which YAML takes for text; write a space, or nothing"),
    "text behind a bracket": ("rules: [] x\n", "1:11: the value before this has ended; remove this, or put all of it in one pair of quotes"),
    "a semicolon behind a bracket": ("rules: [] ; x\n", '1:11: a ";" that ends nothing in YAML; remove it'),
    "a line left of its text": ("description: |\n    one\n\n  two\nrules: []\n", '4:3: this line is indented less than the text of "description: |" in line 1: indent it by 4 spaces if it belongs to it'),
    "a line of a text in the column of a key": ("rules:\n  - respond:\n      body: >-\n        one\n      line two\n      status: 500\n", '5:7: rules[0].respond: a ":" is missing after the key; write "line: two"; or: this line is indented less than the text of "body: >-" in line 3: indent it by 8 spaces if it belongs to it'),
    "a key without its colon, and no text above": ("rules: |\n  x\na: b\nline two\nc: d\n", '4:1: a ":" is missing after the key; write "line: two"'),
    "parentheses": ("rules:\n  - name: a\n    respond: (status: 500)\n", "3:14: rules[0]: parentheses hold no keys in YAML, braces do: write {status: 500}"),
    "parentheses inside braces": ("rules:\n  - {name: a, respond: (status: 500, body: x)}\n", "2:24: rules[0]: parentheses hold no keys in YAML, braces do: write {status: 500, body: x}"),
    "parentheses in a text": ("description: (note: x)\n", '1:14: a colon and a space inside a text end it; put the text in quotes: "(note: x)"'),
    "a star for a dash": ("rules:\n * name: a\n", '2:2: rules: an item of a list begins with "-", not with "*"; write "- name: a"'),
    "a comment behind a bracket": ('{"rules": [] // c\n}\n', '1:14: a comment begins with "#" in YAML, not with "//"'),
    "a comment above a key": ('{"rules": [], // c\n "description": "x"}\n', '1:15: a comment begins with "#" in YAML, not with "//"'),
    "a comment of C": ('{"a": "//", "rules": [] /* c */}\n', '1:25: a comment begins with "#" in YAML, not with "/*"'),
    "two slashes in quotes": ('{"a": "http://x //" "b": 1}\n', "1:1: the bracket that opens here is not closed, or a comma or a quote is missing in it"),
}  # fmt: skip


@pytest.mark.parametrize("loader", [LOADER, yaml.SafeLoader], ids=["fastest", "python"])
@pytest.mark.parametrize(("text", "message"), OTHER_SIGNS.values(), ids=OTHER_SIGNS.keys())
def test_what_stands_in_the_place_of_yaml_is_told_by_its_name(text: str, message: str, loader: type) -> None:
    assert complaints(text, loader) == [f"f.yaml:{message}"]


OTHER_MISTAKES = {
    "a bracket of the other kind": ('rules:\n  - {name: "a\n      b", respond: {status: 503]}\n', '3:32: rules[0].respond: "]" cannot close the "{" in line 3, column 20; write "}" before it'),
    "no comma": ('rules:\n  - {name: "a\n b" times: 2}\n', "2:5: rules[0]: the bracket that opens here is not closed, or a comma or a quote is missing in it"),
    "a colon too many": ('a: "x\n  y": b: c\n', '2:5: a ": " that is not expected here; inside a text, put the text in quotes; after a key, align it with its neighbours and end the key above it with ":"'),
    "text behind the quote": ('a: "x\n  y" z\n', "2:6: the text goes on after its closing quote; put all of it in one pair of quotes"),
}  # fmt: skip


@pytest.mark.parametrize("loader", [LOADER, yaml.SafeLoader], ids=["fastest", "python"])
@pytest.mark.parametrize(("text", "message"), OTHER_MISTAKES.values(), ids=OTHER_MISTAKES.keys())
def test_a_mistake_behind_a_text_over_lines_is_not_that_of_its_quotes(
    text: str, message: str, loader: type
) -> None:
    assert complaints(text, loader) == [f"f.yaml:{message}"]


@pytest.mark.parametrize("loader", [LOADER, yaml.SafeLoader], ids=["fastest", "python"])
@pytest.mark.parametrize("text", ['every: "3"', 'match: {endpoint: "x"}', '{name: "b"}'])
def test_a_quote_that_closes_where_another_was_to_open_is(text: str, loader: type) -> None:
    (found,) = complaints(f'rules:\n  - name: "a\n    {text}\n', loader)
    assert found.endswith("the quote that opens here is closed in line 3 only; close it in its own line")


@pytest.mark.parametrize("header", ["|", ">", ">-", "|2-  # so"])
@pytest.mark.parametrize("dash", ["description: ", "faults:\n      - "])
def test_lines_of_a_block_text_are_no_keys(header: str, dash: str) -> None:
    (found,) = complaints(
        f"rules:\n  - {dash}{header}\n        Every: day\n\n        So: b\n     respond: {{}}\n"
    )
    assert '"Every"' not in found
    assert '"So"' not in found


def test_keys_below_a_block_text_are() -> None:
    (found,) = complaints("a:\n  b: |\n    Text: x\n  c:\n    d:\n      e: 1\n     f: 2\n")
    assert found.endswith(
        'in column 5 ("d" in line 5) or in column 7 ("e" in line 6): indent it by 4 or 6 spaces'
    )


@pytest.mark.parametrize("line_break", ["\r\n", "\r", "\n", "\x85", "\u2028", "\u2029"])
def test_lines_are_counted_as_yaml_counts_them(line_break: str) -> None:
    (found,) = complaints(line_break.join(["rules:", "  - name: a", "   every: 3", ""]))
    assert found.startswith("f.yaml:3:4: rules[0]: this line begins in column 4")


def test_a_line_that_is_not_there_has_no_slip() -> None:
    assert indentation.value_above(["a: 1"], 5) is indentation.misplaced(["a: 1"], 5) is None


EXPRESSIONS = {
    name: found
    for module in (indentation, slips)
    for name, found in vars(module).items()
    if isinstance(found, re.Pattern)
}
LONG = [
    "{}x = y=",
    "match{}x = y=",
    "match {}x = y=",
    "-{}x: ]",
    "{}-",
    "x: {}=",
    "x: a{}]",
    ": {}:",
    "{}=",
    "x{}: ",
]
"""Texts that match in part, with room for many repetitions of the same."""
REPEATED = [" ", "- ", "-  ", "a", ": ", ", ", "=", "a ", "[", "[a", "{ ", '"', "\t"]


SEARCHED = {"KEY_BEFORE_TEXT", "KEY_BEHIND_VALUE", "SEPARATOR", "INDEX"}
"""Expressions that are looked for in a line; others match it from its beginning."""


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_an_expression_takes_time_proportional_to_the_line(name: str) -> None:
    count = steps if name in SEARCHED else steps_of_fullmatch
    for text, repeated in itertools.product(LONG, REPEATED):
        few, many = (count(EXPRESSIONS[name], text.format(repeated * number)) for number in (20, 80))
        assert many < 6 * few, (text, repeated)


def test_a_key_that_comes_twice_in_braces_begins_no_rule() -> None:
    (found,) = complaints("rules:\n  - {name: a, name: b}\n")
    assert found.endswith("keep one")


def test_a_later_key_that_comes_twice_begins_no_rule() -> None:
    (found,) = complaints("rules:\n  - name: a\n    every: 2\n    every: 3\n")
    assert found.endswith("keep one")


def test_a_dash_that_is_missing_elsewhere_is_that_of_an_item() -> None:
    (found,) = complaints("rules:\n  - patch:\n      - op: remove\n        path: /a\n        op: remove\n")
    assert found.endswith('or is the "- " of a new item missing?')
