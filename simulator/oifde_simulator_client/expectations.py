"""Expectations of `verify`, from keywords. Rule: no I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

SPELLINGS = {
    "at_least": "atLeast",
    "at_most": "atMost",
    "error_code": "errorCode",
    "tokens_fetched_first": "tokensFetchedFirst",
    "pages_walked": "pagesWalked",
}
"""Names of `POST /verify` by those in snake case."""
COUNTS = ("count", "atLeast", "atMost")
"""Members of an expectation of a number; conditions stand beside them."""
ALONE = ("none", "order", "tokensFetchedFirst", "pagesWalked")
"""Members that are an expectation of their own; conditions stand inside them."""


def expectations(wanted: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Split keywords into expectations, since the control plane wants an object for each kind."""
    given = spelled(wanted)
    alone = [{name: value} for name, value in given.items() if name in ALONE]
    counted = {name: value for name, value in given.items() if name not in ALONE}
    if any(name in counted for name in COUNTS):
        return [counted, *alone]
    if alone:  # the control plane says where conditions belong
        return [{**alone[0], **counted}, *alone[1:]]
    return [{"atLeast": 1, **counted}]


def spelled(expectation: Mapping[str, Any]) -> Mapping[str, Any]:
    """Spell the names of one expectation, and of the conditions in it, as the control plane does."""
    return {SPELLINGS.get(name, name): _inner(name, value) for name, value in expectation.items()}


def _inner(name: str, value: Any) -> Any:
    if SPELLINGS.get(name, name) not in (*ALONE, "match"):
        return value
    if isinstance(value, Mapping):
        return spelled(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [spelled(step) if isinstance(step, Mapping) else step for step in value]
    return value
