"""The answer of `turn.lua` as a turn.

Rule: the script gives codes and numbers; the words are those of every form of the state.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, cast

from oifde_simulator.model.turn import Along, Candidate, Distinct, Lease, Rate, Turn
from oifde_simulator.state import forgotten, reasons
from oifde_simulator.state.interface import Read
from oifde_simulator.state.lapses import PresentState
from oifde_simulator.state.limits import moved_already, no_head, other_state
from oifde_simulator.state.valkey.names import unpacked
from oifde_simulator.state.valkey.store import Argument


class TurnCall(NamedTuple):
    """A request that waits for whose turn it is."""

    words: Sequence[Argument]
    reply: asyncio.Future[Any]
    """Takes what the script found; None where the tenant has changed."""

    @property
    def weight(self) -> int:
        """About how many bytes it has."""
        return sum(len(each) for each in self.words if isinstance(each, (str, bytes)))


OTHER_STATE, MOVED, NO_HEAD = 1, 2, 11
"""Codes of the reasons that need more than the candidate and a number."""

REASONS: dict[int, Callable[[Candidate, int], str]] = {
    MOVED: lambda candidate, _: moved_already(candidate.becomes or "", candidate),
    3: lambda candidate, number: reasons.in_window(number, cast(Rate, candidate.limits.over)),
    4: lambda candidate, number: reasons.in_sliding_window(number, cast(Rate, candidate.limits.over)),
    5: lambda candidate, number: reasons.in_flight(number, candidate.limits.in_flight),
    6: lambda candidate, number: reasons.distinct(number, cast(Distinct, candidate.limits.distinct)),
    7: lambda candidate, number: reasons.after(number, candidate.limits.after),
    8: lambda candidate, number: reasons.every(number, candidate.limits.every),
    9: lambda candidate, _: reasons.drawn_against(candidate.limits.probability),
    10: lambda candidate, number: reasons.spent(number, candidate.limits.times),
}
"""Words by code, for a candidate and a number that was counted; `counts/limits.lua` has the codes."""


def turn_of(read: Read, now: int, candidates: Sequence[Candidate], found: list[Any]) -> Turn:
    """Make the turn that a script found, and log whose counts it forgot."""
    place, matches, retry_at, changed, leases, held, along, warnings = found
    if warnings:
        _warn(warnings)
    return Turn(
        place,
        matches,
        retry_at,
        _held_back(candidates, held, now) if held else (),
        bool(changed),
        _leases(read, candidates, leases) if leases else (),
        tuple(_along(candidates, candidates[place] if place >= 0 else None, along, now)) if along else (),
    )


def _leases(read: Read, candidates: Sequence[Candidate], found: list[int]) -> tuple[Lease, ...]:
    return tuple(
        Lease(read.tenant, read.epoch, candidates[place].rule, candidates[place].value, number)
        for place, number in zip(found[::2], found[1::2], strict=True)
    )


def _held_back(candidates: Sequence[Candidate], found: list[Any], now: int) -> tuple[str, ...]:
    """Say why those before the one that takes the request do not; there is a reason for each."""
    asked, rest = (each for each in candidates if not each.also), iter(found)
    return tuple(_reason(next(asked), code, rest, now) for code in rest)


def _along(
    candidates: Sequence[Candidate], taker: Candidate | None, found: list[Any], now: int
) -> Iterator[Along]:
    rest = iter(found)
    for place in rest:
        matches = next(rest)
        if matches:
            yield Along(place, matches)
            continue
        code = next(rest)
        if code == NO_HEAD and taker is not None:
            next(rest)
            yield Along(place, 0, no_head(taker))
        else:
            yield Along(place, 0, _reason(candidates[place], code, rest, now))


def _reason(candidate: Candidate, code: int, rest: Iterator[Any], now: int) -> str:
    value = next(rest)
    if code != OTHER_STATE:
        return REASONS[code](candidate, value)
    name, at, ended = unpacked(value), next(rest), next(rest)
    told = ""
    if candidate.times is not None:
        told = PresentState(name, at, unpacked(ended)).told(candidate.times, now)
    return other_state(name, candidate.limits, told)


def _warn(found: list[Any]) -> None:
    for kept, whose in zip(found[::2], found[1::2], strict=True):
        name = unpacked(whose)
        forgotten.warn("the states" if name == "s" else f"rule {name[1:]}", kept)
