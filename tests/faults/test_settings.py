"""Faults as scenarios write them: defaults, mistakes and their places."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fault_scripts import WHOLE, context, playable
from oifde_simulator.faults import Fault, FaultError, apply, build, builtin_faults
from oifde_simulator.faults.builtin.headers import ContentType
from oifde_simulator.wire.script import with_header

FAULTS = builtin_faults()
DURATIONS = st.sampled_from(["0ms", "1ms", "0.5s", "2s", "1h"])

# item, where, a part of what is said
MISTAKES: dict[str, tuple[Any, tuple[str, ...], str]] = {
    "an unknown name": ("latancy", ("latancy",), 'unknown fault "latancy"; did you mean "latency"?'),
    "an unknown key": ({"rst": None}, ("rst",), 'unknown fault "rst"'),
    "an unknown setting": ({"cut": {"byte": 1}}, ("cut",), "'byte' was unexpected"),
    "two faults in one": ({"cut": 1, "bom": None}, (), "one key"),
    "no fault": ({}, (), "one key"),
    "a number": (7, (), "one key"),
    "a list": ([], (), "one key"),
    "false": ({"bom": False}, ("bom",), "not"),
    "a value where there is none": ({"bom": 3}, ("bom",), "3"),
    "no unit": ({"latency": 200}, ("latency",), "write a duration with its unit"),
    "no such unit": ({"latency": "2 weeks"}, ("latency",), "write a duration with its unit"),
    "a line too many": ({"latency": "2s\n"}, ("latency",), "write a duration with its unit"),
    "too long": ({"hang": "2h"}, ("hang", "limit"), "at most 1h"),
    "no latency": ({"latency": {"at": "body"}}, ("latency",), "expected one of fixed, uniform"),
    "two latencies": (
        {"latency": {"fixed": "1s", "uniform": {"min": "1s", "max": "2s"}}},
        ("latency",),
        "found 2",
    ),
    "less than the least": (
        {"latency": {"uniform": {"min": "2s", "max": "1s"}}},
        ("latency", "uniform", "max"),
        "less than min",
    ),
    "half a uniform": ({"latency": {"uniform": {"min": "2s"}}}, ("latency", "uniform"), "'max'"),
    "a cap below the median": (
        {"latency": {"lognormal": {"median": "2s", "cap": "1s"}}},
        ("latency", "lognormal", "cap"),
        "cap is less",
    ),
    "no number": (
        {"latency": {"lognormal": {"median": "2s", "sigma": float("nan")}}},
        ("latency", "lognormal", "sigma"),
        "out of range",
    ),
    "percentiles upside down": (
        {"latency": {"percentiles": {"p50": "2s", "p95": "1s", "p99": "3s"}}},
        ("latency", "percentiles", "p95"),
        "p95 is less than p50",
    ),
    "two ways to dribble": ({"dribble": {"over": "1s", "bytes": 3}}, ("dribble",), "remove one pair"),
    "two ways to cut": ({"cut": {"share": 0.5, "bytes": 3}}, ("cut",), "remove one"),
    "nothing a second": ({"bandwidth": 0}, ("bandwidth",), "from 1 to"),
    "too many bytes": ({"garbage": "9MiB"}, ("garbage", "bytes"), "from 1 to"),
    "more than all": ({"truncated-json": 1.5}, ("truncated-json",), "from 0 to 1"),
    "more than all, for bytes": ({"reset-mid-body": 1.5}, ("reset-mid-body", "after"), "share with a point"),
    "no lie": ({"content-length": 0}, ("content-length",), "0"),
    "two lies": ({"content-length": {"delta": 1, "value": 1}}, ("content-length",), "one of the two"),
    "a lie without a number": ({"content-length": {}}, ("content-length",), "one of the two"),
    "a header of two lines": ({"content-type": "a\r\nb: c"}, ("content-type",), "on one line"),
    "a header with an end": ({"content-type": "a\n"}, ("content-type",), "on one line"),
    "not ASCII": ({"content-type": "tëxt"}, ("content-type",), "ASCII"),
    "switching protocols": ({"informational": 101}, ("informational",), "100, 102 or 103"),
}


@pytest.mark.parametrize(("item", "path", "message"), MISTAKES.values(), ids=MISTAKES.keys())
def test_the_error_of_a_mistake_names_its_place(item: Any, path: tuple[str, ...], message: str) -> None:
    with pytest.raises(FaultError) as caught:
        build(item)
    assert caught.value.path[: len(path)] == path
    assert message in caught.value.message


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), DURATIONS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.dictionaries(
            st.sampled_from(
                ["fixed", "uniform", "ramp", "from", "bytes", "share", "at", "delta", "value", "x"]
            ),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=5,
)


@given(st.one_of(JSON, st.tuples(st.sampled_from(sorted(FAULTS)), JSON).map(lambda item: {item[0]: item[1]})))
def test_any_value_makes_a_fault_or_a_fault_error(item: Any) -> None:
    try:
        fault = build(item)
    except FaultError as error:
        assert error.message
    else:
        assert isinstance(fault, Fault)
        assert playable(apply(WHOLE, [fault], context(elapsed=1.0)))


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("50%", {"share": "50%"}),
        ("12.5%", {"share": 0.125}),
        (0.5, {"share": 0.5}),
        (40, {"bytes": 40}),
        (40.0, {"bytes": 40}),
        (1.0, {"bytes": 1}),
        ("10KiB", {"bytes": 10240}),
        (None, {}),
    ],
)
def test_a_cut_may_be_written_as_a_share_or_as_bytes_without_the_name(short: Any, long: Any) -> None:
    cut = build({"cut": short})
    assert cut == build({"cut": long})
    assert apply(WHOLE, [cut], context()) == apply(WHOLE, [build({"cut": long})], context())


@pytest.mark.parametrize("value", ["150%", "-1%", 1.5, -0.5, "half", "50 %", "%"])
def test_what_is_neither_a_share_nor_bytes_is_refused_with_both(value: Any) -> None:
    with pytest.raises(FaultError, match="share"):
        build({"cut": value})


def test_no_header_is_ever_written_over_two_lines() -> None:
    with pytest.raises(FaultError):
        ContentType("a\r\nX: b")
    for value in ("a\r\nX: b", "a\n", "a\0"):
        with pytest.raises(ValueError, match="CR, LF or NUL"):
            with_header(WHOLE, "X-Any", value)


def test_a_fault_can_be_compared_and_kept() -> None:
    assert build({"cut": 40}) == build({"cut": {"bytes": 40}})
    assert len({build("reset"), build({"reset": None})}) == 1
