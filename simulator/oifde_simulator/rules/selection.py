"""A scenario's rules: which are about a request, and what the one does whose turn it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.model.turn import Candidate, HeldBack, Turn
from oifde_simulator.model.view import View
from oifde_simulator.randomness import KeyedRandom, key
from oifde_simulator.rules.conditions.counted_fields import text_of
from oifde_simulator.rules.conditions.triggers import Moment
from oifde_simulator.rules.decision import HONEST, Decision, going_along
from oifde_simulator.rules.gates import Gates
from oifde_simulator.rules.held_back import held_back
from oifde_simulator.rules.rule import Rule, state_times


class Ability(NamedTuple):
    """What a rule could change of one exchange, whatever is drawn."""

    acts: bool
    """Whether an outcome could change what is sent, or end a good token."""
    moves: bool = False
    """Whether it could change the state of its value at least."""
    reason: str = ""
    """Why it could not act."""


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
            if able.acts and rule.takes_all and not rule.also:
                if not self.also:
                    break
                taken = True
        if self.closed:
            places += [len(rules)] * (len(self.rules) + 1 - len(places))
            self.closed = [each._replace(before=places[each.before]) for each in self.closed]
        self.rules, self.candidates, self.unable = rules, candidates, unable

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
        if not (turn.held_back or self.closed):
            return ()
        reasons = [
            HeldBack(rule.name, why, rule.per) for rule, why in zip(self.rules, turn.held_back, strict=False)
        ]
        for before, name, why, _ in reversed(self.closed):
            if turn.place < 0 or before <= turn.place:
                reasons.insert(before, HeldBack(name, why))
        return tuple(reasons)

    def notes(self, turn: Turn) -> tuple[str, ...]:
        """List the rules that were passed over before the turn's, each with the reason."""
        if not self.unable:
            return ()
        return tuple(
            f"{name}: {why}"
            for before, name, why, also in self.unable
            if also or turn.place < 0 or before <= turn.place
        )


NO_TURN = Turn(-1, 0, None, (), changed=False)
"""Turn of nobody, where no rule may have one."""


class Rules:
    """Rules of one tenant, in the order in which they are asked. Pure: the state counts."""

    def __init__(self, rules: Sequence[Rule], seed: str, since: int) -> None:
        """`since` is the time of load or reset, epoch milliseconds on the tenant's clock."""
        self.rules = rules
        self.since = since
        self._seed = seed
        self.times = state_times(rules, since)
        self._gates = Gates(rules)

    def may_concern(self, view: View) -> bool:
        """Check whether a rule may be about a request, whoever sends it and whenever."""
        return bool(self._gates.passing(view))

    def select(self, view: View, now: int) -> Selection | None:
        """Find the rules that are about a request at `now` (tenant time); None where there are none."""
        selection = None
        for place in self._gates.passing(view):
            rule = self.rules[place]
            if not rule.matcher.matches(view):
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
