"""Draws oddities of call sessions, each at a small rate that a scenario can raise or set to zero."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import astuple, fields
from itertools import accumulate
from typing import Any

from oifde_simulator.bounded_cache import bounded_cache
from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.population.draws import Draws
from oifde_simulator.text import nearest

COMBINATIONS_KEPT = 2 << 20
"""Bytes of the combinations of oddities in memory; tenants of equal rates share theirs."""
COMBINATIONS = 48 << 10
"""Bytes of one list of them."""


@dataclass(frozen=True, slots=True)
class DrawnOddities:
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


class OddityDraws:
    """What a session can have, with the shares of sessions added up. Most sessions have nothing odd.

    One number so draws eight oddities, which do not depend on each other.
    """

    __slots__ = ("_known", "_of_turns", "_sums")

    def __init__(self, rates: Oddities) -> None:
        *of_sessions, self._of_turns = astuple(rates)
        shares = [1.0]
        for rate in of_sessions:
            shares = [share * part for share in shares for part in (1 - rate, rate)]
        self._sums = [*accumulate(shares[:-1])]
        self._known: dict[int, DrawnOddities] = {}

    def draw(self, draws: Draws) -> DrawnOddities:
        """Draw the oddities of one session; takes the same number of draws whatever the rates."""
        place = bisect_right(self._sums, draws.unit())
        return self._known.get(place) or self._known.setdefault(place, self._combination(place))

    def _combination(self, place: int) -> DrawnOddities:
        """Read the oddities off the binary digits of the place of a share, the first one first."""
        flags = [bool(place >> digit & 1) for digit in reversed(range(len(NAMES) - 1))]
        values: list[Any] = [*flags, self._of_turns]
        return DrawnOddities(*values)


@bounded_cache(COMBINATIONS_KEPT, lambda *_: COMBINATIONS)
def oddity_draws(rates: Oddities) -> OddityDraws:
    """Make the draws of these rates."""
    return OddityDraws(rates)


NAMES = tuple(field.name for field in fields(Oddities))


def _rate(name: str, rate: object) -> float:
    if name not in NAMES:
        close = nearest(name, NAMES)
        advice = f'did you mean "{close}"?' if close else f"expected one of {', '.join(NAMES)}"
        raise ValueError(f'unknown oddity "{name}"; {advice}')
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 <= rate <= 1:
        raise ValueError(f"{name}: expected a share from 0 to 1; found {rate!r}")
    return float(rate)
