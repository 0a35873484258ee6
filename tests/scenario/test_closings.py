"""Brackets and quotes that are not closed, and other signs for YAML's, are told where they begin, with the fix."""

# ruff: noqa: E501  (a case a line)

from __future__ import annotations

import pytest
import yaml

from oifde_simulator.scenario import loader
from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.scenario.yaml.parser import LOADER
from oifde_simulator.scenario.yaml.tree import read


def told(text: str) -> str:
    with pytest.raises(ScenarioErrors) as caught:
        loader.loads(text.encode(), "f.yaml", "f")
    return str(caught.value)


def rule(text: str) -> str:
    return f"rules:\n  - {{{text}}}\n"


NEVER = "that opens here is never closed; "
LINE = "rules:\n  - name: a\n    "
SLIPS: dict[str, tuple[str, str]] = {
    "a brace": (
        "rules:\n  - {name: a, faults: [reset]\n",
        f'2:5: rules[0]: the "{{" {NEVER}write "}}" at the end of line 2, or where it ends',
    ),
    "a brace inside": (
        f'rules:\n  - {{match: {{request: {{pageNum: "2"}}, faults: [reset]}}\n{LINE[8:]}times: 2\n',
        f'2:5: rules[0]: the "{{" {NEVER}write "}}" at the end of line 2',
    ),
    "a bracket above a rule": (
        f"{LINE}faults: [reset\n  - name: b\n    faults: [hang]\n",
        f'3:13: rules[0].faults[1]: the "[" {NEVER}write "]" at the end of line 3',
    ),
    "a brace above a key": (
        f"{LINE}respond: {{status: 503\n    times: 2\n",
        f'3:14: rules[0].respond: the "{{" {NEVER}write "}}" at the end of line 3',
    ),
    "two brackets of JSON": (
        '{"rules": [{"faults": ["reset"]}\n',
        f'1:11: rules[1]: the "[" {NEVER}write "]}}" at the end of line 1',
    ),
    "a brace over lines": (
        f"{LINE}respond: {{\n      status: 503,\n      body: x\n    times: 2\n",
        f'3:14: rules[0].respond: the "{{" {NEVER}write "}}" before line 6',
    ),
    "a bracket in quotes and comments": (
        f'{LINE}respond: {{body: "}}" # }}\n    times: 2\n',
        f'3:14: rules[0].respond: the "{{" {NEVER}write "}}" at the end of line 3',
    ),
    "a comma at the end of a line": (
        f"{LINE}respond: {{status: 503\n      body: x}}\n",
        '3:26: rules[0].respond: a comma is missing here, before "body:" in the next line',
    ),
    "a brace above an item": (
        "rules:\n  - {name: a, times: 1\n  - {name: b, times: 1}\n",
        f'2:5: rules[0]: the "{{" {NEVER}write "}}" at the end of line 2',
    ),
    "a brace above an operation": (
        f"{LINE}patch:\n      - {{op: remove, path: /total\n      - {{op: remove, path: /x}}\n",
        f'4:9: rules[0].patch[0]: the "{{" {NEVER}write "}}" at the end of line 4',
    ),
    "a comma behind a quote": (
        'rules:\n  - {name: "a"\n     times: 1}\n',
        '2:15: rules[0]: a comma is missing here, before "times:" in the next line',
    ),
    "a comma behind a bracket": (
        f'{LINE}respond: {{headers: {{X: "1"}}\n      errorMsg: hi}}\n',
        '3:32: rules[0].respond: a comma is missing here, before "errorMsg:" in the next line',
    ),
    "a comma of JSON": (
        '{"rules": [{"respond": {"status": 503}\n "times": 1}]}\n',
        '1:39: rules[0]: a comma is missing here, before "times:" in the next line',
    ),
    "a colon before a brace": (
        "rules:\n  - match:{endpoint: gettoken}\n    respond: {status: 503}\n",
        '2:5: rules[0]: unknown key "match:{endpoint"; write a space after the colon: "match: {"',
    ),
    "a closing brace too many": (
        "rules:\n  - {name: a, faults: [reset]}}\n",
        "2:31: rules[1]: a closing bracket too many; remove it",
    ),
    "a double quote": (
        rule('name: "down, faults: [reset]'),
        '2:12: rules[0]: the quote that opens here is never closed; close it, such as: "down"',
    ),
    "a quote in a condition": (
        rule('match: {request: {pageNum: "2}}, faults: [reset]'),
        '2:33: rules[0]: the quote that opens here is never closed; close it, such as: "2"',
    ),
    "a single quote": (
        f"{LINE}respond: {{body: 'down}}\n",
        "3:21: rules[0].respond.body: the quote that opens here is never closed; close it, such as: 'down'",
    ),
    "an apostrophe": (
        rule("respond: {status: 503, body: 'it's down'}"),
        '2:35: rules[0].respond: an apostrophe ends a text in single quotes; use double quotes: "it\'s down"',
    ),
    "an apostrophe in a block": (
        "description: 'it's down'\n",
        '1:14: an apostrophe ends a text in single quotes; use double quotes: "it\'s down"',
    ),
    "a semicolon for a comma": (
        rule("respond: {status: 503; body: x}"),
        '2:27: rules[0].respond: ";" separates nothing in YAML; write a comma: ", body:"',
    ),
    "a semicolon at the end": (
        "rules:\n  - faults: [reset];\n",
        '2:20: rules[0]: a ";" that ends nothing in YAML; remove it',
    ),
    "two commas": (rule("respond: {status: 503},, times: 2"), "2:29: rules[0]: a comma too many; remove it"),
    "a colon in a text": (
        rule("name: a: b, faults: [reset]"),
        '2:12: rules[0]: a colon and a space inside a text end it; put the text in quotes: "a: b"',
    ),
    "no space before a brace": (
        rule("match:{endpoint: gettoken}, faults: [reset]"),
        '2:6: rules[0]: a space is missing after the ":"; write match: {',
    ),
    "no colon before a brace": (
        rule("respond {status: 503}"),
        '2:6: rules[0]: a ":" is missing after the key; write respond: {',
    ),
    "a comment of another language": (
        "// down\nrules:\n  - faults: [reset]\n",
        '1:1: a comment begins with "#" in YAML, not with "//"',
    ),
    "such a comment behind a value": (
        "rules:\n  - faults: [reset]   // down\n",
        '2:23: rules[0]: a comment begins with "#" in YAML, not with "//"',
    ),
    "a wide comma": (
        rule("respond: {status: 503}， times: 2"),
        '2:28: rules[0]: U+FF0C FULLWIDTH COMMA, which YAML takes for text; write "," and a space',
    ),
    "a wide comma behind a word": (
        rule("match: {endpoint: gettoken，request: {appKey: a}}, faults: [reset]"),
        '2:32: rules[0].match: U+FF0C FULLWIDTH COMMA, which YAML takes for text; write "," and a space',
    ),
    "a wide comma in a list": (
        rule("faults: [reset，hang]"),
        '2:15: rules[0].faults[0]: expected a fault, found "reset，hang"; U+FF0C FULLWIDTH COMMA separates nothing: write a comma and a space',
    ),
    "a wide colon in braces": (
        rule("respond： {status: 503}"),
        '2:13: rules[0]: U+FF1A FULLWIDTH COLON, which YAML takes for text; write ":" and a space',
    ),
    "a blank after a dash": (
        "rules:\n  -\u00a0name: a\n    faults: [reset]\n",
        "2:4: rules: U+00A0 NO-BREAK SPACE, which YAML takes for text; write a space, or nothing",
    ),
    # other shapes
    "an operation without its list": (
        rule("patch: {op: remove, path: /total}"),
        "2:13: rules[0].patch: expected a list of operations, found one of them; write it as a list: [{op: remove, path: /total}]",
    ),
    "an operation beside strict": (
        rule("patch: {strict: true, op: remove, path: /total}"),
        "2:13: rules[0].patch: expected a list of operations, found one of them; write operations: [{op: remove, path: /total}]",
    ),
    "an operation as a key": (
        rule("patch: [{replace: /total, value: 7}]"),
        "2:15: rules[0].patch[0]: expected op with the name of an operation, found replace as a key; write {op: replace, path: /total, value: 7}",
    ),
    "a rule below its name": (
        "rules:\n  - down:\n      faults: [reset]\n",
        '2:5: rules[0]: unknown key "down"; for a rule of this name write name: down, and its keys beside it',
    ),
    "an id alone": (
        "tenant: acme\n",
        '1:9: tenant: expected a mapping of "key: value" lines, found "acme"; write {id: acme}',
    ),
    "a key without its colon": (
        "tenant:\n  id acme\n",
        '2:3: tenant: expected a mapping of "key: value" lines, found "id acme"; write a colon after the key: "id: acme"',
    ),
    "users without numbers": (
        'sessions:\n  users: ["18000000001"]\n',
        'found a list; write how many sessions each has: {"18000000001": 12}',
    ),
}


LIBYAML_ONLY = {"no space before a brace"}
"""Slips that the parser in Python takes for a key with a colon in it."""
KNOWN = [name for name in SLIPS if LOADER is not yaml.SafeLoader or name not in LIBYAML_ONLY]


@pytest.mark.parametrize(("text", "message"), [SLIPS[name] for name in KNOWN], ids=KNOWN)
def test_a_slip_is_told_once_where_it_begins_with_the_likely_fix(text: str, message: str) -> None:
    found = told(text)
    assert message in found
    assert len(found.splitlines()) == 1


@pytest.mark.parametrize(
    "text",
    ["a: {b: " + "'" * 100_000, "a: [" + "[" * 60 + '"' * 99_999, "{a" * 50_000, "a: {b: c;" + " d" * 50_000],
)
@pytest.mark.parametrize("parser", [LOADER, yaml.SafeLoader], ids=["usual", "pure"])
def test_a_long_line_is_not_searched(text: str, parser: type[yaml.SafeLoader]) -> None:
    with pytest.raises(ScenarioErrors):
        read(text.encode(), "f.yaml", parser)


GOOD = {
    "a wide comma in a text": (rule("respond: {status: 503, body: 你好，世界}"), "你好，世界"),
    "a text with a slash": (rule("respond: {status: 503, body: a // b}"), "a // b"),
    "a semicolon": (rule("respond: {status: 503, body: a; b}"), "a; b"),
    "an apostrophe": (rule("respond: {status: 503, body: it's down}"), "it's down"),
}


@pytest.mark.parametrize(("text", "body"), GOOD.values(), ids=GOOD)
def test_the_same_signs_inside_a_text_are_text(text: str, body: str) -> None:
    tree = read(text.encode(), "f.yaml")
    assert tree.errors == ()
    assert tree.root.value["rules"][0]["respond"]["body"] == body
