"""A scenario's rules: the first that is about a request, and whose turn it is, decides what goes wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from oifde_simulator.model.exchange import Answer
from oifde_simulator.model.http import Response
from oifde_simulator.model.turn import Candidate, Limits, Turn, Value
from oifde_simulator.model.view import ABSENT, View
from oifde_simulator.randomness import KeyedRandom, key
from oifde_simulator.rules.action import ActionContext, ErrorRenderer
from oifde_simulator.rules.matching import Matcher
from oifde_simulator.rules.triggers import Moment, Window
from oifde_simulator.wire.script import Script

if TYPE_CHECKING:
    from oifde_simulator.faults import Fault  # slow to import, and only wanted where a rule has faults


class Reshape(Protocol):
    """Puts another answer in the place of one."""

    def reshape(self, response: Response, context: ActionContext, /) -> Response:
        """The other answer; raises NotApplicable where it cannot."""
        ...


@dataclass(frozen=True, slots=True)
class Action:
    """What a rule does when it fires; the one that does nothing is honest."""

    reshapes: Sequence[Reshape] = ()
    faults: Sequence[Fault] = ()
    """What happens to the wire, in order."""
    token: str = ""
    """`expire` or `revoke` the token of the request, or the one just issued; empty for neither."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a scenario."""

    name: str
    matcher: Matcher
    window: Window | None = None
    limits: Limits = Limits()
    per: tuple[str, ...] = ()
    becomes: str | None = None
    actions: Sequence[tuple[Action, float]] = ((Action(), 1.0),)
    """Outcomes with their weights; one of them is drawn."""
    definition: str = ""
    """Digest of the rule as it was written; rules of one name may differ."""

    def value(self, view: View) -> Value:
        """Read the `per` fields of a request; a field that is not there is a value of its own."""
        return tuple(_text(view.request.get(field, ABSENT)) for field in self.per)

    @property
    def ends_tokens(self) -> bool:
        """Whether an outcome ends a token."""
        return any(action.token for action, _ in self.actions)


LONGEST_VALUE = 128
"""Characters up to which a value of `per` is remembered as it is."""


def _text(value: Any) -> str:
    if not isinstance(value, str):
        return "\0absent" if value is ABSENT else f"\0{type(value).__name__}"
    # A client decides how long its values are, and many may be remembered.
    return value if len(value) <= LONGEST_VALUE else key(value).hex()


@dataclass(frozen=True, slots=True)
class Decision:
    """What the rules made of one request."""

    rule: str
    """The name of the rule that fired; empty when none did."""
    action: Action
    draw: KeyedRandom
    moment: Moment
    held_back: tuple[tuple[str, str], ...] = ()
    """Rules that were about the request but did not fire, and why."""
    retry_after: int | None = None
    """Seconds, where a rate limit fired."""
    of: Rule | None = None
    """The rule that fired; None when none did."""

    @property
    def outcome(self) -> int:
        """Place of the action among the outcomes of its rule."""
        outcomes = self.of.actions if self.of else ()
        return next((place for place, (act, _) in enumerate(outcomes) if act is self.action), 0)

    @property
    def acts(self) -> bool:
        """Whether something is done: an outcome of `one_of` may be to let the honest answer pass."""
        return bool(self.action.reshapes or self.action.faults or self.action.token)

    @property
    def faults(self) -> tuple[str, ...]:
        """The names of the faults that rewrite the script."""
        return tuple(fault.fault_name for fault in self.action.faults)

    def reshape(self, honest: Answer, refuse: ErrorRenderer, notes: list[str] | None = None) -> Response:
        """The answer that takes the place of the honest one; `notes` is given what was done in part only."""
        response = honest.response
        if self.action.reshapes:
            context = ActionContext(honest, refuse, self.draw, self.moment.now, self.retry_after)
            for step in self.action.reshapes:
                response = step.reshape(response, context)
            if notes is not None:
                notes += context.notes
        return response

    def spoil(self, script: Script) -> Script:
        """The script after all faults."""
        if not self.action.faults:
            return script
        from oifde_simulator import faults

        context = faults.FaultContext(self.draw, self.moment.elapsed / 1000)
        return faults.apply(script, self.action.faults, context)


HONEST = Decision("", Action(), KeyedRandom(b"honest"), Moment(0, 0))
"""What is decided where no rule fires: nothing changes."""


@dataclass(slots=True)
class Selection:
    """Rules that are about one request, as far as that needs no count."""

    moment: Moment
    rules: list[Rule]
    """Rules that may have their turn, in order."""
    candidates: list[Candidate]
    """The same rules as the state sees them."""
    closed: list[tuple[int, str, str]]
    """Rules whose window is closed: number of candidates before it, name, reason."""

    def held_back(self, turn: Turn) -> tuple[tuple[str, str], ...]:
        """List the rules that were asked before the turn's and did not fire, with the reason of each."""
        reasons = [(rule.name, why) for rule, why in zip(self.rules, turn.held_back, strict=False)]
        for before, name, why in reversed(self.closed):
            if turn.place < 0 or before <= turn.place:
                reasons.insert(before, (name, why))
        return tuple(reasons)


NO_TURN = Turn(-1, 0, None, (), changed=False)
"""Turn of nobody, where no rule may have one."""


class Rules:
    """Rules of one tenant, in the order in which they are asked. Pure: the state counts."""

    def __init__(self, rules: Sequence[Rule], seed: str, since: int) -> None:
        """`since` is the time of load or reset, epoch milliseconds on the tenant's clock."""
        self.rules = rules
        self.since = since
        self._seed = seed
        self._gated = [(rule, *rule.matcher.gate) for rule in rules]

    def select(self, view: View, now: int) -> Selection | None:
        """Find the rules that are about a request at `now` (tenant time); None where there are none."""
        selection = None
        gets = (view.request.get, view.headers.get, view.response.get)
        for rule, part, name, accepts in self._gated:
            # Most rules are not about most requests: one test tells, without a call more.
            if not accepts(gets[part](name, ABSENT)) or not rule.matcher.matches(view):
                continue
            if selection is None:
                selection = Selection(Moment(now, now - self.since), [], [], [])
            self._add(selection, rule, view)
        return selection

    def _add(self, selection: Selection, rule: Rule, view: View) -> None:
        if rule.window and (why := rule.window.holds_back(selection.moment.elapsed)):
            selection.closed.append((len(selection.rules), rule.name, why))
            return
        value = rule.value(view)
        chance = ""
        if rule.limits.probability < 1:
            chance = key(self._seed, rule.name, *value, "chance").hex()
        selection.rules.append(rule)
        selection.candidates.append(Candidate(rule.name, value, rule.limits, rule.becomes, chance))

    def decide(self, selection: Selection, turn: Turn) -> Decision:
        """Draw what the rule does whose turn it is."""
        held_back = selection.held_back(turn)
        if turn.place < 0:
            return Decision("", Action(), HONEST.draw, HONEST.moment, held_back) if held_back else HONEST
        rule = selection.rules[turn.place]
        value = selection.candidates[turn.place].value
        draw = KeyedRandom(key(self._seed, rule.name, *value, turn.matches, "action"))
        wait = None
        if turn.retry_at is not None:
            wait = max(1, -(-(turn.retry_at - selection.moment.now) // 1000))
        return Decision(rule.name, draw.weighted(rule.actions), draw, selection.moment, held_back, wait, rule)
