"""Answers that a rule may patch: the shape of each, by the operations that the rule is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.oifde import contract
from oifde_simulator.oifde.operations import BY_NAME, MAIN, OPERATIONS
from oifde_simulator.oifde.operations.base import DocumentedOperation
from oifde_simulator.rules.conditions.matching import Condition
from oifde_simulator.scenario.lint.patch import shapes
from oifde_simulator.scenario.lint.patch.shapes import Shape

SUCCESS = 0
"""errorCode of a good answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The good answers or the failures of one operation."""

    owner: str
    """Words for the answer in messages."""
    holder: Shape
    """The answer under the empty name, the first step of each pointer."""


def answers(rule: Mapping[str, Any]) -> list[Answer]:
    """List the answers that a rule may be about, the main operation's first."""
    match = rule.get("match", {})
    named = BY_NAME.get(match.get("endpoint", ""))
    chosen = [named] if named else sorted(OPERATIONS, key=lambda each: each is not MAIN)
    found = [answer for each in chosen for answer in _answers(each, match.get("response", {}))]
    # Where no answer fits its conditions, that is the rule's mistake, and not one of each pointer.
    return found or [answer for each in chosen for answer in _answers(each, {})]


def owners(name: str) -> list[str]:
    """List the operations whose answers have a field."""
    return [each.name for each in OPERATIONS if name in each.response_types]


def _answers(operation: DocumentedOperation, wanted: Mapping[str, Any]) -> Iterator[Answer]:
    """Make the good answer of an operation and its failure, as far as the conditions let them be."""
    good, failure = _shapes(operation.name)
    if _fits(good, wanted) and _may_succeed(wanted):
        yield _answer(f"the answer of {operation.name}", good)
    if _fits(failure, wanted):
        yield _answer(f"a failure of {operation.name}", failure)


@cache
def _shapes(name: str) -> tuple[Shape, Shape]:
    """Make the shapes of the good answer and of a failure of an operation."""
    failure = {"errorCode": 1, "errorMsg": "", **BY_NAME[name].error_members}
    return shapes.of_schema(contract.response_body(name)), shapes.of_value(failure)


def _answer(owner: str, shape: Shape) -> Answer:
    return Answer(owner, Shape(frozenset(["object"]), {"": shape}))


def _fits(shape: Shape, wanted: Mapping[str, Any]) -> bool:
    """Check that an answer has the fields that conditions ask for."""
    return {name for name, condition in wanted.items() if condition is not False} <= {
        *shape.members,
        "status",
    }


def _may_succeed(wanted: Mapping[str, Any]) -> bool:
    """Check that the condition on errorCode lets good answers through."""
    try:
        return Condition(wanted.get("errorCode", True)).accepts(SUCCESS) or wanted["errorCode"] is False
    except ValueError:
        return True
