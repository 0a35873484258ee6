"""What the rules made of one request: whose turn it is, and what that rule does."""

from __future__ import annotations

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.model.exchange import Answer
from oifde_simulator.model.http import Response
from oifde_simulator.model.turn import HeldBack
from oifde_simulator.randomness import KeyedRandom
from oifde_simulator.rules.action import ActionContext
from oifde_simulator.rules.conditions.triggers import Moment
from oifde_simulator.rules.rule import Action, Rule
from oifde_simulator.wire.script import Script


@dataclass(slots=True)
class Decision:
    """What the rules made of one request; nobody changes it."""

    rule: str
    """The name of the rule whose turn it is; empty when it is nobody's."""
    action: Action
    draw: KeyedRandom
    moment: Moment
    held_back: tuple[HeldBack, ...] = ()
    """Rules that were about the request but did not fire, and why."""
    retry_after: int | None = None
    """Seconds, where a rate limit fired."""
    of: Rule | None = None
    """The rule whose turn it is; None when it is nobody's."""
    notes: tuple[str, ...] = ()
    """Rules that were about the request and could change nothing, and why."""
    moved: bool = False
    """Whether the turn changed the state of the rule's value."""
    along: tuple[Decision, ...] = ()
    """What rules do that go along, in their order."""
    before: int = 0
    """Number of those among them that stand before the rule whose turn it is."""
    count: int = 1
    """Matches of the rule for its value, this one included."""

    @property
    def outcome(self) -> int:
        """Place of the action among the outcomes of its rule."""
        outcomes = self.of.actions if self.of else ()
        if len(outcomes) < 2:
            return 0
        return next((place for place, (act, _) in enumerate(outcomes) if act is self.action), 0)

    @property
    def acts(self) -> bool:
        """Whether something is to be done: an outcome of `one_of` may be to let the honest answer pass."""
        return bool(self.action.reshapes or self.action.faults or self.action.token)

    @property
    def faults(self) -> tuple[str, ...]:
        """The names of the faults that rewrite the script."""
        return tuple([fault.fault_name for fault in self.action.faults]) if self.action.faults else ()

    def reshape(self, honest: Answer, context: ActionContext) -> Response:
        """The answer that takes the place of the honest one; `context` is given notes and insertions."""
        response = honest.response
        for step in self.action.reshapes:
            response = step.reshape(response, context)
        return response

    def spoil(self, script: Script) -> tuple[Script, tuple[str, ...]]:
        """The script after all faults, and which of them changed it; the same each time for one script."""
        if not self.action.faults:
            return script, ()
        from oifde_simulator import faults

        elapsed = self.moment.elapsed
        begun = self.of.begun(self.moment) if self.of else 0
        context = faults.FaultContext(self.draw.copied(), elapsed / 1000, begun / 1000)
        return faults.spoil(script, self.action.faults, context)


HONEST = Decision("", Action(), KeyedRandom(b"honest"), Moment(0, 0))
"""What is decided where no rule fires: nothing changes."""


def going_along(rule: Rule, draw: KeyedRandom, moment: Moment) -> Decision:
    """Draw what a rule does that goes along."""
    return Decision(rule.name, draw.weighted(rule.actions), draw, moment, of=rule)
