"""Checks the pointers of a patch against the answers that its rule may be about.

Rule: an operation must find its place in one of them. What an earlier operation has made or removed is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from oifde_simulator.rules.pointer import split
from oifde_simulator.scenario.lint.finding import Finding
from oifde_simulator.scenario.lint.patch.answers import Answer, answers
from oifde_simulator.scenario.lint.patch.effects import EFFECTS, Step
from oifde_simulator.scenario.lint.patch.misfits import Misfit, known_here
from oifde_simulator.text import KeyPath, shown


def lint(
    path: KeyPath,
    operations: Sequence[Mapping[str, Any]],
    rule: Mapping[str, Any],
    *,
    strict: bool,
    wrong: Sequence[int],
) -> Iterator[Finding]:
    """Check the operations at `path` of a rule, but for those at the places in `wrong`."""
    known = answers(rule)
    for place, given in enumerate(operations):
        if place in wrong:
            continue
        results = [_applied(Step(answer, given, f"patch[{place}]")) for answer in known]
        fitting = [each for each in results if isinstance(each, Answer)]
        misfits = [each for each in results if isinstance(each, Misfit)]
        if not fitting or any(each.notation for each in misfits):
            yield _finding((*path, place), given, misfits, known)
        elif strict or given["op"] == "test":
            known = fitting  # in any other answer nothing of the patch is done
        else:
            known = [new if isinstance(new, Answer) else old for old, new in zip(known, results, strict=True)]


def _applied(step: Step) -> Answer | Misfit:
    try:
        return replace(step.answer, holder=EFFECTS[step.given["op"]](step))
    except Misfit as misfit:
        return misfit


def _finding(
    path: KeyPath, given: Mapping[str, Any], misfits: Sequence[Misfit], known: Sequence[Answer]
) -> Finding:
    """Explain with the answer that comes nearest to the pointer."""
    deepest = max((each.notation, each.depth) for each in misfits)
    nearest, (message, hinted) = max(
        ((each, each.words()) for each in misfits if (each.notation, each.depth) == deepest),
        key=lambda pair: pair[1][1],
    )
    if not hinted and nearest.depth == 1 and len(known) > 1:
        names = dict.fromkeys(name for each in known for name in each.holder.members[""].members)
        step = split(given[nearest.key])[1]
        message = f"no answer that the rule is about has {shown(step)}{known_here(names)}"
    return Finding((*path, nearest.key), message)
