"""What rules do that go along (`also`): waits before the answer that another rule decides, headers in it.

Rule: pure. A rule is named if it changed something beside those that are named before it. Faults of the rule
that takes the request come after the headers: they spoil the head that the others have written.
"""

from __future__ import annotations

from dataclasses import field
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.model.http import Response
from oifde_simulator.rules.action import ActionContext
from oifde_simulator.rules.answers.headers import SetHeaders
from oifde_simulator.rules.effect import Effect, Occasion, mark_of_all, marked
from oifde_simulator.wire.script import Script, Send

if TYPE_CHECKING:
    from oifde_simulator.rules.decision import Decision

ANSWER: Script = (Send(b"", "head"),)
"""Script of any answer, before which waits are drawn."""


class Share(NamedTuple):
    """What one rule did to an exchange."""

    decision: Decision
    faults: tuple[str, ...] = ()
    """Names of its faults that changed the script."""


class Joint(NamedTuple):
    """What all rules made of an honest answer."""

    response: Response
    script: Script
    shares: tuple[Share, ...] = ()
    """Rules that fired, in their order."""
    idle: tuple[Decision, ...] = ()
    """Rules that go along and changed nothing beside the others."""


@dataclass
class Joining:
    """The work on one answer: each rule that goes along is tried on what those before it have made."""

    decision: Decision
    """Decision of the rule that takes the request."""
    effect: Effect
    """What it did, without the header that names it."""
    occasion: Occasion
    fired: bool
    """Whether it has fired."""
    waits: Script = ()
    settled: frozenset[str] = frozenset()
    """Names of headers, in lower case, that those have set which fired: the first one wins."""
    before: list[Share] = field(default_factory=list)
    """Rules that fired and stand before it."""
    after: list[Share] = field(default_factory=list)
    idle: list[Decision] = field(default_factory=list)

    def joined(self, *, provenance: bool) -> Joint:
        """Have all rules do what was decided; `provenance` adds the header that names those that fired."""
        response = self._along()
        own = self.effect.faults if self.effect.changed else ()
        response, script, faults = self._sent(response, own, provenance=provenance)
        if provenance and faults != own:
            response, script, faults = self._sent(response, faults, provenance=True)
        return Joint(response, (*self.waits, *script), tuple(self._shares(faults)), tuple(self.idle))

    def _along(self) -> Response:
        """Add what the rules add that go along; return the response that has their headers."""
        response = self.effect.response if self.effect.changed else self.occasion.honest.response
        script, _ = self._spoiled(response)
        for place, each in enumerate(self.decision.along):
            waits, faults = each.spoil(ANSWER) if script else (ANSWER, ())
            changed = self._headed(each, response)
            shown = None if changed is response else self._shown(changed, script)
            if not faults and shown is None:
                self.idle.append(each)
                continue
            if shown is not None:
                response, script = changed, shown
                self.settled |= _names(each)
            self.waits += waits[:-1]
            (self.before if place < self.decision.before else self.after).append(Share(each, faults))
        return response

    def _shown(self, changed: Response, script: Script) -> Script | None:
        """Write the script with other headers; None where faults let nothing of them out."""
        if not (self.effect.changed and self.decision.faults):
            return script  # without faults a head shows all: none is written for each of many rules
        after, _ = self._spoiled(changed)
        return None if after == script else after

    def _headed(self, each: Decision, response: Response) -> Response:
        """Set the headers of a rule that goes along."""
        context = ActionContext(
            self.occasion.honest, self.occasion.refuse, each.draw, each.moment.now, settled=self.settled
        )
        for step in each.action.reshapes:
            response = step.reshape(response, context)
        return response

    def _sent(
        self, response: Response, own: tuple[str, ...], *, provenance: bool
    ) -> tuple[Response, Script, tuple[str, ...]]:
        """Name the rules that fired in the head, and spoil the answer; `own` are the faults that did."""
        shares = self._shares(own)
        if provenance and shares:
            response = marked(response, mark_of_all((each.decision.rule, each.faults) for each in shares))
        return response, *self._spoiled(response)

    def _spoiled(self, response: Response) -> tuple[Script, tuple[str, ...]]:
        """Write the script of a response, and have the faults of the rule spoil it that takes the request."""
        script = response.script(self.occasion.request, self.occasion.now)
        return self.decision.spoil(script) if self.effect.changed else (script, ())

    def _shares(self, own: tuple[str, ...]) -> list[Share]:
        taking = [Share(self.decision, own)] if self.fired else []
        return [*chain(self.before, taking, self.after)]


def _names(decision: Decision) -> frozenset[str]:
    """List the headers that a rule is about."""
    steps = (step for step in decision.action.reshapes if isinstance(step, SetHeaders))
    return frozenset(name for step in steps for name in step.names)
