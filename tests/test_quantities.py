"""One grammar for durations, sizes and shares, wherever a person writes one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oifde_simulator import faults, quantities, resources
from oifde_simulator.config.reading import read_settings
from oifde_simulator.rules.answers.pagination import Rows
from oifde_simulator.rules.rule import Rule
from oifde_simulator.scenario import loader
from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.scenario.model import Scenario

PATTERNS = {"duration": quantities.DURATION, "size": quantities.SIZE, "share": quantities.SHARE}
AMOUNT = f"({quantities.SIZE}|{quantities.SHARE})"


def scenario(document: dict[str, Any]) -> Scenario:
    return loader.loads(json.dumps(document).encode(), "acme.yaml", "acme")


def rule(**given: Any) -> Rule:
    (made,) = scenario({"rules": [{"token": "expire", **given}]}).rules
    return made


def rows(late: str) -> Rows:
    (reshape,) = rule(rows={"late": late}).actions[0][0].reshapes
    assert isinstance(reshape, Rows)
    return reshape


def window(text: str) -> int:
    opening = rule(window={"from": text}).window
    assert opening is not None
    return opening.start


def rate(text: str) -> int:
    over = rule(over={"limit": 1, "window": text}).limits.over
    assert over is not None
    return over.window


def latency(text: str) -> float:
    fault: Any = faults.build({"latency": text})
    return float(fault.fixed)


MILLISECONDS: Mapping[str, Callable[[str], float]] = {
    "latency": lambda text: latency(text) * 1000,
    "over.window": rate,
    "window.from": window,
    "rows.late": lambda text: rows(text).late,
    "command line": lambda text: read_settings({"idle_timeout": text}, {}).idle_timeout * 1000,
    "environment": lambda text: read_settings({}, {"OIFDE_SIMULATOR_IDLE_TIMEOUT": text}).idle_timeout * 1000,
    "ttl, timeout and advance": lambda text: quantities.duration(text) * 1000,
}
WRITTEN = {"800ms": 800, "1.5s": 1500, "0.25s": 250, "2s": 2000, "1.5m": 90_000, "0.5h": 1_800_000}


@pytest.mark.parametrize("read", MILLISECONDS.values(), ids=MILLISECONDS.keys())
@pytest.mark.parametrize(("text", "expected"), WRITTEN.items(), ids=WRITTEN.keys())
def test_a_duration_means_the_same_everywhere(
    read: Callable[[str], float], text: str, expected: float
) -> None:
    assert read(text) == pytest.approx(expected)


@pytest.mark.parametrize(
    "text", ["", "5", "s", "5d", "-1s", "1,5s", ".5s", "1.s", "1e3s", "5 s", "5s\n", "９s"]
)
def test_other_texts_are_no_duration_anywhere(text: str) -> None:
    for read in (quantities.seconds, quantities.duration, quantities.milliseconds, quantities.whole_seconds):
        with pytest.raises(ValueError, match="expected a duration"):
            read(text)
    with pytest.raises(ScenarioErrors, match="expected a duration such as 800ms, 2s or 5m, found"):
        window(text)
    with pytest.raises(ValueError):
        faults.build({"latency": text})


def test_a_message_says_that_whole_milliseconds_are_wanted() -> None:
    with pytest.raises(ScenarioErrors) as caught:
        rule(over={"limit": 1, "window": "0.5ms"})
    assert (
        'over.window: expected a duration of whole milliseconds such as 800ms, 2s or 5m, found "0.5ms"'
        in str(caught.value)
    )


def test_a_token_lifetime_is_whole_seconds() -> None:
    assert scenario({"tenant": {"token_lifetime": "1.5m"}}).tenant.token_lifetime == 90
    with pytest.raises(ScenarioErrors, match="is no lifetime of whole seconds"):
        scenario({"tenant": {"token_lifetime": "1.5s"}})


def test_zero_is_a_duration_where_nothing_has_to_be_waited_for() -> None:
    assert (quantities.seconds("0s"), quantities.milliseconds("0.0ms")) == (0, 0)
    with pytest.raises(ValueError, match="expected a duration"):
        quantities.duration("0.0s")


@given(st.from_regex(re.compile(quantities.DURATION, re.ASCII), fullmatch=True))
def test_all_readers_of_durations_agree(text: str) -> None:
    seconds = quantities.seconds(text)
    for read, unit in ((quantities.milliseconds, 1000), (quantities.whole_seconds, 1)):
        try:
            assert read(text) == pytest.approx(seconds * unit)
        except ValueError as error:
            assert "of whole" in str(error)


# Shares


def oddity(given: Any) -> float:
    generate = scenario({"sessions": {"generate": {"oddities": {"emoji": given}}}}).generate
    assert generate is not None
    return generate.oddities["emoji"]


def patched(given: Any) -> float:
    reshape: Any = rule(patch=[{"op": "cut", "path": "/errorMsg", "share": given}]).actions[0][0].reshapes[0]
    return float(reshape.operations[0].settings["share"])


def built(item: Any) -> Any:
    return faults.build(item)


SHARED: Mapping[str, Callable[[Any], float]] = {
    "probability": lambda given: rule(probability=given).limits.probability,
    "oddities": oddity,
    "patch": patched,
    "cut": lambda given: built({"cut": {"share": given}}).share,
    "truncated-json": lambda given: built({"truncated-json": given}).share,
    "reset-mid-body": lambda given: built({"reset-mid-body": given}).after,
    "malformed-chunk": lambda given: built({"malformed-chunk": {"after": given}}).after,
}


@pytest.mark.parametrize("read", SHARED.values(), ids=SHARED.keys())
@pytest.mark.parametrize(
    ("written", "share"), [(0.5, 0.5), ("50%", 0.5), ("12.5%", 0.125), ("0%", 0.0), ("7%", 0.07)]
)
def test_a_share_is_a_number_or_percent_everywhere(
    read: Callable[[Any], float], written: Any, share: float
) -> None:
    assert read(written) == share
    assert type(read(written)) is float


@pytest.mark.parametrize("read", SHARED.values(), ids=SHARED.keys())
@pytest.mark.parametrize("written", ["half", "150%", "-1%", "100.1%", "50 %", "50%\n", "5%%", 1.5, -0.1])
def test_other_values_are_no_share_anywhere(read: Callable[[Any], float], written: Any) -> None:
    with pytest.raises((ValueError, ScenarioErrors, faults.FaultError)):
        read(written)


FIX = "write a share from 0 to 1, such as 0.5 or 50%"


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("half", 'expected a share such as 0.5 or 50%, found "half"'),
        ("101%", 'expected a share such as 0.5 or 50%, found "101%"; a share is at most 100%'),
        (True, f"expected a share such as 0.5 or 50%, found true; {FIX}"),
        (2, f"expected at most 1, found the number 2; if it is percent, write 2%; else {FIX}"),
        (200, f"expected at most 1, found the number 200; {FIX}"),
    ],
)
def test_a_message_shows_both_forms_of_a_share(written: Any, message: str) -> None:
    with pytest.raises(ScenarioErrors) as caught:
        rule(probability=written)
    assert str(caught.value).endswith(f"rules[0].probability: {message}")


def test_percent_is_read_from_yaml_without_quotes() -> None:
    (made,) = loader.loads(b"rules: [{probability: 12.5%, token: expire}]", "acme.yaml", "acme").rules
    assert made.limits.probability == 0.125


@pytest.mark.parametrize(
    ("written", "words"), [("0%", "can never fire: its probability is 0"), ("100%", "takes every request")]
)
def test_never_and_always_are_seen_in_percent_too(written: str, words: str) -> None:
    rules = [{"probability": written, "token": "expire"}, {"faults": ["reset"]}]
    assert any(words in warning for warning in scenario({"rules": rules}).warnings)


# Sizes


def filled(given: Any) -> int:
    reshape: Any = rule(patch=[{"op": "fill", "path": "/errorMsg", "bytes": given}]).actions[0][0].reshapes[0]
    return int(reshape.operations[0].settings["bytes"])


SIZED: Mapping[str, Callable[[Any], int]] = {
    "patch": filled,
    "garbage": lambda given: built({"garbage": given}).size,
    "command line": lambda given: read_settings({"max_body": str(given)}, {}).max_body,
}


@pytest.mark.parametrize("read", SIZED.values(), ids=SIZED.keys())
@pytest.mark.parametrize(("written", "octets"), [(40, 40), ("40", 40), ("64KiB", 65536), ("1MiB", 1 << 20)])
def test_a_size_is_a_number_with_or_without_its_unit_everywhere(
    read: Callable[[Any], int], written: Any, octets: int
) -> None:
    assert read(written) == octets


@pytest.mark.parametrize("read", SIZED.values(), ids=SIZED.keys())
@pytest.mark.parametrize("written", ["", "40KB", "1.5MiB", "-1", "KiB", "0", "1 KiB", "1KiB\n2"])
def test_other_texts_are_no_size_anywhere(read: Callable[[Any], int], written: str) -> None:
    with pytest.raises((ValueError, ScenarioErrors, faults.FaultError)):
        read(written)


@pytest.mark.parametrize("place", ["patch", "garbage"])
def test_a_line_feed_after_a_size_is_dropped_on_the_command_line_only(place: str) -> None:
    assert SIZED["command line"]("1KiB\n") == 1024
    with pytest.raises((ScenarioErrors, faults.FaultError)):
        SIZED[place]("1KiB\n")


def test_a_fill_that_is_too_large_is_told_whatever_its_unit() -> None:
    with pytest.raises(
        ScenarioErrors, match=r"patch\[0\].bytes: expected 1 to 16777216 bytes, found \"1GiB\""
    ):
        filled("1GiB")


# What editors are told


def patterns(value: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each schema with a pattern below `value`, and its pattern."""
    if isinstance(value, dict):
        if isinstance(value.get("pattern"), str):
            yield value["pattern"], value
        for each in value.values():
            yield from patterns(each)
    for each in value if isinstance(value, list) else ():
        yield from patterns(each)


DOCUMENTS = sorted(path.name for path in resources.schemas().glob("*.json"))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_documents_repeat_the_one_grammar(name: str) -> None:
    or_day = f"(day|{PATTERNS['duration']})"
    known = {f"^{pattern}$" for pattern in (*PATTERNS.values(), AMOUNT, or_day)}
    for pattern, schema in patterns(resources.read_json(name)):
        if "x-quantity" in schema or re.search(r"ms\||KiB|%", pattern):
            assert pattern in known
        if schema.get("x-quantity") in PATTERNS:
            assert pattern == f"^{PATTERNS[schema['x-quantity']]}$"


def test_a_scenario_has_one_definition_of_each_quantity() -> None:
    definitions = resources.read_json("scenario.schema.json")["$defs"]
    assert {name: definitions[name]["pattern"] for name in PATTERNS} == {
        name: f"^{pattern}$" for name, pattern in PATTERNS.items()
    }
    rules = [schema for name, schema in definitions.items() if name not in (*PATTERNS, "fault")]
    assert not [schema for _, schema in patterns(rules) if "x-quantity" in schema]


@pytest.mark.parametrize(
    ("written", "end"),
    [
        ("2d", '"2d"; write 48h'),
        ("10 days", '"10 days"; write 240h'),
        ("1.5d", '"1.5d"; write 36h'),
        ("2x", '"2x"'),
        ("30", '"30"; write its unit too, such as 30s'),
        ("30 Sec", '"30 Sec"; write 30s'),
        ("1m30s", '"1m30s"; write 90s'),
        ("-5s", '"-5s"; it is never negative: write one such as 5s'),
        ("30S", '"30S"; write 30s'),
        ("0s0", '"0s0"'),
    ],
)
def test_a_duration_in_other_words_is_told_in_ours(written: str, end: str) -> None:
    for read in (
        quantities.duration,
        quantities.milliseconds,
        quantities.milliseconds_up,
        quantities.whole_seconds,
    ):
        with pytest.raises(ValueError, match="expected a duration") as caught:
            read(written)
        assert str(caught.value).endswith(f"found {end}")
