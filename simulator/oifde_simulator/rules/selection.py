"""A scenario's rules: the first that is about a request, and whose turn it is, decides what goes wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple, Protocol

from oifde_simulator.model.exchange import Answer
from oifde_simulator.model.http import Response
from oifde_simulator.model.turn import Candidate, HeldBack, Lasting, Limits, StateTimes, Turn, Value
from oifde_simulator.model.view import ABSENT, View
from oifde_simulator.randomness import KeyedRandom, key
from oifde_simulator.rules.action import ActionContext
from oifde_simulator.rules.counted_fields import Reader, reader, readers, text_of
from oifde_simulator.rules.daily_window import DailyWindow
from oifde_simulator.rules.held_back import held_back
from oifde_simulator.rules.matching import Matcher
from oifde_simulator.rules.triggers import Moment, Opening
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


NO_ACTIONS: Sequence[tuple[Action, float]] = ((Action(), 1.0),)
"""Outcomes of a rule that does nothing to the answer."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a scenario."""

    name: str
    matcher: Matcher
    window: Opening | None = None
    limits: Limits = Limits()
    per: tuple[str, ...] = ()
    becomes: str | None = None
    day: DailyWindow | None = None
    """Days of the tenant's zone, where the rate is one of a day; None for any other."""
    lasts: Lasting | None = None
    """How long the state lasts in which it fires, by this rule."""
    actions: Sequence[tuple[Action, float]] = NO_ACTIONS
    """Outcomes with their weights; one of them is drawn."""
    also: bool = False
    """Whether it goes along with the rule that takes the request, and takes none itself."""
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

    def begun(self, moment: Moment) -> int:
        """Compute since when it acts, as `elapsed` is told: its window opened, or it was added."""
        opened = self.window.opened(moment) if self.window else 0
        return opened if self.added is None else max(opened, self.added)

    def value(self, view: View) -> Value:
        """Read what `per` names of a request; what is not there is a value of its own."""
        if self.counted_by is not None:
            return tuple(text_of(read(view)) for read in self.counted_by)
        return tuple(text_of(view.request.get(field, ABSENT)) for field in self.per)

    def limits_at(self, now: int) -> Limits:
        """Tell the limits at an instant (epoch milliseconds): a rate of a day is that of this very day."""
        if self.day is None or self.limits.over is None:
            return self.limits
        begun, ends, _ = self.day.around(now)
        return replace(self.limits, over=replace(self.limits.over, window=ends - begun, until=ends))

    @property
    def only_lasts(self) -> bool:
        """Whether it only says how long a state lasts: it is never asked."""
        return self.lasts is not None and self.becomes is None and self.actions == NO_ACTIONS

    @property
    def head_only(self) -> bool:
        """Whether all that it does is in the head of the answer: it has no faults."""
        return not any(action.faults for action, weight in self.actions if weight)

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
        return next((place for place, (act, _) in enumerate(outcomes) if act is self.action), 0)

    @property
    def acts(self) -> bool:
        """Whether something is to be done: an outcome of `one_of` may be to let the honest answer pass."""
        return bool(self.action.reshapes or self.action.faults or self.action.token)

    @property
    def faults(self) -> tuple[str, ...]:
        """The names of the faults that rewrite the script."""
        return tuple(fault.fault_name for fault in self.action.faults)

    def reshape(self, honest: Answer, context: ActionContext) -> Response:
        """The answer that takes the place of the honest one; `context` is given notes and insertions."""
        response = honest.response
        for step in self.action.reshapes:
            response = step.reshape(response, context)
        return response

    def spoil(self, script: Script) -> Spoiled:
        """The script after all faults, and which of them changed it; the same each time for one script."""
        from oifde_simulator import faults

        if not self.action.faults:
            return faults.Spoiled(script, ())
        elapsed = self.moment.elapsed
        begun = self.of.begun(self.moment) if self.of else 0
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
    also: bool = False
    """Whether it would go along, so that its place among the rules does not matter."""


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
    also: bool = False
    """Whether some of the rules go along with others."""

    def pass_over(self, ability: Callable[[Rule], Ability]) -> None:
        """Keep the candidates that could change something, up to one that takes every turn.

        Of the rules after that one only those are asked that go along: nothing is worked out for the others.
        Where `ability` raises an exception, nothing has changed.
        """
        rules: list[Rule] = []
        candidates: list[Candidate] = []
        unable: list[Passed] = []
        places: list[int] = []
        taken = False
        for rule, candidate in zip(self.rules, self.candidates, strict=True):
            places.append(len(rules))
            if taken and not rule.also:
                continue
            able = ability(rule)
            if not (able.acts or able.moves):
                unable.append(Passed(len(rules), rule.name, able.reason, rule.also))
                continue
            rules.append(rule)
            candidates.append(candidate if able.acts else candidate._replace(moves_only=True))
            if able.acts and rule.limits == ALWAYS and not rule.also:
                if not self.also:
                    break
                taken = True
        places += [len(rules)] * (len(self.rules) + 1 - len(places))
        self.rules, self.candidates, self.unable = rules, candidates, unable
        self.closed = [each._replace(before=places[each.before]) for each in self.closed]

    def find_heads(self, sends_head: Callable[[Rule], bool]) -> None:
        """Note which candidates send no head of an answer, where one that goes along needs it.

        Where `sends_head` raises an exception, nothing has changed.
        """
        if any(each.head_only for each in self.candidates):
            self.candidates = [
                each if each.also or sends_head(rule) else each._replace(sends_head=False)
                for rule, each in zip(self.rules, self.candidates, strict=True)
            ]

    def held_back(self, turn: Turn) -> tuple[HeldBack, ...]:
        """List the rules that were asked and did not fire, with the reason of each."""
        if self.also:
            return held_back(self.candidates, [rule.per for rule in self.rules], self.closed, turn)
        reasons = [
            HeldBack(rule.name, why, rule.per) for rule, why in zip(self.rules, turn.held_back, strict=False)
        ]
        for before, name, why, _ in reversed(self.closed):
            if turn.place < 0 or before <= turn.place:
                reasons.insert(before, HeldBack(name, why))
        return tuple(reasons)

    def notes(self, turn: Turn) -> tuple[str, ...]:
        """List the rules that were passed over before the turn's, each with the reason."""
        return tuple(
            f"{name}: {why}"
            for before, name, why, also in self.unable
            if also or turn.place < 0 or before <= turn.place
        )


ALWAYS = Limits()
"""Limits of a rule that takes every turn it is asked for."""
NO_TURN = Turn(-1, 0, None, (), changed=False)
"""Turn of nobody, where no rule may have one."""


def state_times(rules: Sequence[Rule], since: int) -> StateTimes | None:
    """Collect how long states last, each by the first rule that says so; None where none does."""
    lasting: dict[str, Lasting] = {}
    for rule in rules:
        if rule.lasts is not None and rule.limits.state_is is not None:
            lasting.setdefault(rule.limits.state_is, rule.lasts)
    return StateTimes(since, lasting) if lasting else None


class Rules:
    """Rules of one tenant, in the order in which they are asked. Pure: the state counts."""

    def __init__(self, rules: Sequence[Rule], seed: str, since: int) -> None:
        """`since` is the time of load or reset, epoch milliseconds on the tenant's clock."""
        self.rules = rules
        self.since = since
        self._seed = seed
        self.times = state_times(rules, since)
        self._gated = [(rule, *rule.matcher.gate) for rule in rules if not rule.only_lasts]

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
        if rule.window and (why := rule.window.holds_back(selection.moment)):
            selection.closed.append(Passed(len(selection.rules), rule.name, why, rule.also))
            selection.also |= rule.also
            return
        value = rule.value(view)
        chance = ""
        if rule.limits.probability < 1:
            chance = key(self._seed, rule.name, *value, "chance").hex()
        selection.rules.append(rule)
        limits = rule.limits if rule.day is None else rule.limits_at(selection.moment.now)
        candidate = Candidate(rule.name, value, limits, rule.becomes, chance, times=self.times)
        if rule.distinct is not None:
            candidate = candidate._replace(distinct=text_of(rule.distinct(view)))
        if rule.also:
            selection.also = True
            candidate = candidate._replace(also=True, head_only=rule.head_only)
        selection.candidates.append(candidate)

    def decide(self, selection: Selection, turn: Turn) -> Decision:
        """Draw what the rule does whose turn it is."""
        reasons, notes = selection.held_back(turn), selection.notes(turn)
        along = self._along(selection, turn) if turn.along else ()
        if turn.place < 0:
            if not (reasons or notes or along):
                return HONEST
            return replace(HONEST, held_back=reasons, notes=notes, along=along)
        rule = selection.rules[turn.place]
        draw = self._draw(selection, turn.place, turn.matches)
        wait = None
        if turn.retry_at is not None:
            wait = max(1, -(-(turn.retry_at - selection.moment.now) // 1000))
        action = draw.weighted(rule.actions)
        before = sum(not each.why and each.place < turn.place for each in turn.along) if along else 0
        return Decision(
            rule.name, action, draw, selection.moment, reasons, wait, rule, notes, turn.changed, along,
            before, turn.matches,
        )  # fmt: skip

    def _along(self, selection: Selection, turn: Turn) -> tuple[Decision, ...]:
        """Draw what the rules do that go along, and whose turn it is."""
        return tuple(
            going_along(
                selection.rules[each.place],
                self._draw(selection, each.place, each.matches),
                selection.moment,
            )
            for each in turn.along
            if not each.why
        )

    def _draw(self, selection: Selection, place: int, matches: int) -> KeyedRandom:
        """Make the random numbers of a candidate at a match."""
        name, value, *_ = selection.candidates[place]
        return KeyedRandom(key(self._seed, name, *value, matches, "action"))


def going_along(rule: Rule, draw: KeyedRandom, moment: Moment) -> Decision:
    """Draw what a rule does that goes along."""
    return Decision(rule.name, draw.weighted(rule.actions), draw, moment, of=rule)
