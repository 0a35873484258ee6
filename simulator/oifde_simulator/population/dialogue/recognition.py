"""Mishears what users say, as speech recognition does: words that sound alike, words that are cut off.

Rule: digits stay, and so does the intention: it is the user's, and the conversation goes on with it. No field
has the confidence of the recognition; all that shows of it is what was heard.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from oifde_simulator.population.dialogue.turns import Turn
from oifde_simulator.population.draws import SCALE, Draws
from oifde_simulator.population.screenplays.texts import OUTBOUND, VOICE, Texts

SPOKEN = (VOICE, OUTBOUND)
"""Dialog types in which the user speaks."""
LONGEST = 400
"""Most characters of a text that is misheard; a long utterance keeps its length."""
ALIKE = 0.7
"""Share of errors that are a word which sounds alike, where a text has such a word."""
SHORTEST = 3
"""Least number of words, or of pairs of characters where words are not spaced, in a text that is cut."""

EDGES = " ,.;:!?，。！？、；："
"""Characters with which no recognized text begins or ends once words were cut off."""


def mishear(turns: Sequence[Turn], share: float, draws: Draws, texts: Texts) -> None:
    """Change the user's words in a share of the turns in which something is said."""
    numbers, limit = draws.numbers, share * SCALE
    for turn in turns:
        if turn.user and next(numbers) < limit and len(turn.user) <= LONGEST:
            turn.user = heard(turn.user, draws, texts)


def heard(said: str, draws: Draws, texts: Texts) -> str:
    """Change a text as a recognizer that errs might; a text that has nothing to mistake stays."""
    first, second = _sound_alike, _cut
    if not draws.chance(ALIKE):
        first, second = second, first
    return first(said, draws, texts) or second(said, draws, texts) or said


def _sound_alike(said: str, draws: Draws, texts: Texts) -> str | None:
    """Put a word that sounds alike in the place of one; None where the text has none such."""
    found = _words(said, texts)
    if not found:
        return None
    word = draws.pick(found)
    alike = draws.pick(texts.homophones[word[0].lower()])
    return said[: word.start()] + _like(alike, word[0]) + said[word.end() :]


def _words(said: str, texts: Texts) -> list[re.Match[str]]:
    """Find the words that others sound like, the longest where several begin at one place."""
    small, spaced = said.lower(), bool(texts.formats.space)
    words = [word for word in texts.homophones if word in small]
    found = [each for word in words for each in _pattern(word, spaced=spaced).finditer(said)]
    found.sort(key=lambda each: (each.start(), -each.end()))
    return [each for place, each in enumerate(found) if not place or each.start() >= found[place - 1].end()]


def _like(alike: str, word: str) -> str:
    return alike[0].upper() + alike[1:] if word[0].isupper() else alike


def _cut(said: str, draws: Draws, texts: Texts) -> str | None:
    """Leave words out at one end, as where a user speaks too early or pauses; None where it has too few."""
    space = texts.formats.space
    parts = said.split(" ") if space else [said[at : at + 2] for at in range(0, len(said), 2)]
    count = draws.between(1, 2)
    early = draws.chance(0.5)
    lost, left = (parts[:count], parts[count:]) if early else (parts[-count:], parts[:-count])
    if len(left) < SHORTEST or any(map(str.isdigit, "".join(lost))):
        return None
    return space.join(left).strip(EDGES) or None


@cache
def _pattern(word: str, *, spaced: bool) -> re.Pattern[str]:
    """Compile a pattern that finds a word of a screenplay file."""
    return re.compile(rf"\b{re.escape(word)}\b" if spaced else re.escape(word), re.IGNORECASE)
