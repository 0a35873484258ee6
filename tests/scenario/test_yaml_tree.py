"""YAML becomes plain values with their places, or located errors, and never another exception."""

# ruff: noqa: E501  (messages are compared whole, one a line)

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.scenario.yaml import tree as yaml_tree
from oifde_simulator.scenario.yaml.messages import explanation
from oifde_simulator.scenario.yaml.mistakes import MOST_MISTAKES
from oifde_simulator.scenario.yaml.parser import LOADER
from oifde_simulator.scenario.yaml.syntax import LARGEST_FILE

LOADERS = [pytest.param(LOADER, id="fastest"), pytest.param(yaml.SafeLoader, id="python")]


def value(text: str, loader: Any = None) -> Any:
    tree = yaml_tree.read(text.encode(), "f.yaml", loader)
    assert tree.errors == ()
    return tree.root.value


def complaints(source: bytes | str, loader: Any = None) -> list[str]:
    octets = source.encode() if isinstance(source, str) else source
    try:
        return [str(error) for error in yaml_tree.read(octets, "f.yaml", loader).errors]
    except ScenarioErrors as errors:
        return [str(error) for error in errors.errors]


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("true", True), ("True", True), ("FALSE", False), ("null", None), ("~", None), ("[a, ]", ["a"]),
        ("0", 0), ("-7", -7), ("+7", 7), ("9223372036854775807", 2**63 - 1), ("-9223372036854775808", -(2**63)),
        ("1.5", 1.5), (".5", 0.5), ("1e3", 1000.0), ("-1.", -1.0), ("1.2.3", "1.2.3"), ("90s", "90s"),
        ("180****9999", "180****9999"), ("0dbe11892be840cf", "0dbe11892be840cf"), ("onwards", "onwards"),
        ("'on'", "on"), ('"012"', "012"), ("!!str 012", "012"), ("|\n  a\n  b\n", "a\nb\n"), ("'2021-04-16'", "2021-04-16"),
        ("a: 1\nb: [x, {c: z}]\n", {"a": 1, "b": ["x", {"c": "z"}]}), ("a:\n", {"a": None}), ("'': x", {"": "x"}),
        ("a: &n {x: 1}\nb: *n\n", {"a": {"x": 1}, "b": {"x": 1}}), ("&k key: *k", {"key": "key"}),
        ("%YAML 1.2\n---\na: b\n...\n", {"a": "b"}), ("\ufeffa: é\r\nb: 😀\r\n", {"a": "é", "b": "😀"}),
    ],
)  # fmt: skip
def test_plain_values_are_those_of_the_core_schema(text: str, expected: Any, loader: Any) -> None:
    found = value(text, loader)
    assert (found, type(found)) == (expected, type(expected))


def test_nodes_know_where_they_stand_from_one() -> None:
    root = yaml_tree.read(b"a: 1\nb:\n  - {key: x}\n", "f.yaml").root
    node = root.at(("b", 0, "key"))
    assert (node.value, node.line, node.column) == ("x", 3, 11)
    assert (root.at(("b", 0)).keys["key"].line, root.at(("b", 0)).keys["key"].column) == (3, 6)


def test_an_alias_stands_where_it_is_written_not_where_its_anchor_is() -> None:
    root = yaml_tree.read(b"a: &n {x: 1}\nb: *n\n", "f.yaml").root
    assert (root.at(("b",)).line, root.at(("b",)).column) == (2, 4)
    assert root.at(("b", "x")).line == 1


SURPRISES = [
    pytest.param("on", 'on without quotes is true in YAML 1.1 and text in YAML 1.2; write true, or "on" for text', id="on"),
    pytest.param("No", 'No without quotes is false in YAML 1.1 and text in YAML 1.2; write false, or "No" for text', id="no"),
    pytest.param("y", 'y without quotes is true in YAML 1.1 and text in YAML 1.2; write true, or "y" for text', id="y"),
    pytest.param("012", '012 without quotes is octal in YAML 1.1 and decimal in YAML 1.2; put it in quotes: "012", or write 12 for the number', id="octal"),
    pytest.param("0o17", '0o17 without quotes is a number in some YAML versions and text in others; put it in quotes: "0o17", or write the number in decimal', id="octal-1.2"),
    pytest.param("-0x1F", '-0x1F without quotes is a number in some YAML versions and text in others; put it in quotes: "-0x1F", or write the number in decimal', id="hex"),
    pytest.param("1_000", '1_000 without quotes is a number in YAML 1.1 and text in YAML 1.2; put it in quotes: "1_000", or write 1000 for the number', id="underscore"),
    pytest.param("12:30:45", '12:30:45 without quotes is a number to base 60 in YAML 1.1 and text in YAML 1.2; put it in quotes: "12:30:45"', id="base-60"),
    pytest.param("+08:00", '+08:00 without quotes is a number to base 60 in YAML 1.1 and text in YAML 1.2; put it in quotes: "+08:00"', id="offset"),
    pytest.param("2021-04-16", '2021-04-16 without quotes is a date in YAML 1.1 and text in YAML 1.2; put it in quotes: "2021-04-16", or write 1618531200000 where epoch milliseconds are expected', id="date"),
    pytest.param("2021-02-30", '2021-02-30 without quotes is a date in YAML 1.1 and text in YAML 1.2; put it in quotes: "2021-02-30"', id="no-such-date"),
    pytest.param("2026-01-01T00:00:00Z", '2026-01-01T00:00:00Z without quotes is a date in YAML 1.1 and text in YAML 1.2; put it in quotes: "2026-01-01T00:00:00Z", or write 1767225600000 where epoch milliseconds are expected', id="instant"),
    pytest.param("2021-04-16 07:42:22", '2021-04-16 07:42:22 without quotes is a date in YAML 1.1 and text in YAML 1.2; put it in quotes: "2021-04-16 07:42:22", or write 1618558942000 where epoch milliseconds are expected', id="date-and-time"),
    pytest.param("-.inf", '-.inf is no number that JSON can carry; write a finite number, or "-.inf" for text', id="inf"),
    pytest.param(".NaN", '.NaN is no number that JSON can carry; write a finite number, or ".NaN" for text', id="nan"),
    pytest.param("1e999", 'the number 1e999 does not fit into 64 bits; write a smaller one, or put it in quotes if it is text: "1e999"', id="float-overflow"),
    pytest.param("9223372036854775808", 'the number 9223372036854775808 does not fit into 64 bits; write a smaller one, or put it in quotes if it is text: "9223372036854775808"', id="65-bits"),
]  # fmt: skip


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize(("text", "message"), SURPRISES)
def test_what_yaml_readers_disagree_on_is_refused_with_both_ways_out(
    text: str, message: str, loader: Any
) -> None:
    assert complaints(f"a:\n  - b: {text}\n", loader) == [f"f.yaml:2:8: a[0].b: {message}"]


def test_numbers_of_five_thousand_digits_are_refused_in_one_short_line() -> None:
    (line,) = complaints("a: " + "9" * 5000)
    assert "does not fit into 64 bits" in line
    assert len(line) < 250


KEYS = [
    pytest.param("18000000001: x", '1:1: a key must be text, found 18000000001; put it in quotes: "18000000001"', id="number"),
    pytest.param("a: {true: x}", '1:5: a: a key must be text, found true; put it in quotes: "true"', id="bool"),
    pytest.param("~: x", '1:1: a key must be text, found ~; put it in quotes: "~"', id="null"),
    pytest.param("on: x", '1:1: a key must be text, found on; put it in quotes: "on"', id="on"),
    pytest.param("1.5: x", '1:1: a key must be text, found 1.5; put it in quotes: "1.5"', id="float"),
    pytest.param("2021-04-16: x", '1:1: a key must be text, found 2021-04-16; put it in quotes: "2021-04-16"', id="date"),
    pytest.param("a: 1\nb: 2\na: 3", '3:1: duplicate key "a"; the first is on line 1: keep one', id="duplicate"),
    pytest.param('x: {a: 1, "a": 2}', '1:11: x: duplicate key "a"; the first is on line 1: keep one', id="duplicate-in-quotes"),
    pytest.param("b: {<<: {c: 1}}", '1:5: b: merge key "<<", which YAML 1.2 does not know; write the keys out', id="merge"),
    pytest.param("? [a]\n: b", '1:3: a list or mapping used as a key; keys are text: put text that begins with "{" or "[" in quotes', id="complex"),
    pytest.param("a: {{name}}", '1:5: a: a list or mapping used as a key; keys are text: put text that begins with "{" or "[" in quotes', id="braces"),
    pytest.param("a: &n [1]\n*n : x", '2:1: a list or mapping used as a key; keys are text: put text that begins with "{" or "[" in quotes', id="alias"),
]  # fmt: skip


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize(("text", "message"), KEYS)
def test_keys_are_text_and_unique(text: str, message: str, loader: Any) -> None:
    assert complaints(text, loader) == [f"f.yaml:{message}"]


def test_a_key_that_is_not_there_is_missed() -> None:
    assert complaints("{? : x}") == ["f.yaml:1:4: a key must be text, found no key; write its name"]


LAUGHS = "l0: &l0 [1]\n" + "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]\n" for n in range(1, 40))
MATRYOSHKA = "- &l0 [1]\n" + "".join(f"- &l{n} [*l{n - 1}]\n" for n in range(1, 200))

HARMS = [
    pytest.param("[" * 100_000, "1:65: ", "more than 64 lists and mappings", id="100,000-brackets"),
    pytest.param("a: 1\nb: " + "[" * 100_000, "2:67: b[0]", "more than 64 lists and mappings", id="brackets-below-a-key"),
    pytest.param('{"a":' * 100_000, "1:321: ", "more than 64 lists and mappings", id="100,000-braces"),
    pytest.param("".join(" " * n + "a:\n" for n in range(99)), "65:65: ", "more than 64 lists and mappings", id="deep-block"),
    pytest.param(MATRYOSHKA, "64:9: [63][0]", "more than 64 lists and mappings", id="deep-through-aliases"),
    pytest.param(LAUGHS, "6:50: l5[8]", "aliases stand for more than 200000 values", id="billion-laughs"),
    pytest.param("&a [*a]", "1:5: [0]", "*a stands inside what it names, a value that contains itself; write the value out", id="contains-itself"),
    pytest.param("a: &a 1\nb: &a {c: *a}", "2:11: b.c", "*a stands inside what it names", id="contains-itself-again"),
    pytest.param("a: *9999", "1:4: a", '*9999 names no anchor above; for text put it in quotes: "*9999"', id="undefined-alias"),
    pytest.param("a: !!python/object:os.system {}", "1:4: a", 'explicit tag "!!python/object:os.system"; remove it', id="python-tag"),
    pytest.param("a: !!timestamp 2020-01-01", "1:4: a", 'explicit tag "!!timestamp"; remove it', id="core-tag"),
    pytest.param("a: !secret", "1:4: a", 'explicit tag "!secret"; remove it, or put the text in quotes', id="own-tag"),
]  # fmt: skip


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize(("text", "place", "message"), HARMS)
def test_files_made_to_harm_are_refused_where_they_begin_to(
    text: str, place: str, message: str, loader: Any
) -> None:
    (line,) = complaints(text, loader)
    assert line.startswith(f"f.yaml:{place}")
    assert message in line
    assert len(line) < 300


def test_aliases_in_moderation_are_welcome_however_long_the_file() -> None:
    lines = "a: &n {x: 1, z: 2}\nb:\n" + "  - *n\n" * 10_000
    assert value(lines)["b"] == [{"x": 1, "z": 2}] * 10_000


@pytest.mark.parametrize("loader", LOADERS)
def test_aliases_stand_for_a_bounded_length_of_text(loader: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_tree, "MOST_COPIED_BYTES", 100)
    text = "a: &n {%s: [%s]}\nb: [*n, *n%s]"
    assert complaints(text % ("k" * 20, "我" * 10, ""), loader) == []
    (line,) = complaints(text % ("k" * 20, "我" * 10, ", *n"), loader)
    fix = "write fewer, or a shorter text"
    assert line == f"f.yaml:2:13: b[2]: aliases stand for more than 64 MiB of text here; {fix}"


UNREADABLE = [
    pytest.param(b"", "1:1: the file is empty; write at least one key, such as: description: My scenario", id="empty"),
    pytest.param(b"# only this\n", "1:1: the file is empty; write at least one key, such as: description: My scenario", id="comment"),
    pytest.param(b"a: 1\n---\na: 2\n", '2:1: a second document begins here; a file is one scenario: remove the "---" or split it', id="two-documents"),
    pytest.param(b"\xef\xbb\xbfab: \xff", "1:5: the byte 0xff is not UTF-8; save the file as UTF-8", id="bom-and-not-utf-8"),
    pytest.param(b"a: 1\r\nb: caf\xe9", "2:7: the byte 0xe9 is not UTF-8; save the file as UTF-8", id="latin-1"),
    pytest.param("a: 1".encode("utf-16"), "1:1: the file is UTF-16; save it as UTF-8", id="utf-16"),
    pytest.param("a: 1".encode("utf-16-le"), "1:1: the file is UTF-16; save it as UTF-8", id="utf-16-no-bom"),
    pytest.param(b"a: 1\nb: x\0y", '2:5: the character U+0000 cannot be printed; remove it, or write "\\u0000" in double quotes', id="nul"),
    pytest.param(b"a: \x1b[31m", '1:4: the character U+001B cannot be printed; remove it, or write "\\u001b" in double quotes', id="escape"),
    pytest.param(b"a" * (LARGEST_FILE + 1), "1:1: the file is larger than 16 MiB; split it into several scenarios", id="too-large"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "message"), UNREADABLE)
def test_bytes_that_are_no_text_are_refused_where_they_cease_to_be(source: bytes, message: str) -> None:
    assert complaints(source) == [f"f.yaml:{message}"]


BROKEN = [
    pytest.param("a:\n\tb: 1", "2:1: a: a tab; YAML indents with spaces only: replace it by spaces", id="tab"),
    pytest.param("a: one: two", '1:7: a ": " that is not expected here; inside a text, put the text in quotes; after a key, align it with its neighbours and end the key above it with ":"', id="second-colon"),
    pytest.param("a:\n  b: 1\n c: 2", "3:2: this line begins in column 2, the keys above it in column 1 (\"a\" in line 1) or in column 3 (\"b\" in line 2): indent it by 0 or 2 spaces", id="indentation"),
    pytest.param("a: 'x\nb: y\n", "1:4: a: the quote that opens here is never closed; close it, such as: 'x'", id="quote"),
    pytest.param("a: {b: c\nd: {}\n", '1:4: a: the "{" that opens here is never closed; write "}" at the end of line 1, or where it ends', id="brace"),
    pytest.param("a:\n  - [b, \n", "3:1: a[0][1]: the file ends, but a bracket is still open; close it", id="bracket-at-end"),
    pytest.param("a: {b: c}}", "1:10: a closing bracket too many; remove it", id="brace-too-many"),
    pytest.param('a: "b" c', "1:8: the text goes on after its closing quote; put all of it in one pair of quotes", id="after-quote"),
    pytest.param("a: b\n: c", "2:1: a key is missing before the colon; write its name", id="no-key"),
    pytest.param("a: @b", '1:4: a: a text cannot begin with "@"; put it in quotes', id="at-sign"),
    pytest.param("a: ***9999", '1:4: a: a text cannot begin with "*"; put it in quotes', id="masked-number"),
    pytest.param("a: | text", '1:6: a: only a digit, "+" or "-" may follow "|" or ">"; begin the text on the next line, indented', id="block"),
    pytest.param("- a\nb: c", '2:1: [0]: this does not fit into the list above; begin each item with "- " in one column', id="list"),
    pytest.param("a: - b", '1:4: a: an item of a list is not expected here; begin the list on a line of its own, each item with "- "', id="list-beside-its-key"),
    pytest.param("a: ? b", '1:4: a: a "?" and a space begin a key, and none is expected here; put the text in quotes', id="question-mark"),
    pytest.param("%YAML 3.0\n---\na: b", "1:1: a directive that is not understood; remove the line that begins with %", id="directive"),
]  # fmt: skip


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize(("text", "message"), BROKEN)
def test_what_is_no_yaml_is_told_in_words_that_help(text: str, message: str, loader: Any) -> None:
    assert complaints(text, loader) == [f"f.yaml:{message}"]


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize(
    "escape", ["\\ud800", "\\ud83d\\ude00", "\\U00110000", "\\q", "\\xZZ", "\\uDFFFx"], ids=str
)
def test_escapes_that_are_no_character_are_refused(escape: str, loader: Any) -> None:
    (line,) = complaints(f'a: "{escape}"', loader)
    assert line.startswith("f.yaml:1:")
    assert any(words in line for words in ("surrogate", "no character", "does not know"))


def test_a_complaint_nobody_foresaw_is_passed_on_in_the_parsers_words() -> None:
    mark = yaml.Mark("f", 0, 1, 2, None, 0)
    assert explanation(yaml.MarkedYAMLError(problem="strange", problem_mark=mark), "x") == (
        1,
        2,
        "not YAML: strange",
    )


def test_all_mistakes_of_a_file_are_told_in_order_with_what_stopped_the_reading() -> None:
    places = [line.split(": ")[0] for line in complaints("a: 012\nb: on\nb: 1_0\nc: [")]
    assert places == ["f.yaml:1:4", "f.yaml:2:4", "f.yaml:3:1", "f.yaml:3:4", "f.yaml:5:1"]


SCRAPS = st.sampled_from(
    ["a", "b", ":", ": ", "- ", "\n", "\n  ", "[", "]", "{", "}", ",", "&a ", "*a", "!!str ", "!x ", '"', "'", "\\u", "d800",
     "|", ">", "? ", "<<", "---\n", "...", "%YAML 1.1\n", "#", "\t", "012", "on", "1e9", "-", "~", "2021-02-30", "\ufeff", "\0", "\x85", "\u2028", "\u2029  "]
)  # fmt: skip


@pytest.mark.parametrize("loader", LOADERS)
@settings(max_examples=examples(150), deadline=None)
@given(
    source=st.binary(max_size=60) | st.lists(SCRAPS, max_size=25).map(lambda scraps: "".join(scraps).encode())
)
def test_any_bytes_give_a_tree_or_located_errors(loader: Any, source: bytes) -> None:
    for line in complaints(source, loader):
        assert line.startswith("f.yaml:")
        assert line.isprintable()


PRINTABLE = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co")), max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | PRINTABLE,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(PRINTABLE, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=examples(100), deadline=None)
@given(JSON)
def test_json_is_read_as_itself(document: Any) -> None:
    assert value(json.dumps(document, ensure_ascii=False)) == document


@pytest.mark.parametrize("count", [MOST_MISTAKES, MOST_MISTAKES + 1, 2000])
def test_of_very_many_mistakes_the_first_are_told_and_the_others_counted(count: int) -> None:
    told = complaints("a: 1\n" * (count + 1))
    duplicate = 'duplicate key "a"; the first is on line'
    assert [duplicate in each for each in told] == [True] * MOST_MISTAKES + [False] * (count > MOST_MISTAKES)
    if count > MOST_MISTAKES:
        more = count - MOST_MISTAKES
        assert (
            told[-1]
            == f"f.yaml:{MOST_MISTAKES + 2}:1: and {more:,} more from here on; mend those above first"
        )


def test_many_mistakes_above_what_is_no_yaml_are_counted_too() -> None:
    told = complaints("a: 1\n" * 2000 + "b: [\n")
    assert len(told) == MOST_MISTAKES + 2
    assert told[-2].endswith(": and 1,949 more from here on; mend those above first")
    assert told[-1].endswith("a bracket is still open; close it")
