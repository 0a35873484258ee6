"""Checks the outcomes of a rule: its actions, or those of each alternative in `one_of`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from oifde_simulator import faults
from oifde_simulator.model.http import Request, Response
from oifde_simulator.model.operation import Operation
from oifde_simulator.oifde.operations import BY_NAME
from oifde_simulator.randomness import KeyedRandom
from oifde_simulator.scenario.lint import patch
from oifde_simulator.scenario.lint.answers import headers, placeholders, respond
from oifde_simulator.scenario.lint.finding import Finding, value_at
from oifde_simulator.scenario.rule_builder import weight
from oifde_simulator.text import KeyPath

ACTIONS = ("respond", "patch", "rows", "recording", "token", "faults", "headers", "one_of")
ALONG = ("faults: [latency]", "headers", "one_of")
"""What a rule may do that goes along with others."""
EDITS = ("patch", "rows", "recording")
"""Actions that edit the honest answer."""


def lint(rule: Mapping[str, Any]) -> Iterator[Finding]:
    """Check the outcomes of a rule that fits the schema."""
    says = rule.get("state", {}).keys() & {"becomes", "for"}
    if not says and not any(action in rule for action in ACTIONS):
        deeds = ", ".join(ALONG if rule.get("also") else ACTIONS)
        yield Finding((), f"does nothing; give it one of {deeds}")
    if "one_of" in rule and (others := [action for action in ACTIONS[:-1] if action in rule]):
        yield Finding((), f"one_of and {others[0]} exclude each other; put {others[0]} into each of one_of")
    if "one_of" in rule and not any(map(weight, rule["one_of"])):
        yield Finding(("one_of",), "the weights add up to 0; give at least one a weight")
    for path in outcome_paths(rule):
        yield from _outcome(rule, path, value_at(rule, path))


def outcome_paths(rule: Mapping[str, Any]) -> list[KeyPath]:
    """List the paths of all outcomes: the rule itself, and each alternative of `one_of`."""
    return [(), *(("one_of", place) for place in range(len(rule.get("one_of", ()))))]


def patches(rule: Mapping[str, Any]) -> Iterator[tuple[KeyPath, Sequence[Mapping[str, Any]]]]:
    """List the operations of each patch of a rule, with the path at which they stand."""
    for outcome in outcome_paths(rule):
        given = value_at(rule, (*outcome, "patch")) or ()
        if isinstance(given, Mapping):
            yield (*outcome, "patch", "operations"), given["operations"]
        elif given:
            yield (*outcome, "patch"), given


def _outcome(rule: Mapping[str, Any], path: KeyPath, given: Mapping[str, Any]) -> Iterator[Finding]:
    for other in EDITS:
        if "respond" in given and other in given:
            message = f"edits the honest answer, which respond replaces; keep respond or {other}"
            yield Finding((*path, other), message)
    called = BY_NAME.get(rule.get("match", {}).get("endpoint", ""))
    if "rows" in given and called and not called.records_field:
        yield Finding((*path, "rows"), f"{called.name} answers with no records; remove it")
    if "recording" in given:
        yield from _recording(path, given, called)
    if "patch" in given:
        yield from patch.lint(path, given, rule)
    if "headers" in given:
        yield from headers.rule_lint((*path, "headers"), given["headers"])
    if "respond" in given:
        yield from respond.lint((*path, "respond"), given["respond"])
    yield from placeholders.lint(path, given, called.name if called else None)
    wrong = list(_faults(path, given))
    yield from wrong or _idle_faults(path, given)


def _recording(path: KeyPath, given: Mapping[str, Any], called: Operation | None) -> Iterator[Finding]:
    """Check that an answer can have sound, and that nothing beside it edits records."""
    if called and not called.answers_sound:
        yield Finding((*path, "recording"), f"{called.name} answers with no recording; remove it")
    for other in ("patch", "rows"):
        if other in given:
            message = f"an answer with a recording is no JSON; keep recording or {other}"
            yield Finding((*path, other), message)


def _faults(path: KeyPath, given: Mapping[str, Any]) -> Iterator[Finding]:
    for place, item in enumerate(given.get("faults", ())):
        try:
            faults.build(item)
        except faults.FaultError as error:
            where = (*path, "faults", place)
            yield Finding((*where, *error.path), error.message, where)


def _idle_faults(path: KeyPath, given: Mapping[str, Any]) -> Iterator[Finding]:
    """Find faults without effect in an outcome that answers without a body."""
    if "respond" not in given or given["respond"].keys() & set(respond.BODIES):
        return
    for place, item in enumerate(given.get("faults", ())):
        fault = faults.build(item)
        # A wait of no time spoils no answer, with a body or without.
        if not _spoils(fault, b"") and (not fault.timing_only or _spoils(fault, b"{}")):
            message = f"{fault.fault_name} has nothing to spoil: this answer has no body"
            yield Finding((*path, "faults", place), message)


def _spoils(fault: faults.Fault, body: bytes) -> bool:
    script = Response(503, body).script(Request("POST", "/", {}), 0)
    return faults.apply(script, (fault,), faults.FaultContext(KeyedRandom(b"check"), 0.0)) != script
