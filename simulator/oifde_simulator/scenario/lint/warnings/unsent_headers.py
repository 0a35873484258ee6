"""Finds headers that are never sent: faults beside them leave no head. All are warnings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from oifde_simulator import faults
from oifde_simulator.faults.plugins import is_plugin
from oifde_simulator.model.http import Request, Response
from oifde_simulator.randomness import KeyedRandom
from oifde_simulator.rules.answers.headers import SetHeaders
from oifde_simulator.rules.rule import Action, Rule
from oifde_simulator.scenario.lint.finding import Finding
from oifde_simulator.text import KeyPath
from oifde_simulator.wire.script import length


def warnings(rule: Mapping[str, Any], built: Rule) -> Iterator[Finding]:
    """Check a rule without mistakes, as it is written and as it is built."""
    for path, (action, _) in zip(_acting_paths(rule), built.actions, strict=True):
        headers = any(isinstance(step, SetHeaders) for step in action.reshapes)
        if headers and action.faults and not _sends_head(action):
            names = ", ".join(fault.fault_name for fault in action.faults)
            message = f"are never sent: {names} leaves no head of an answer; remove them, or the fault"
            yield Finding((*path, "headers"), message)


def _acting_paths(rule: Mapping[str, Any]) -> list[KeyPath]:
    """List the paths of the outcomes that are drawn."""
    return [("one_of", place) for place in range(len(rule.get("one_of", ())))] or [()]


def _sends_head(action: Action) -> bool:
    """Check that faults leave a head; what a plugin does may have effects of its own, so it is not tried."""
    if any(is_plugin(type(fault)) for fault in action.faults):
        return True
    script = Response(200, b"{}").script(Request("POST", "/", {}), 0)
    context = faults.FaultContext(KeyedRandom(b"check"), 0.0)
    return bool(length(faults.apply(script, action.faults, context), "head"))
