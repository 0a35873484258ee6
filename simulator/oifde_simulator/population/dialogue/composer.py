"""Composes the dialogues of one world's sessions, and remembers the user of the last one.

The sessions on a page are mostly of one user, whose own values are so made once a page.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from oifde_simulator.population.arrivals.local_days import EPOCH
from oifde_simulator.population.dialogue.composition import compose
from oifde_simulator.population.dialogue.turns import Dialogue
from oifde_simulator.population.draws import Draws
from oifde_simulator.population.oddities import Oddities, oddity_draws
from oifde_simulator.population.screenplays.caller import Caller
from oifde_simulator.population.screenplays.texts import Texts
from oifde_simulator.population.vocabulary import Vocabulary
from oifde_simulator.randomness import key


class Composer:
    """The dialogues of one world."""

    def __init__(
        self, world: bytes, vocabulary: Vocabulary, texts: Texts, rates: Mapping[str, object]
    ) -> None:
        """Take the key of seed and `world`, and the `rates` of oddities by name."""
        self._world = world.hex()
        self._vocabulary = vocabulary
        self._texts = texts
        self._oddities = oddity_draws(Oddities.from_mapping(rates))
        self._last = self._caller("")

    def compose(self, draws: Draws, user: str, dialog_type: str, day: int) -> Dialogue:
        """Compose the dialogue of a session that begins on local `day`, counted since 1970-01-01."""
        caller = self._last
        if caller.number != user:
            # One step, so threads that interleave only lose what is remembered.
            caller = self._last = self._caller(user)
        begun = date.fromordinal(EPOCH + day)
        return compose(draws, caller, self._texts, dialog_type, self._oddities, day=begun)

    def _caller(self, user: str) -> Caller:
        return Caller(key(self._world, "user", user), self._vocabulary, self._texts.formats, user)
