"""The first tests of many rules, made together: the same rules pass as if each had been asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oifde_simulator.bounded_cache import BoundedCache
from oifde_simulator.model.view import ABSENT, View
from oifde_simulator.rules import gates
from oifde_simulator.rules.conditions.matching import Matcher
from oifde_simulator.rules.gates import MANY, Gates
from oifde_simulator.rules.rule import Rule

WANTED: list[Any] = [
    "a", "b", 1, 1.5, True, False, 0, "",
    {"pattern": "^a"}, {"minimum": 1}, {"type": "boolean"}, {"enum": ["b", 1]}, {"type": "array"},
]  # fmt: skip
VALUES: list[Any] = [
    ABSENT, None, "a", "b", "ab", "", 0, 1, 1.0, True, False, 1.5, -0.0, [], ["a"], {}, {"a": 1},
]  # fmt: skip
FIELDS = [("request", "userMobile"), ("headers", "X-Source"), ("response", "total")]


class Asked(NamedTuple):
    """A rule, as far as its first test goes."""

    matcher: Matcher
    only_lasts: bool = False


def rules(*matches: Mapping[str, Any]) -> list[Rule]:
    return cast(list[Rule], [Asked(Matcher(match)) for match in matches])


def view(values: Mapping[str, Any]) -> View:
    parts: dict[str, dict[str, Any]] = {"request": {}, "headers": {}, "response": {}}
    for part, name in FIELDS:
        if values[part] is not ABSENT:
            parts[part][name] = values[part]
    return View("queryRecordHistory", parts["request"], parts["headers"], parts["response"])


def one_by_one(asked: list[Rule], shown: View) -> list[int]:
    places = (shown.request, shown.headers, shown.response)
    found = []
    for place, rule in enumerate(asked):
        part, name, accepts = rule.matcher.gate
        if accepts(places[part].get(name, ABSENT)):
            found.append(place)
    return found


MATCHES = st.lists(
    st.tuples(st.sampled_from(FIELDS), st.sampled_from(WANTED)).map(
        lambda found: {found[0][0]: {found[0][1]: found[1]}}
    )
    | st.just({}),
    max_size=40,
)
SHOWN = st.fixed_dictionaries({part: st.sampled_from(VALUES) for part, _ in FIELDS})


@given(MATCHES, st.lists(SHOWN, min_size=1, max_size=5))
def test_the_same_rules_pass_together_as_one_by_one(
    matches: list[Mapping[str, Any]], shown: list[Mapping[str, Any]]
) -> None:
    asked = rules(*matches)
    together = Gates(asked)
    for values in (*shown, *shown):  # the second time from memory
        assert list(together.passing(view(values))) == one_by_one(asked, view(values))


def _counted(made: list[Any], accepts: Callable[[Any], bool], value: Any) -> bool:
    made.append(value)
    return accepts(value)


def test_many_tests_of_one_field_are_made_once_for_a_value(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = rules(*({"request": {"userMobile": {"pattern": f"^{each}"}}} for each in range(MANY)))
    made: list[Any] = []
    for rule in asked:
        _, name, accepts = rule.matcher.gate
        counted = partial(_counted, made, accepts)
        monkeypatch.setattr(rule.matcher, "_tests", [(0, name, counted)])
    together = Gates(asked)
    for value in ("1x", "1x", "x", "1x"):
        found = together.passing(view({"request": value, "headers": ABSENT, "response": ABSENT}))
        assert list(found) == ([1] if value == "1x" else [])
    assert made == ["1x"] * MANY + ["x"] * MANY


def test_what_is_remembered_of_values_is_bounded() -> None:
    together = Gates(rules(*({"request": {"userMobile": str(each)}} for each in range(MANY))))
    for each in range(20_000):
        together.passing(view({"request": f"{each}", "headers": ABSENT, "response": ABSENT}))
    together.passing(view({"request": "x" * gates.VERDICTS_KEPT, "headers": ABSENT, "response": ABSENT}))
    assert gates.VERDICTS in BoundedCache.every
    assert gates.VERDICTS.weight <= gates.VERDICTS.bound
