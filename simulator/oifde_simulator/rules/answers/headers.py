"""`headers`: headers that a rule adds to an answer, replaces or takes away, whatever makes the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from email.utils import formatdate
from typing import Any

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.model.http import LAST_SECOND, Headers, Response
from oifde_simulator.quantities import milliseconds
from oifde_simulator.rules.action import ActionContext


@dataclass(frozen=True, slots=True)
class HttpDate:
    """`{http_date: 30s}`: a date of HTTP (RFC 9110, 5.6.7), so long after the time of the answer."""

    after: int
    """Milliseconds."""

    def written(self, now: int) -> str:
        """Write the date for an answer at `now`, epoch milliseconds on the tenant's clock."""
        return formatdate(min((now + self.after) // 1000, LAST_SECOND), usegmt=True)


HeaderValue = str | HttpDate
GivenHeaders = Sequence[tuple[str, HeaderValue]]
"""Headers as a scenario gives them."""


def given_headers(given: Mapping[str, Any]) -> tuple[tuple[str, HeaderValue], ...]:
    """Read the headers that a scenario writes; those that are null are left out."""
    return tuple((name, _value(value)) for name, value in given.items() if value is not None)


def _value(given: Any) -> HeaderValue:
    return HttpDate(milliseconds(given["http_date"])) if isinstance(given, Mapping) else str(given)


def written(headers: GivenHeaders, now: int) -> Headers:
    """Write headers for an answer at `now`, epoch milliseconds on the tenant's clock."""
    return tuple(
        (name, value.written(now) if isinstance(value, HttpDate) else value) for name, value in headers
    )


@dataclass(frozen=True, slots=True)
class SetHeaders:
    """Headers to set, and names of those to take away."""

    headers: GivenHeaders = ()
    removed: frozenset[str] = frozenset()
    """Names in lower case."""

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> SetHeaders:
        """Build from the mapping that a scenario writes."""
        removed = frozenset(name.lower() for name, value in given.items() if value is None)
        return cls(given_headers(given), removed)

    @property
    def reads_clock(self) -> bool:
        """Whether the time decides what it sets."""
        return any(isinstance(value, HttpDate) for _, value in self.headers)

    @property
    def names(self) -> frozenset[str]:
        """Names of all headers that it is about, in lower case."""
        return self.removed.union(name.lower() for name, _ in self.headers)

    def reshape(self, response: Response, context: ActionContext) -> Response:
        """Return the answer with these headers; the same object where it has them already."""
        given, removed = self.headers, self.removed
        if context.settled:
            given = [each for each in given if each[0].lower() not in context.settled]
            removed -= context.settled
        headers = set_headers(response.headers, written(given, context.now), removed)
        if headers == response.headers:
            return response
        return Response(response.status, response.body, headers)


def set_headers(headers: Headers, others: Headers, removed: frozenset[str] = frozenset()) -> Headers:
    """Replace headers of the same names in their places, add the others at the end, and leave some out."""
    new = {name.lower(): (name, value) for name, value in others}
    kept: list[tuple[str, str]] = []
    placed: set[str] = set()
    for header in headers:
        name = header[0].lower()
        if name in removed or name in placed:
            continue
        if name in new:
            placed.add(name)
        kept.append(new.get(name, header))
    return (*kept, *(header for name, header in new.items() if name not in placed))
