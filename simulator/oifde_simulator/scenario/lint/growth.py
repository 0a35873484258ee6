"""Finds patches that make an answer too large: copies of what they are written into, long repetitions.

All findings are warnings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from oifde_simulator.rules.copies import MOST_COPIED, VALUE_BYTES
from oifde_simulator.rules.pointer import STAR, split
from oifde_simulator.scenario.lint.finding import Finding, value_at
from oifde_simulator.scenario.lint.outcomes import outcome_paths
from oifde_simulator.scenario.lint.patch.answers import answers
from oifde_simulator.scenario.lint.patch.effects import Step
from oifde_simulator.scenario.lint.patch.misfits import Misfit
from oifde_simulator.scenario.lint.patch.shapes import Shape
from oifde_simulator.text import KeyPath, shown


def warnings(rule: Mapping[str, Any]) -> Iterator[Finding]:
    """Check the patches of a rule without mistakes."""
    for outcome in outcome_paths(rule):
        given = value_at(rule, (*outcome, "patch")) or ()
        listed, path = (
            (given, ()) if isinstance(given, list) else (given and given["operations"], ("operations",))
        )
        for place, operation in enumerate(listed):
            where = (*outcome, "patch", *path, place)
            if operation["op"] == "copy":
                yield from _copy(where, operation)
            elif operation["op"] == "repeat":
                yield from _repeat(where, operation, rule)


def _copy(path: KeyPath, operation: Mapping[str, Any]) -> Iterator[Finding]:
    source, target = split(operation["from"]), split(operation["path"])
    if target[: len(source)] == source and STAR in target[len(source) :]:
        held, place = shown(operation["from"]), shown(operation["path"])
        message = (
            f"{held} holds what it is copied into, so the answer doubles with each element of {place}; "
            f"a patch writes {MOST_COPIED >> 20} MiB at most; copy a smaller part"
        )
        yield Finding((*path, "from"), message)


def _repeat(path: KeyPath, operation: Mapping[str, Any], rule: Mapping[str, Any]) -> Iterator[Finding]:
    """Weigh what a repetition writes at one place, by the contract."""
    weights = [weight for answer in answers(rule) if (weight := _weight(Step(answer, operation, "")))]
    if not weights or min(weights) * (operation["count"] - 1) <= MOST_COPIED:
        return
    most = MOST_COPIED // min(weights)
    message = (
        f"so many would take more than {MOST_COPIED >> 20} MiB, so nothing is repeated; "
        f"write {most // 100 * 100} or less"
    )
    yield Finding((*path, "count"), message)


def _weight(step: Step) -> int:
    """Weigh the element that is repeated; 0 where the answer has none."""
    try:
        shape: Shape = step.resolve("path")
    except Misfit:
        return 0
    return VALUE_BYTES * (1 + len(shape.members)) + sum(map(len, shape.members))
