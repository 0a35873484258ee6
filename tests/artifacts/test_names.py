"""Names of tests as names of folders."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oifde_simulator.artifacts.names import LONGEST, folder_name

NODES = st.one_of(
    st.from_regex(r"(?:[ab-]{1,2}/)?[ab.]{1,2}\.py(?:::[ab]){1,2}(?:\[[ab/.-]{1,2}\])?", fullmatch=True),
    st.text(),
)
SAFE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*[A-Za-z0-9_]")


@pytest.mark.parametrize(
    ("test", "name"),
    [
        ("test_a.py::test_b", "test_a-test_b"),
        ("tests/orders/test_a.py::TestB::test_c", "tests.orders.test_a-TestB-test_c"),
    ],
)
def test_a_plain_name_is_kept(test: str, name: str) -> None:
    assert folder_name(test) == name
    assert folder_name(test, ".gw1") == f"{name}.gw1"


@pytest.mark.parametrize(
    ("test", "beginning"),
    [
        ("test_a.py::test_b[1/2]", "test_a-test_b-1.2-"),
        ("test_a.py::test_b[../../etc/passwd]", "test_a-test_b-......etc.passwd-"),
        ("test_a.py::test_b[日本\x00\n]", "test_a-test_b-"),
        ("..\\..\\test_a.py::test_b", "test_a-test_b-"),
        ("/test_a.py::test_b", "test_a-test_b-"),
        ("", "test-"),
        ("\ud800", "test-"),
    ],
)
def test_another_name_has_a_digest_behind_what_is_left(test: str, beginning: str) -> None:
    assert re.fullmatch(re.escape(beginning) + "[0-9a-f]{8}", folder_name(test))


def test_a_long_name_is_cut() -> None:
    long, longer = (folder_name(f"test_a.py::test_{'b' * count}") for count in (300, 301))
    assert len(long) <= LONGEST + 9
    assert long != longer


@given(NODES, NODES)
def test_names_are_safe_and_tell_tests_apart(one: str, other: str) -> None:
    assert SAFE.fullmatch(folder_name(one))
    assert (folder_name(one) == folder_name(other)) == (one == other)
