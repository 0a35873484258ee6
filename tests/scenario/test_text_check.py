"""Texts that somebody is writing are checked as files are, and come back as values."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from oifde_simulator import resources
from oifde_simulator.scenario import loader
from oifde_simulator.scenario.checking import MOST_WARNINGS
from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.scenario.text_check import TextCheck, check_rules, check_scenario

DOWN = {"name": "down", "respond": {"status": 503}}


def scenario(text: str) -> TextCheck:
    return check_scenario(text, "scenario", "inline")


def rules(text: str) -> TextCheck:
    return check_rules(text, "rules")


def told(check: TextCheck) -> list[tuple[int, int, tuple[Any, ...]]]:
    return [(each.line, each.column, each.path) for each in check.errors]


@pytest.mark.parametrize("path", loader.find([resources.scenarios()]), ids=lambda path: path.stem)
def test_a_bundled_scenario_is_good(path: Any) -> None:
    found = scenario(path.read_text())
    assert (found.errors, found.warnings) == ((), ())
    made = loader.from_json(found.value, "scenario", "inline").rules
    assert [rule.definition for rule in made] == [rule.definition for rule in loader.load(path).rules]


@pytest.mark.parametrize(
    "text",
    [
        "rules: [{name: a}]", "rules:\n  - {name: a, faults: [latancy]}\n  - 7", "", "- a", "a: [", "\0", "7",
        "services: {a: {image: x}}", "clock: 2026-01-01", "sessions: {users: {'1': 0}}\nunknown: 1",
    ],
)  # fmt: skip
def test_a_wrong_scenario_has_the_mistakes_of_a_file(text: str) -> None:
    with pytest.raises(ScenarioErrors) as errors:
        loader.loads(text.encode(), "scenario", "inline")
    found = scenario(text)
    assert (list(found.errors), found.value) == (errors.value.errors, None)


def test_warnings_are_those_of_a_file() -> None:
    text = "rules:\n  - {name: a, respond: {status: 503}}\n  - {name: b, respond: {status: 500}}"
    found = scenario(text)
    assert tuple(map(str, found.warnings)) == loader.loads(text.encode(), "scenario", "inline").warnings
    assert (len(found.warnings), found.errors) == (1, ())


def test_a_scenario_that_comes_along_names_no_folder() -> None:
    assert told(scenario("recordings: {folder: calls}")) == [(1, 22, ("recordings", "folder"))]


@pytest.mark.parametrize(
    "text",
    [
        "- {name: down, respond: {status: 503}}",
        "name: down\nrespond: {status: 503}",
        "rules:\n  - {name: down, respond: {status: 503}}",
        '[{"name": "down", "respond": {"status": 503}}]',
    ],
    ids=["list", "one", "below rules", "json"],
)
def test_rules_come_in_several_forms(text: str) -> None:
    found = rules(text)
    assert (found.errors, found.warnings, found.value) == ((), (), [DOWN])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- {name: a, respnd: 1}", [(1, 13, (0,))]),
        ("name: a\nrespnd: 1", [(2, 1, ())]),
        ("rules:\n  - {name: a, respnd: 1}", [(2, 15, ("rules", 0))]),
        ("- {name: a, respond: {status: 5030}}\n- 7", [(1, 31, (0, "respond", "status")), (2, 3, (1,))]),
        ("- {name: off, respond: {status: 503}}", [(1, 10, (0, "name"))]),
        ("name: off\nrespond: {status: 503}", [(1, 7, ("name",))]),
        ("- {name: a\n", [(1, 3, (0,))]),
        ("7", [(1, 1, ())]),
        ("  ", [(1, 1, ())]),
    ],
)
def test_mistakes_of_rules_have_their_place_in_the_text(
    text: str, expected: list[tuple[int, int, tuple[Any, ...]]]
) -> None:
    found = rules(text)
    assert [each for each in told(found) if each in expected] == expected
    assert found.value is None
    assert not any("tenant" in each.message for each in found.errors)


def test_a_rule_may_be_for_a_while() -> None:
    text = "- {name: down, respond: {status: 503}, ttl: 5m}"
    assert rules(text).value == [{**DOWN, "ttl": "5m"}]


TTLS = {
    "5": "such as 5m, found 5; write its unit too, such as 5s",
    "5 minutes": 'found "5 minutes"; write 5m',
    "0s": 'found "0s", which is no time at all; write a longer one',
    "[5m]": 'found ["5m"]',
    "'-1s'": 'found "-1s"; it is never negative: write one such as 1s',
    "-1": "found -1",
    "true": "found true",
}


@pytest.mark.parametrize(("ttl", "ending"), TTLS.items())
def test_a_while_is_a_duration(ttl: str, ending: str) -> None:
    (error,) = rules(f"- {{name: down, respond: {{status: 503}}, ttl: {ttl}}}").errors
    assert (error.line, error.path) == (1, (0, "ttl"))
    assert error.message.endswith(ending)


def test_a_rule_that_can_never_fire_is_warned_of() -> None:
    (warning,) = rules("- {name: a, respond: {status: 503}}\n- {name: b, respond: {status: 500}}").warnings
    assert (warning.line, warning.path) == (2, (1,))


def copies(number: int) -> str:
    return f"[&a {'a' * 100_000}, {', '.join(['*a'] * number)}]"


@pytest.mark.slow(seconds=1)
def test_aliases_make_no_answer_larger_than_a_request() -> None:
    good = check_scenario(f"x-copies: {copies(500)}\n", "f", "f")
    assert (good.errors, good.value) == ((), None)
    (error,) = check_rules(f"- {{name: a, respond: {{json: {copies(500)}}}}}\n", "f").errors
    assert error.message == "more than 4 MiB as JSON; write shorter rules"


def test_aliases_of_15_gb_are_refused_before_anybody_writes_them() -> None:
    for found in (
        check_scenario(f"rules: [{{respond: {{json: {copies(150_000)}}}}}]\n", "f", "f"),
        check_rules(f"- {{name: a, respond: {{json: {copies(150_000)}}}}}\n", "f"),
    ):
        (error,) = found.errors
        assert error.message.startswith("aliases stand for more than 64 MiB of text here")


RULE = "- {respond: {status: 503}, times: 1}\n"


@pytest.mark.slow(seconds=5)
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "expected rules, found none"),
        ("rules: []", "expected rules, found none"),
        (RULE * 1001, "expected at most 1,000 rules, found 1,001"),
        (f"- {{respond: {{json: [{'1,' * 400_000}]}}}}", "more than 400,000 values"),
    ],
    ids=["none", "none below rules", "many", "values"],
)
def test_rules_that_no_request_can_add_are_wrong(text: str, message: str) -> None:
    (error,) = check_rules(text, "f").errors
    assert error.message.startswith(message)


def test_as_many_rules_as_can_be_added_are_good() -> None:
    assert not check_rules(RULE * 1000, "f").errors


@pytest.mark.parametrize("text", ["name: a\nrules: [7]\n", "name: a\nrules:\n"])
def test_a_rule_with_a_key_rules_among_others_is_one_rule(text: str) -> None:
    (error,) = rules(text).errors
    assert (error.line, error.column, error.path) == (2, 1, ())
    assert error.message.startswith('unknown key "rules"')


@pytest.mark.parametrize("kind", [check_rules, lambda text, origin: check_scenario(text, origin, "f")])
def test_a_character_that_files_of_utf_16_have_is_told_with_its_place(kind: Any) -> None:
    (error,) = kind("a: b\n- {name: \0}", "f").errors
    assert (error.line, error.column, error.message[:20]) == (2, 10, "the character U+0000")


@pytest.mark.slow(seconds=1)
def test_of_very_many_warnings_the_first_are_told() -> None:
    rules = "".join(f"- {{state: {{is: s{number}}}, respond: {{status: 503}}}}\n" for number in range(900))
    found = check_rules(rules, "f")
    assert not found.errors
    assert len(found.warnings) == MOST_WARNINGS + 1
    assert found.warnings[-1].message == "there may be more warnings than these"


SCRAPS = st.sampled_from(
    ["a", "a: ", "b: 2", "rules:", "respond: ", "{", "}", "[", "]", ", ", ":", "- ", "-", "*a", "&a ", '"',
     "\t", "#", "|", ">", "\n", "\n  ", "\n    ", "\r\n", "\r", "\x85", "\u2028", "\u2029", "\u2028  ", "  ",
     "'", " = ", "。", "\ufeff"]
)  # fmt: skip
"""Pieces of scenarios, with all line breaks of YAML."""


@given(
    st.text(max_size=60)
    | st.text("-:{}[]rulestpond ,\n\t\r\x85\u2028\u2029\"'&*|>#", max_size=60)
    | st.lists(SCRAPS, max_size=20).map("".join)
)
@example("a: 1\u2028\u2028\u2028\u2028  b: 2\n")
@example("a: 1\u2029\u2029\u2029\u2029  b: 2\n")
@example("rules:\nname: a\n")
@example("a: 1\nrules: [{name: b}]\n")
@example("rules: {a: 1}\n")
@example("a: 1\x85\x85\x85\x85  b: 2\n")
def test_no_text_raises_an_exception(text: str) -> None:
    for found in (rules(text), scenario(text)):
        assert bool(found.errors) == (found.value is None)
