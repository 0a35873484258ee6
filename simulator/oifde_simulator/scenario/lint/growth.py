"""Finds patches that double the answer again and again: copies of what they are written into.

All findings are warnings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from oifde_simulator.rules.copies import MOST_COPIED
from oifde_simulator.rules.pointer import STAR, split
from oifde_simulator.scenario.lint.finding import Finding, value_at
from oifde_simulator.scenario.lint.outcomes import outcome_paths
from oifde_simulator.text import KeyPath, shown


def warnings(rule: Mapping[str, Any]) -> Iterator[Finding]:
    """Check the patches of a rule without mistakes."""
    for outcome in outcome_paths(rule):
        given = value_at(rule, (*outcome, "patch")) or ()
        listed, path = (
            (given, ()) if isinstance(given, list) else (given and given["operations"], ("operations",))
        )
        for place, operation in enumerate(listed):
            yield from _operation((*outcome, "patch", *path, place), operation)


def _operation(path: KeyPath, operation: Mapping[str, Any]) -> Iterator[Finding]:
    if operation["op"] != "copy":
        return
    source, target = split(operation["from"]), split(operation["path"])
    if target[: len(source)] == source and STAR in target[len(source) :]:
        held, place = shown(operation["from"]), shown(operation["path"])
        message = (
            f"{held} holds what it is copied into, so the answer doubles with each element of {place}; "
            f"a patch writes {MOST_COPIED >> 20} MiB at most; copy a smaller part"
        )
        yield Finding((*path, "from"), message)
