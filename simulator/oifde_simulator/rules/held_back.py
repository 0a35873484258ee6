"""Why rules were held back where some go along: those were asked after the rule that fired, too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from oifde_simulator.model.turn import Candidate, HeldBack, Turn
from oifde_simulator.state.limits import no_head

Closed = Iterable[tuple[int, str, str, bool]]
"""Rules whose window is closed: the candidates before each, its name, why, and whether it goes along."""
Placed = tuple[tuple[int, bool], HeldBack]
"""A reason with its place among the candidates; that of a closed window goes before the candidate there."""


def held_back(
    candidates: Sequence[Candidate], per: Sequence[tuple[str, ...]], closed: Closed, turn: Turn
) -> tuple[HeldBack, ...]:
    """List the rules that were asked and did not fire, in their order; `per` is that of each candidate."""
    placed = [*_candidates(candidates, per, turn), *_closed(closed, turn)]
    return tuple(each for _, each in sorted(placed, key=lambda each: each[0]))


def _candidates(
    candidates: Sequence[Candidate], per: Sequence[tuple[str, ...]], turn: Turn
) -> Iterator[Placed]:
    before, along = iter(turn.held_back), {each.place: each.why for each in turn.along}
    headless = no_head(candidates[turn.place]) if turn.place >= 0 else ""
    for place, candidate in enumerate(candidates):
        why = along.get(place, "") if candidate.also else next(before, "")
        if why:
            yield (place, True), HeldBack(candidate.rule, why, () if why == headless else per[place])


def _closed(closed: Closed, turn: Turn) -> Iterator[Placed]:
    for before, name, why, also in closed:
        if also or turn.place < 0 or before <= turn.place:
            yield (before, False), HeldBack(name, why)
