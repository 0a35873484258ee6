"""Patterns of the JSON of a request, by WireMock's names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.wiremock.patterns import json_equality
from oifde_simulator.wiremock.patterns.content_patterns import AbsentPattern, ContentPattern
from oifde_simulator.wiremock.patterns.json_equality import Leniency
from oifde_simulator.wiremock.patterns.logged_request import ABSENT, MISSING, RequestValue, compact_json


@dataclass(frozen=True, slots=True)
class EqualToJsonPattern(ContentPattern):
    """Matches equal JSON."""

    wanted: Any
    leniency: Leniency

    def matches(self, value: RequestValue) -> bool:
        """Check that a value fits."""
        return value.json is not MISSING and not self.leniency.differences(self.wanted, value.json)

    def distance(self, value: RequestValue) -> float:
        """Measure the distance of a value from fitting, from 0 to 1: the share of values that differ."""
        if value.json is MISSING:
            return 1.0
        largest = max(json_equality.size(self.wanted), json_equality.size(value.json))
        return min(1.0, self.leniency.differences(self.wanted, value.json) / largest)


class JsonPathReader(Protocol):
    """A compiled JSONPath."""

    def read(self, value: Any) -> Any:
        """Read the values at the path."""
        ...


@dataclass(frozen=True, slots=True)
class MatchesJsonPathPattern(ContentPattern):
    """Matches JSON in which a path finds something; with an inner pattern, one found value must fit it."""

    path: JsonPathReader
    inner: ContentPattern | None

    def matches(self, value: RequestValue) -> bool:
        """Check that a value fits."""
        return self._nearest(value, lambda pattern, found: not pattern.matches(found)) == 0

    def distance(self, value: RequestValue) -> float:
        """Measure the distance of the nearest found value from fitting, from 0 to 1."""
        return self._nearest(value, lambda pattern, found: pattern.distance(found))

    def _nearest(
        self, value: RequestValue, measure: Callable[[ContentPattern, RequestValue], float]
    ) -> float:
        from oifde_simulator.wiremock.patterns.jsonpath import path

        if value.json is MISSING:
            return 1.0
        found = self.path.read(value.json)
        if self.inner is None:
            return 0.0 if path.is_match(found) else 1.0
        return min((measure(self.inner, each) for each in self._values(found)), default=1.0)

    def _values(self, found: Any) -> list[RequestValue]:
        from oifde_simulator.wiremock.patterns.jsonpath.jayway import NOTHING

        several = isinstance(found, list)
        values = found if several else [found] if found is not NOTHING and found is not None else []
        texts = [_value(each) for each in values if each is not None]
        if several and isinstance(self.inner, EqualToJsonPattern):
            texts.append(_value(found))
        return texts or ([ABSENT] if isinstance(self.inner, AbsentPattern) else [])


def _value(found: Any) -> RequestValue:
    if isinstance(found, str):
        return RequestValue(found)
    return RequestValue(compact_json(found), found)
