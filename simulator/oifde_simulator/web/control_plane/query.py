"""Query parameters of the control plane's URLs. Rule: a parameter that cannot be understood is a problem."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlencode

from aiohttp import web

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.quantities import count
from oifde_simulator.text import normal
from oifde_simulator.web.control_plane.openapi import Route
from oifde_simulator.web.control_plane.problems import LONGEST_PATH, Problem

Value = TypeVar("Value")
LONGEST_COMPLAINT = 300
"""Characters of a reason, which may repeat the value."""
FILTER = "filter"
"""Name that stands in the document for any parameter of a journal filter."""

TENANT = "tenant"
"""Name of parameters that name a tenant, whose ids are composed as those of files are."""


@dataclass(frozen=True, slots=True)
class Query:
    """Query parameters of one URL; each name is known to its route."""

    path: str
    pairs: tuple[tuple[str, str], ...]
    """Names and values in the order of the URL."""
    schemas: Mapping[str, Mapping[str, Any]]
    """JSON Schemas of the parameters in the document, by name."""

    def number(self, name: str) -> int:
        """Read a whole number within the bounds of the document; its default where it is missing."""
        schema = self.schemas[name]
        number: int = self.get(name, schema["default"], _up_to(schema["maximum"]))
        return number

    def get(self, name: str, default: Value, read: Callable[[str], Value]) -> Value:
        """Read the value of a parameter; `default` where it is missing.

        `read` turns the text into a value, or raises ValueError, which becomes a Problem.
        """
        text = next((text for each, text in self.pairs if each == name), None)
        try:
            return default if text is None else read(text)
        except ValueError as error:
            raise wrong_parameter(f"{name}: {str(error)[:LONGEST_COMPLAINT]}") from None

    def require(self, name: str, read: Callable[[str], Value]) -> Value:
        """Read the value of a parameter that must be there. Raises Problem."""
        value = self.get(name, None, read)
        if value is None:
            raise wrong_parameter(f"{name} is missing; write {self.path[:LONGEST_PATH]}?{name}=...")
        return value

    def without(self, *names: str) -> tuple[tuple[str, str], ...]:
        """List the other parameters, which are those of a filter."""
        return tuple(pair for pair in self.pairs if pair[0] not in names)

    def url_with(self, name: str, value: int) -> str:
        """Make the same URL with another value of one parameter."""
        return f"{self.path}?{urlencode([*self.without(name), (name, str(value))])}"


def read_query(request: web.Request, route: Route) -> Query:
    """Read the query parameters of a request. Raises Problem for unknown and repeated ones."""
    pairs = tuple((name, normal(text) if name == TENANT else text) for name, text in request.query.items())
    query = Query(request.path, pairs, route.parameters)
    for name, times in Counter(name for name, _ in query.pairs).items():
        if times > 1 and name in route.parameters:
            raise wrong_parameter(f"{name} is there twice; expected each parameter once")
        if name not in route.parameters and FILTER not in route.parameters:
            raise wrong_parameter(
                f"unknown parameter {name[:60]!r} of {query.path[:LONGEST_PATH]}; remove it"
            )
    return query


def wrong_parameter(detail: str) -> Problem:
    """Make the problem of a parameter that cannot be understood."""
    return Problem(HTTPStatus.BAD_REQUEST, "wrong-parameter", detail)


def _up_to(most: int) -> Callable[[str], int]:
    """Make a reader of a number from 1 to `most`."""

    def read(text: str) -> int:
        number = count(text)
        if number > most:
            raise ValueError(f"expected at most {most}, found {number}")
        return number

    return read
