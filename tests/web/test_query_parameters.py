"""Query parameters: each is known, there once, and read; the others belong to a filter."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from oifde_simulator.web.control_plane.openapi import Route, routes
from oifde_simulator.web.control_plane.problems import Problem
from oifde_simulator.web.control_plane.query import Query, read_query


def route(*parameters: str) -> Route:
    """Make a route with these query parameters, each from 1 to 10 and by default 3."""
    schemas = {name: {"type": "integer", "minimum": 1, "maximum": 10, "default": 3} for name in parameters}
    return Route("journal", "GET", "/journal", "listExchanges", False, schemas, "", False)


def query(text: str, *parameters: str) -> Query:
    """Read the query of a URL with this text behind its `?`."""
    return read_query(make_mocked_request("GET", f"/journal?{text}"), route(*parameters))


# query string, parameters of the route: words of the problem
WRONG: dict[str, tuple[str, tuple[str, ...], str]] = {
    "unknown": ("limt=1", ("limit",), "unknown parameter 'limt' of /journal; remove it"),
    "unknown, though empty": ("limt=", (), "unknown parameter 'limt'"),
    "twice": ("limit=1&limit=2", ("limit",), "limit is there twice"),
    "twice beside a filter": ("limit=1&limit=1", ("limit", "filter"), "limit is there twice"),
}


@pytest.mark.parametrize(("text", "parameters", "words"), WRONG.values(), ids=WRONG)
def test_a_wrong_query_is_a_problem(text: str, parameters: tuple[str, ...], words: str) -> None:
    with pytest.raises(Problem) as caught:
        query(text, *parameters)
    assert words in str(caught.value)


def test_a_value_is_read_or_its_default_is_taken() -> None:
    found = query("limit=7", "limit", "count")
    assert found.get("limit", 1, int) == 7
    assert found.get("count", 1, int) == 1
    assert found.require("limit", str) == "7"


@pytest.mark.parametrize("text", ["limit=11", "limit=0", "limit=x", "limit="])
def test_a_value_that_cannot_be_read_is_a_problem_that_names_the_parameter(text: str) -> None:
    with pytest.raises(Problem, match=r"^limit: "):
        query(text, "limit").number("limit")


def test_a_number_has_the_bounds_and_the_default_of_the_document() -> None:
    found = query("limit=10", "limit", "count")
    assert found.number("limit") == 10
    assert found.number("count") == 3


def test_every_bounded_number_with_a_default_begins_at_one() -> None:
    schemas = [each for route in routes() for each in route.parameters.values()]
    bounded = [each for each in schemas if {"default", "maximum"} <= each.keys()]
    assert len(bounded) > 3
    assert all(each["minimum"] == 1 <= each["default"] <= each["maximum"] for each in bounded)


def test_a_missing_parameter_that_is_required_is_a_problem_that_shows_it() -> None:
    with pytest.raises(Problem, match=r"userMobile is missing; write /journal\?userMobile="):
        query("", "userMobile").require("userMobile", str)


def test_the_others_are_those_of_a_filter_in_their_order() -> None:
    found = query("b=1&limit=2&a=3&b=4", "limit", "filter")
    assert found.without("limit") == (("b", "1"), ("a", "3"), ("b", "4"))


@given(
    st.lists(st.tuples(st.sampled_from(["tenant", "a b", "since", "ü&="]), st.text(max_size=5))),
    st.integers(1),
)
def test_the_next_url_asks_the_same_from_another_number(pairs: list[tuple[str, Any]], number: int) -> None:
    url = URL(Query("/journal", tuple(pairs), {}).url_with("since", number))
    others = [pair for pair in pairs if pair[0] != "since"]
    assert url.path == "/journal"
    assert list(url.query.items()) == [*others, ("since", str(number))]
