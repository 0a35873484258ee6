"""Tells whether a rule whose turn it is changes every answer; one that does not leaves it to later rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from oifde_simulator import faults
from oifde_simulator.faults.plugins import is_plugin
from oifde_simulator.model.http import JSON_UTF8, Request, Response
from oifde_simulator.model.problem_kinds import answered_codes
from oifde_simulator.model.vendor_errors import BY_CODE, BY_NAME, VendorError
from oifde_simulator.oifde.operations import BY_NAME as ENDPOINTS
from oifde_simulator.randomness import KeyedRandom
from oifde_simulator.rules.answers.headers import SetHeaders
from oifde_simulator.rules.rule import Action, Rule
from oifde_simulator.wire.script import Script

SMALL = b'{"errorCode":0,"errorMsg":"Success","total":0,"recordList":[]}'
LARGE = SMALL[:-2] + b'{"callId":"1"},' * 5000 + b"{}]}"
DRAWS = (b"0", b"1", b"2", b"3")
MOMENTS = (0.0, 1e6)
"""Seconds since load or reset at which faults are tried: some change with time."""


ANSWERED = answered_codes({})
"""errorCodes of honest answers, where no scenario sets them."""
ACTIONS = ("respond", "patch", "rows", "recording", "token", "faults", "headers")


def is_certain(given: Mapping[str, Any], rule: Rule) -> bool:
    """Check that each outcome of a rule changes every answer, but for those that `same_as` names."""
    written = [outcome for outcome in given.get("one_of", (given,)) if outcome.get("weight", 1)]
    built = [action for action, weight in rule.actions if weight]
    bodiless = not ENDPOINTS.get(given.get("match", {}).get("endpoint", ""))
    return all(_changes(*outcome, bodiless=bodiless) for outcome in zip(written, built, strict=True))


def may_act(given: Mapping[str, Any]) -> bool:
    """Check that a rule does something to some answers, whichever outcome is drawn: it has only one."""
    return "one_of" not in given and any(action in given for action in ACTIONS)


def does_the_same(early: Mapping[str, Any], late: Mapping[str, Any]) -> bool:
    """Check that a rule changes nothing where an earlier one does not: both end tokens, or do the same."""
    first, second = ({name: each[name] for name in ACTIONS if name in each} for each in (early, late))
    return first == second or first.keys() == second.keys() == {"token"}


def same_as(given: Mapping[str, Any]) -> Iterator[VendorError]:
    """List the errors with which a rule answers as the service does: where both do, nothing changes."""
    for outcome in given.get("one_of", (given,)):
        respond = outcome.get("respond", {})
        error = BY_NAME.get(respond.get("error", "")) or BY_CODE.get(respond.get("errorCode", 0))
        more = outcome.get("faults") or outcome.get("headers")
        plain = not (respond.keys() & {"errorMsg", "headers"} or more)
        if error is not None and error.code in ANSWERED and plain:
            yield error


def _changes(given: Mapping[str, Any], action: Action, *, bodiless: bool) -> bool:
    """Check one outcome; all but `respond` and `faults` depend on what is in the answer."""
    if "respond" in given:
        return True
    edits = any(type(step) is not SetHeaders for step in action.reshapes)
    if edits or not action.faults or any(is_plugin(type(fault)) for fault in action.faults):
        return False  # what a plugin does may have effects of its own, so that it is not tried
    return all(_spoils(script, action.faults) for script in _scripts(bodiless=bodiless))


def _spoils(script: Script, chain: Sequence[faults.Fault]) -> bool:
    contexts = (faults.FaultContext(KeyedRandom(draw), at) for draw in DRAWS for at in MOMENTS)
    return all(faults.apply(script, chain, context) != script for context in contexts)


@cache
def _scripts(*, bodiless: bool) -> Sequence[Script]:
    """Make scripts of honest answers; where other paths are asked too, some have no body."""
    bodies = (SMALL, LARGE, b"") if bodiless else (SMALL, LARGE)
    return [Response(200, body, JSON_UTF8).script(Request("POST", "/", {}), 0) for body in bodies]
