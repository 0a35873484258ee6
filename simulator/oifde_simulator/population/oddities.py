"""Draws oddities of call sessions, each at a small rate that a scenario can raise or set to zero."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import astuple, fields
from itertools import accumulate, product
from math import prod
from typing import NamedTuple

from oifde_simulator.bounded_cache import bounded_cache
from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.population.draws import Draws
from oifde_simulator.text import nearest

COMBINATIONS_KEPT = 2 << 20
"""Bytes of the combinations of oddities in memory; tenants of equal rates share theirs."""
COMBINATIONS = 48 << 10
"""Bytes of one list of them."""


class DrawnOddities(NamedTuple):
    """The oddities that one session has."""

    empty_details: bool
    long_call: bool
    emoji: bool
    rtl: bool
    quotes: bool
    null_intention: bool
    long_utterance: bool
    hang_up: bool
    recognition_errors: float
    """Share of the session's spoken turns that are not recognized as they were said."""


@dataclass(frozen=True, slots=True)
class Oddities:
    """Share of sessions (of turns, for the last) with each oddity, from 0 (never) to 1 (always)."""

    empty_details: float = 0.02
    """Share of sessions whose caller hangs up at the greeting: `recordDetials` is empty."""
    long_call: float = 0.005
    """Share of sessions of forty turns, one request after another."""
    emoji: float = 0.01
    """Share of chats whose user types emoji; phone calls have none."""
    rtl: float = 0.003
    """Share of sessions whose user begins in Arabic or Hebrew."""
    quotes: float = 0.01
    """Share of sessions in which a name with quotes, apostrophes or backslashes is said."""
    null_intention: float = 0.02
    """Share of sessions with a turn whose intention is null."""
    long_utterance: float = 0.003
    """Share of sessions whose user begins with 2,000 characters and more."""
    hang_up: float = 0.03
    """Share of sessions whose user is gone in mid-sentence."""
    # Guess: [recognition-errors] one spoken turn in sixteen; recordings and their records would settle it.
    recognition_errors: float = 0.06
    """Share of spoken turns with words that were not said, or without some that were; not of sessions."""

    @classmethod
    def from_mapping(cls, rates: Mapping[str, object]) -> Oddities:
        """Read rates by name; others keep their defaults. Raises ValueError that names the mistake."""
        return cls(**{name: _rate(name, rate) for name, rate in rates.items()})


class OddityDraws(NamedTuple):
    """What a session can have, with the shares of sessions added up. Most sessions have nothing odd.

    One number so draws eight oddities, which do not depend on each other.
    """

    sums: Sequence[float]
    combinations: Sequence[DrawnOddities]

    def draw(self, draws: Draws) -> DrawnOddities:
        """Draw the oddities of one session; takes the same number of draws whatever the rates."""
        return self.combinations[bisect_right(self.sums, draws.unit())]


@bounded_cache(COMBINATIONS_KEPT, lambda *_: COMBINATIONS)
def oddity_draws(rates: Oddities) -> OddityDraws:
    """Make the draws of these rates."""
    *of_sessions, of_turns = astuple(rates)
    shares, combinations = [], []
    for flags in product((False, True), repeat=len(of_sessions)):
        shares.append(prod(rate if flag else 1 - rate for rate, flag in zip(of_sessions, flags, strict=True)))
        combinations.append(DrawnOddities._make((*flags, of_turns)))
    return OddityDraws([*accumulate(shares[:-1])], combinations)


NAMES = tuple(field.name for field in fields(Oddities))


def _rate(name: str, rate: object) -> float:
    if name not in NAMES:
        close = nearest(name, NAMES)
        advice = f'did you mean "{close}"?' if close else f"expected one of {', '.join(NAMES)}"
        raise ValueError(f'unknown oddity "{name}"; {advice}')
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 <= rate <= 1:
        raise ValueError(f"{name}: expected a share from 0 to 1; found {rate!r}")
    return float(rate)
