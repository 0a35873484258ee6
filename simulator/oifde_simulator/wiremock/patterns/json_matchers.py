"""Tests of the JSON of a request, by the names WireMock gives them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from oifde_simulator.wiremock.patterns import json_equality
from oifde_simulator.wiremock.patterns.json_equality import Leniency
from oifde_simulator.wiremock.patterns.matchers import Absent, Test
from oifde_simulator.wiremock.patterns.values import ABSENT, MISSING, Value, compact


@dataclass(frozen=True, slots=True)
class EqualToJson(Test):
    """The same JSON."""

    wanted: Any
    leniency: Leniency

    def accepts(self, value: Value) -> bool:
        """Whether the value fits."""
        return value.json is not MISSING and not self.leniency.differences(self.wanted, value.json)

    def distance(self, value: Value) -> float:
        """How far it is from fitting, from 0 to 1."""
        if value.json is MISSING:
            return 1.0
        largest = max(json_equality.size(self.wanted), json_equality.size(value.json))
        return min(1.0, self.leniency.differences(self.wanted, value.json) / largest)


class Reads(Protocol):
    """A compiled JSONPath."""

    def read(self, value: Any) -> Any:
        """What is found at it."""
        ...


@dataclass(frozen=True, slots=True)
class MatchesJsonPath(Test):
    """JSON in which a path finds something, of which one value fits where there is a test of it."""

    path: Reads
    inner: Test | None

    def accepts(self, value: Value) -> bool:
        """Whether the value fits."""
        return self._nearest(value, lambda test, found: not test.accepts(found)) == 0

    def distance(self, value: Value) -> float:
        """How far it is from fitting, from 0 to 1."""
        return self._nearest(value, lambda test, found: test.distance(found))

    def _nearest(self, value: Value, measure: Callable[[Test, Value], float]) -> float:
        from oifde_simulator.wiremock.patterns import jsonpath

        if value.json is MISSING:
            return 1.0
        found = self.path.read(value.json)
        if self.inner is None:
            return 0.0 if jsonpath.there(found) else 1.0
        return min((measure(self.inner, each) for each in self._values(found)), default=1.0)

    def _values(self, found: Any) -> list[Value]:
        from oifde_simulator.wiremock.patterns.jayway import NOTHING

        several = isinstance(found, list)
        values = found if several else [found] if found is not NOTHING and found is not None else []
        texts = [_value(each) for each in values if each is not None]
        if several and isinstance(self.inner, EqualToJson):
            texts.append(_value(found))
        return texts or ([ABSENT] if isinstance(self.inner, Absent) else [])


def _value(found: Any) -> Value:
    if isinstance(found, str):
        return Value(found)
    return Value(compact(found), found)
