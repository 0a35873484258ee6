"""The name most like a written one is found in bounded work, and of few names it is difflib's."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import SequenceMatcher
from itertools import islice
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oifde_simulator import text
from oifde_simulator.near_names import (
    COMPARED,
    CUTOFF,
    LONGEST,
    MOST_CHARACTERS,
    MOST_PAIRS,
    Comparison,
    NearNames,
)

NAMES = st.text("abcdeF-", max_size=9)


@given(NAMES, st.lists(NAMES, max_size=12, unique_by=str.casefold))
def test_of_few_names_the_same_is_suggested_as_elsewhere(written: str, known: list[str]) -> None:
    assert NearNames(known).nearest(written) == text.nearest(written, known)


@given(NAMES, NAMES)
def test_no_name_is_more_alike_than_its_bound(written: str, name: str) -> None:
    comparison = Comparison(written)
    found = SequenceMatcher(None, name, written).ratio()
    if written or name:
        assert found <= comparison.bound(name) <= 1
    assert comparison.likeness(name) == found


MANY = [f"tenant-{number:05}-of-a-test" for number in range(10_000)]
SLIPS = {
    "tenant-01234-of-a-tset": "a slip at the end",
    "tenant-01234-of-a-test-": "one more",
    "tennat-01234-of-a-test": "a slip at the beginning",
    "01234-of-a-test": "its end alone",
    "TENANT-01234-of-a-test": "in capitals",
}


@pytest.mark.parametrize("written", SLIPS, ids=SLIPS.values())
def test_of_many_names_that_look_alike_the_one_that_was_meant_is_suggested(written: str) -> None:
    assert NearNames(MANY).nearest(written) == "tenant-01234-of-a-test"


@pytest.mark.parametrize("written", ["", "zzzz", "q" * 1000])
def test_what_is_like_no_name_gets_no_suggestion(written: str) -> None:
    assert NearNames(MANY).nearest(written) == ""
    assert NearNames([]).nearest(written) == ""


@pytest.mark.parametrize(("characters", "length"), [("01", 40), ("abcd", 60)])
def test_no_name_is_suggested_that_there_was_no_time_to_compare(characters: str, length: int) -> None:
    draws = Random(3)
    made = ("".join(draws.choices(characters, k=length)) for _ in range(90))
    known = list(islice(made, 60))
    found = [(NearNames(known).nearest(written), written) for written in made]
    likeness = [SequenceMatcher(None, name, written).ratio() for name, written in found if name]
    assert all(each >= CUTOFF for each in likeness)


def test_a_name_that_takes_long_to_compare_leaves_time_for_others() -> None:
    rest = "bcdefghijklmnopqrstuvwxyz"
    long, short, written = "a" * 51 + rest, "a" * 10 + rest, "a" * 30 + rest
    assert Comparison(written).bound(long) > Comparison(written).bound(short)
    assert NearNames([long, short]).nearest(written) == short
    assert NearNames([long]).nearest(written) == ""


def test_a_name_that_is_too_long_is_never_suggested() -> None:
    assert NearNames(["a" * (LONGEST + 1)]).nearest("a" * (LONGEST + 1)) == ""
    assert text.nearest("a" * COMPARED, ["a" * (LONGEST + 1)]) == ""


@contextmanager
def counted() -> Iterator[list[int]]:
    """Count the lines of code that are carried out."""
    lines = [0]

    def note(_frame: object, event: str, _: object) -> object:
        lines[0] += event == "line"
        return note

    before = sys.gettrace()
    sys.settrace(note)  # type: ignore[arg-type]
    try:
        yield lines
    finally:
        sys.settrace(before)


ALIKE = {
    "short": "tenant-{:05}",
    "as long as is compared": "a" * (COMPARED - 5) + "{:05}",
    "two letters by turns": "ab" * 47 + "{:05}",
    "as long as is kept": "a" * (LONGEST - 5) + "{:05}",
    "longer": "a" * 995 + "{:05}",
}


@pytest.mark.parametrize("form", ALIKE.values(), ids=ALIKE)
@pytest.mark.parametrize("count", [20, 10_000])
def test_the_work_has_a_bound_however_many_long_and_alike_the_names_are(form: str, count: int) -> None:
    near = NearNames(form.format(number) for number in range(count))
    for written in ("a" * 1000, "tenant-0000x", form.format(7)[:-1] + "x", "ab" * 50):
        with counted() as lines:
            near.nearest(written)
        # A few lines for each character, and for each pair of equal ones.
        assert lines[0] < 5 * MOST_CHARACTERS + 5 * MOST_PAIRS
        with counted() as again:
            near.nearest(written)
        assert again[0] < 20
