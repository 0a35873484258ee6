"""A scenario's rules: the first that is about a request, and whose turn it is, decides what goes wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from oifde_simulator.model.exchange import Answer
from oifde_simulator.model.http import Response
from oifde_simulator.model.view import ABSENT, View
from oifde_simulator.randomness import Draws, key
from oifde_simulator.rules.matching import Matcher
from oifde_simulator.rules.respond import Refuse, Scene
from oifde_simulator.rules.triggers import Moment, When
from oifde_simulator.state.memory.counters import Counters, Value
from oifde_simulator.wire.script import Script

if TYPE_CHECKING:
    from oifde_simulator.faults import Fault  # slow to import, and only wanted where a rule has faults


class Reshape(Protocol):
    """Puts another answer in the place of one."""

    def reshape(self, response: Response, scene: Scene) -> Response:
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
    when: When = When()
    per: tuple[str, ...] = ()
    becomes: str | None = None
    actions: Sequence[tuple[Action, float]] = ((Action(), 1.0),)
    """One of them is taken, by weight."""
    definition: str = ""
    """A digest of what was written; rules of one name may be written differently."""

    def value(self, view: View) -> Value:
        """Whose counters a request goes to; a field that is not there is a value of its own."""
        return tuple(_text(view.request.get(field, ABSENT)) for field in self.per)


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
    draw: Draws
    moment: Moment
    held_back: tuple[tuple[str, str], ...] = ()
    """Rules that were about the request but did not fire, and why."""
    retry_after: int | None = None
    """Seconds, where a rate limit fired."""

    @property
    def acts(self) -> bool:
        """Whether something is done: an outcome of `one_of` may be to let the honest answer pass."""
        return bool(self.action.reshapes or self.action.faults or self.action.token)

    @property
    def faults(self) -> tuple[str, ...]:
        """The names of the faults that rewrite the script."""
        if not self.action.faults:
            return ()
        from oifde_simulator import faults

        return tuple(map(faults.name, self.action.faults))

    def reshape(self, honest: Answer, refuse: Refuse) -> Response:
        """The answer that takes the place of the honest one."""
        response = honest.response
        if self.action.reshapes:
            scene = Scene(honest, refuse, self.draw, self.moment.now, self.retry_after)
            for step in self.action.reshapes:
                response = step.reshape(response, scene)
        return response

    def spoil(self, script: Script) -> Script:
        """The script after all faults."""
        if not self.action.faults:
            return script
        from oifde_simulator import faults

        return faults.spoil(script, self.action.faults, self.draw, self.moment.elapsed / 1000)


HONEST = Decision("", Action(), Draws(b"honest"), Moment(0, 0))
"""What is decided where no rule fires: nothing changes."""


NEAREST = 5
"""Near misses that are told of one request."""


def is_near(rule: Rule, unlike: int) -> bool:
    """Whether a rule that so many fields keep away is nearly about a request."""
    return unlike == 1 or 2 * unlike <= rule.matcher.size


@dataclass
class Rules:
    """The rules of one tenant, in order."""

    rules: Sequence[Rule]
    counters: Counters
    seed: str
    since: int
    """Epoch milliseconds of load or reset, on the tenant's clock."""
    fired: dict[str, int] = field(default_factory=dict)
    """How often each rule has fired since then."""
    covered: str = ""
    """The scenario for which coverage counts these rules; empty while it does not know them."""

    def __post_init__(self) -> None:
        self._gate()

    def change(self, rules: Sequence[Rule]) -> None:
        """From the next request on, ask these: who stays goes on counting, who goes is forgotten."""
        for name in {rule.name for rule in self.rules} - {rule.name for rule in rules}:
            self.counters.forget(name)
            self.fired.pop(name, None)
        self.rules, self.covered = rules, ""
        self._gate()

    def _gate(self) -> None:
        self._gated = [(rule, *rule.matcher.gate) for rule in self.rules]

    def decide(self, view: View, now: int) -> Decision:
        """The first rule that is about the request and whose turn it is."""
        held_back: list[tuple[str, str]] = []
        gets = (view.request.get, view.headers.get, view.response.get)
        for rule, part, name, accepts in self._gated:
            # Most rules are not about most requests: one test tells, without a call more.
            if not accepts(gets[part](name, ABSENT)) or not rule.matcher.matches(view):
                continue
            value, moment = rule.value(view), Moment(now, now - self.since)
            reason = rule.when.holds_back(self.counters, rule.name, value, moment, self._chance(rule, value))
            if not reason:
                return self._fire(rule, value, moment, tuple(held_back))
            held_back.append((rule.name, reason))
        if held_back:
            return Decision("", Action(), HONEST.draw, HONEST.moment, tuple(held_back))
        return HONEST

    def reset(self, now: int) -> None:
        """Back to the beginning: counts, states and time."""
        self.counters.reset()
        self.fired.clear()
        self.since = now

    def near_misses(self, view: View) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The few rules that are nearly about a request, the nearest first, and why they are not, by field.

        A rule is near when one field keeps it away, or when at least as many fit as do not.
        """
        found = ((rule, rule.matcher.difference(view)) for rule in self.rules)
        near = [(rule.name, tuple(map(str, why))) for rule, why in found if why and is_near(rule, len(why))]
        return tuple(sorted(near, key=lambda miss: len(miss[1]))[:NEAREST])

    def _fire(
        self, rule: Rule, value: Value, moment: Moment, held_back: tuple[tuple[str, str], ...]
    ) -> Decision:
        tally = self.counters.tally(rule.name, value)
        draw = Draws(key(self.seed, rule.name, *value, tally.matches, "action"))
        if rule.becomes is not None:
            self.counters.enter(value, rule.becomes)
        self.fired[rule.name] = self.fired.get(rule.name, 0) + 1
        retry = None
        if rule.when.over:
            wait = max(tally.refused_until, rule.when.over.retry_at(moment.now)) - moment.now
            retry = max(1, -(-wait // 1000))
        return Decision(rule.name, draw.weighted(rule.actions), draw, moment, held_back, retry)

    def _chance(self, rule: Rule, value: Value) -> Draws:
        # Keyed by the count to come: the same whatever else happens in between, and on every replica.
        matches = self.counters.tally(rule.name, value).matches + 1 if rule.when.probability < 1 else 0
        return Draws(key(self.seed, rule.name, *value, matches, "chance")) if matches else HONEST.draw
