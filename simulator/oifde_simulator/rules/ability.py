"""Whether a rule could change anything of one exchange, judged before it is counted.

Rule: an outcome is tried on the honest answer itself, by the same code that spoils it. What it could change
does not depend on what is drawn; where numbers are drawn (`shuffle`, `wander`, waits), it is tried with those
at the ends of their range, and is able if one of them makes it so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from sys import getsizeof
from typing import NamedTuple

from oifde_simulator.bounded_cache import BoundedCache
from oifde_simulator.faults.plugins import is_plugin
from oifde_simulator.randomness import KeyedRandom
from oifde_simulator.rules.answers.headers import SetHeaders
from oifde_simulator.rules.answers.patch import Patch
from oifde_simulator.rules.answers.respond import OK, Respond
from oifde_simulator.rules.conditions.triggers import Moment
from oifde_simulator.rules.decision import Decision
from oifde_simulator.rules.effect import Occasion, perform
from oifde_simulator.rules.rule import Action, Reshape, Rule
from oifde_simulator.rules.selection import Ability
from oifde_simulator.wire.script import length

VERDICTS_KEPT = 2 << 20
"""Bytes of verdicts that are remembered; those not used for long go first."""
VERDICT = 400
"""Bytes that one takes beside its reason."""
GREATEST = 2**64 - 1
NO_COUNT = 2**63 - 1
"""Stands for the count of a rule before it is counted: no answer has this number."""
ACTS = Ability(acts=True)


class Probe(KeyedRandom):
    """Generator of numbers at the ends of their range, which tells whether any was drawn."""

    __slots__ = ("_rest", "drawn")

    def __init__(self, first: int, rest: int) -> None:
        """Draw `first`, then `rest` each time."""
        super().__init__(b"")
        self._waiting = [first]
        self._rest = rest
        self.drawn = False

    def _next(self) -> int:
        self.drawn = True
        return self._waiting.pop() if self._waiting else self._rest

    def copied(self) -> KeyedRandom:
        """Return the generator itself: all faults draw from it."""
        return self

    def splitter(self) -> Callable[..., KeyedRandom]:
        """Return a function that returns the generator itself."""
        return lambda *purpose: self


def probes() -> Iterator[Probe]:
    """Make the generators with which an outcome is tried: the first finds nearly all that is able.

    The second takes the first record of a page to its end, the third makes a total that wanders less.
    """
    for first, rest in ((GREATEST, GREATEST), (GREATEST, 0), (0, 0)):
        yield Probe(first, rest)


class Verdict(NamedTuple):
    """Whether one outcome could change what is sent."""

    changes: bool
    refusal: str = ""
    """Reason why nothing of the outcome could be done; empty where it could."""


CHANGES = Verdict(changes=True)


class Judge:
    """Judges rules. Verdicts are remembered, within bounds, where no time and no other page decides them."""

    def __init__(self) -> None:
        self._verdicts: BoundedCache[Verdict] = BoundedCache(
            VERDICTS_KEPT, lambda key, verdict: VERDICT + getsizeof(verdict.refusal)
        )

    def ability(self, rule: Rule, occasion: Occasion, moment: Moment) -> Ability:
        """Judge what a rule could change of an exchange."""
        reasons: list[str] = []
        moves = False
        for place, (action, weight) in enumerate(rule.actions):
            if not weight:  # never drawn
                continue
            verdict = self._verdict(rule, place, occasion, moment)
            if not verdict.refusal:
                if verdict.changes or occasion.ends(action.token):
                    return ACTS
                moves = rule.becomes is not None
            reasons += [verdict.refusal] if verdict.refusal else idle_reasons(action)
        return Ability(False, moves, "; ".join(dict.fromkeys(reasons)) or "it does nothing")

    def sends_head(self, rule: Rule, occasion: Occasion, moment: Moment) -> bool:
        """Check that the head of an answer may be sent where a rule takes the request."""
        return any(weight and _sends_head(rule, action, occasion, moment) for action, weight in rule.actions)

    def _verdict(self, rule: Rule, place: int, occasion: Occasion, moment: Moment) -> Verdict:
        action, _ = rule.actions[place]
        if not (action.reshapes or action.faults):
            return Verdict(changes=False)
        if _certainly_changes(action, occasion):
            return CHANGES
        if not rule.definition or not _is_steady(action):
            return _tried(rule, action, occasion, moment)
        name = (rule.definition, place, *_shape(action, occasion))
        kept = self._verdicts.find(name)
        return kept or self._verdicts.keep(name, _tried(rule, action, occasion, moment))


def _sends_head(rule: Rule, action: Action, occasion: Occasion, moment: Moment) -> bool:
    """Try whether one outcome leaves the head of an answer; nothing that is drawn decides that."""
    if not action.faults:
        return True
    decision = Decision(rule.name, action, Probe(GREATEST, GREATEST), moment, (), _wait(rule), rule)
    effect = perform(decision, occasion, provenance=False)
    return bool(effect.refusal or length(effect.script, "head"))


def _certainly_changes(action: Action, occasion: Occasion) -> bool:
    """Check that an outcome has another status or errorCode for certain: then it need not be tried."""
    if not action.reshapes or action.faults:
        return False
    step = action.reshapes[0]
    if len(action.reshapes) > 1 and any(type(other) is not SetHeaders for other in action.reshapes[1:]):
        return False
    if not isinstance(step, Respond) or step.templates is not None:
        return False
    if step.error is None:
        return (step.status or OK) != occasion.honest.response.status
    code = occasion.honest.fields.get("errorCode")
    return code is not None and code != step.error.code and occasion.request.method != "HEAD"


def _is_steady(action: Action) -> bool:
    """Check that the honest answer alone decides what an outcome changes.

    The faults here change an answer or not by its head and its body, most by the length of that; a plugin
    promises nothing, and placeholders show the request.
    """
    return all(map(_is_steady_step, action.reshapes)) and not any(
        fault.reads_clock or is_plugin(type(fault)) for fault in action.faults
    )


def _is_steady_step(step: Reshape) -> bool:
    if type(step) is Patch:
        return not step.has_placeholders
    return type(step) is SetHeaders and not step.reads_clock


def _shape(action: Action, occasion: Occasion) -> tuple[object, ...]:
    """Name what decides about a steady outcome; its length does not depend on the client."""
    request, response = occasion.request, occasion.honest.response
    reads = any(type(step) is Patch for step in action.reshapes) or any(
        fault.reads_body for fault in action.faults
    )
    body = occasion.digest if reads else len(response.body)
    whole = request.method != "HEAD"
    return response.status, response.headers, body, whole, request.keep_alive, request.version >= (1, 1)


def _tried(rule: Rule, action: Action, occasion: Occasion, moment: Moment) -> Verdict:
    """Try an outcome on the honest answer."""
    for probe in probes():
        decision = Decision(rule.name, action, probe, moment, (), _wait(rule), rule, count=NO_COUNT)
        effect = perform(decision, occasion, provenance=False)
        if effect.changed or effect.refusal or not probe.drawn:
            return Verdict(effect.changed, effect.refusal)
    return Verdict(changes=False)


def _wait(rule: Rule) -> int | None:
    """Seconds that stand for those of Retry-After, where a rate adds it."""
    return 1 if rule.limits.over else None


def idle_reasons(action: Action, *, ended: bool = False) -> Iterator[str]:
    """Say that an outcome finds nothing to change; `ended` where it has ended a token all the same."""
    named = [
        "headers" if type(step) is SetHeaders else type(step).__name__.lower() for step in action.reshapes
    ]
    named += [fault.fault_name for fault in action.faults]
    if named:
        yield f"nothing in this answer for {', '.join(named)} to spoil"
    if action.token and not ended:
        yield "no good token to end"
