"""A scenario's rules: the first that is about a request, and whose turn it is, decides what goes wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple, Protocol

from oifde_simulator.model.exchange import Answer
from oifde_simulator.model.http import Response
from oifde_simulator.model.turn import Candidate, HeldBack, Limits, Turn, Value
from oifde_simulator.model.view import ABSENT, View
from oifde_simulator.randomness import KeyedRandom, key
from oifde_simulator.rules.action import ActionContext, ErrorRenderer
from oifde_simulator.rules.counted_fields import Reader, reader, readers, text_of
from oifde_simulator.rules.matching import Matcher
from oifde_simulator.rules.triggers import Moment, Window
from oifde_simulator.wire.script import Script

if TYPE_CHECKING:
    from oifde_simulator.faults import Fault, Spoiled  # slow to import, wanted only where a rule has faults


class Reshape(Protocol):
    """Puts another answer in the place of one."""

    def reshape(self, response: Response, context: ActionContext, /) -> Response:
        """The other answer; raises NotApplicable where it cannot."""
        ...


class Ability(NamedTuple):
    """What a rule could change of one exchange, whatever is drawn."""

    acts: bool
    """Whether an outcome could change what is sent, or end a good token."""
    moves: bool = False
    """Whether it could change the state of its value at least."""
    reason: str = ""
    """Why it could not act."""


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
    added: int | None = None
    """Milliseconds after load or reset at which it was added; None for a rule of the scenario."""
    counted_by: tuple[Reader, ...] | None = field(init=False, repr=False, compare=False, default=None)
    """Readers of `per`; None where it names fields of the request alone."""
    distinct: Reader | None = field(init=False, repr=False, compare=False, default=None)
    """Reader of the values of which `after` wants so many; None without."""

    def __post_init__(self) -> None:
        """Make the readers."""
        object.__setattr__(self, "counted_by", readers(self.per))
        if self.limits.distinct is not None:
            object.__setattr__(self, "distinct", reader(self.limits.distinct.name))

    def begun(self, elapsed: int) -> int:
        """Compute since when it acts, as `elapsed` is told: its window opened, or it was added."""
        opened = self.window.opened(elapsed) if self.window else 0
        return opened if self.added is None else max(opened, self.added)

    def value(self, view: View) -> Value:
        """Read what `per` names of a request; what is not there is a value of its own."""
        if self.counted_by is not None:
            return tuple(text_of(read(view)) for read in self.counted_by)
        return tuple(text_of(view.request.get(field, ABSENT)) for field in self.per)

    @property
    def ends_tokens(self) -> bool:
        """Whether an outcome ends a token."""
        return any(action.token for action, _ in self.actions)


@dataclass(frozen=True, slots=True)
class Decision:
    """What the rules made of one request."""

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

    @property
    def outcome(self) -> int:
        """Place of the action among the outcomes of its rule."""
        outcomes = self.of.actions if self.of else ()
        return next((place for place, (act, _) in enumerate(outcomes) if act is self.action), 0)

    @property
    def acts(self) -> bool:
        """Whether something is to be done: an outcome of `one_of` may be to let the honest answer pass."""
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

    def spoil(self, script: Script) -> Spoiled:
        """The script after all faults, and which of them changed it; the same each time for one script."""
        from oifde_simulator import faults

        if not self.action.faults:
            return faults.Spoiled(script, ())
        elapsed = self.moment.elapsed
        begun = self.of.begun(elapsed) if self.of else 0
        context = faults.FaultContext(self.draw.copied(), elapsed / 1000, begun / 1000)
        return faults.spoil(script, self.action.faults, context)


HONEST = Decision("", Action(), KeyedRandom(b"honest"), Moment(0, 0))
"""What is decided where no rule fires: nothing changes."""


class Passed(NamedTuple):
    """A rule that is about a request and is not asked for its turn."""

    before: int
    """Number of candidates before it."""
    rule: str
    why: str


@dataclass(slots=True)
class Selection:
    """Rules that are about one request, as far as that needs no count."""

    moment: Moment
    rules: list[Rule]
    """Rules that may have their turn, in order."""
    candidates: list[Candidate]
    """The same rules as the state sees them."""
    closed: list[Passed]
    """Rules whose window is closed."""
    unable: list[Passed]
    """Rules that could change nothing of the exchange."""

    def pass_over(self, ability: Callable[[Rule], Ability]) -> None:
        """Keep the candidates that could change something, up to one that takes every turn.

        Rules after that one are not asked, so nothing is worked out for them. Where `ability` raises an
        exception, nothing has changed.
        """
        rules: list[Rule] = []
        candidates: list[Candidate] = []
        unable: list[Passed] = []
        places: list[int] = []
        for rule, candidate in zip(self.rules, self.candidates, strict=True):
            places.append(len(rules))
            able = ability(rule)
            if not (able.acts or able.moves):
                unable.append(Passed(len(rules), rule.name, able.reason))
                continue
            rules.append(rule)
            candidates.append(candidate if able.acts else candidate._replace(moves_only=True))
            if able.acts and rule.limits == ALWAYS:
                break
        places += [len(rules)] * (len(self.rules) + 1 - len(places))
        self.rules, self.candidates, self.unable = rules, candidates, unable
        self.closed = [each._replace(before=places[each.before]) for each in self.closed]

    def held_back(self, turn: Turn) -> tuple[HeldBack, ...]:
        """List the rules that were asked before the turn's and did not fire, with the reason of each."""
        reasons = [
            HeldBack(rule.name, why, rule.per) for rule, why in zip(self.rules, turn.held_back, strict=False)
        ]
        for before, name, why in reversed(self.closed):
            if turn.place < 0 or before <= turn.place:
                reasons.insert(before, HeldBack(name, why))
        return tuple(reasons)

    def notes(self, turn: Turn) -> tuple[str, ...]:
        """List the rules that were passed over before the turn's, each with the reason."""
        return tuple(
            f"{name}: {why}" for before, name, why in self.unable if turn.place < 0 or before <= turn.place
        )


ALWAYS = Limits()
"""Limits of a rule that takes every turn it is asked for."""
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
                selection = Selection(Moment(now, now - self.since), [], [], [], [])
            self._add(selection, rule, view)
        return selection

    def _add(self, selection: Selection, rule: Rule, view: View) -> None:
        if rule.window and (why := rule.window.holds_back(selection.moment.elapsed)):
            selection.closed.append(Passed(len(selection.rules), rule.name, why))
            return
        value = rule.value(view)
        chance = ""
        if rule.limits.probability < 1:
            chance = key(self._seed, rule.name, *value, "chance").hex()
        selection.rules.append(rule)
        candidate = Candidate(rule.name, value, rule.limits, rule.becomes, chance)
        if rule.distinct is not None:
            candidate = candidate._replace(distinct=text_of(rule.distinct(view)))
        selection.candidates.append(candidate)

    def decide(self, selection: Selection, turn: Turn) -> Decision:
        """Draw what the rule does whose turn it is."""
        held_back, notes = selection.held_back(turn), selection.notes(turn)
        if turn.place < 0:
            return replace(HONEST, held_back=held_back, notes=notes) if held_back or notes else HONEST
        rule = selection.rules[turn.place]
        value = selection.candidates[turn.place].value
        draw = KeyedRandom(key(self._seed, rule.name, *value, turn.matches, "action"))
        wait = None
        if turn.retry_at is not None:
            wait = max(1, -(-(turn.retry_at - selection.moment.now) // 1000))
        action = draw.weighted(rule.actions)
        return Decision(rule.name, action, draw, selection.moment, held_back, wait, rule, notes, turn.changed)
