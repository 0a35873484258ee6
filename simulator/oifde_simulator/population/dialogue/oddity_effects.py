"""Applies drawn oddities to a dialogue: words are misheard, the user hangs up, emoji are typed."""

from __future__ import annotations

from oifde_simulator.population.dialogue.recognition import SPOKEN, mishear
from oifde_simulator.population.dialogue.turns import DraftTurn
from oifde_simulator.population.oddities import DrawnOddities
from oifde_simulator.population.screenplays.texts import CHAT, Texts
from oifde_simulator.randomness import KeyedRandom

MARKS = " ,.;:!?\"'，。！？、；：…“”"
"""Characters that a sentence cut in the middle does not end with."""
SHORTEST = 4
"""Least number of words, or pairs of characters where words are not spaced, in a text that is cut."""


def apply_oddities(
    exchanges: list[DraftTurn], odd: DrawnOddities, draws: KeyedRandom, texts: Texts, kind: str
) -> list[DraftTurn]:
    """Apply oddities to the turns of a dialogue; turns that stay are changed in place."""
    if odd.recognition_errors and kind in SPOKEN:
        mishear(exchanges, odd.recognition_errors, draws, texts)
    if odd.hang_up:
        exchanges = _hang_up(exchanges, odd, draws, texts, kind)
    if odd.emoji and kind == CHAT:
        _add_emoji(exchanges, draws, texts)
    if odd.null_intention:
        draws.pick(exchanges).intention = None
    return exchanges


def _hang_up(
    exchanges: list[DraftTurn], odd: DrawnOddities, draws: KeyedRandom, texts: Texts, kind: str
) -> list[DraftTurn]:
    """End a dialogue in the turn in which the user hangs up: the last of a long call, else an earlier one."""
    count = len(exchanges) if odd.long_call else draws.between(1, max(1, len(exchanges) - 1))
    kept = exchanges[:count]
    last, space = kept[-1], texts.formats.space
    user = _cut(last.user, draws, space)
    # A user who types sends whole messages, and is gone before the answer.
    if kind == CHAT or (user is not None and draws.chance(0.6)):
        last.user = user or last.user
        last.reply = ""
        last.intention = texts.hang_up if user else last.intention
        last.answers = None if user else last.answers
    else:
        last.reply = _cut(last.reply, draws, space) or ""
    return kept


def _cut(text: str, draws: KeyedRandom, space: str) -> str | None:
    """Cut a text in mid-sentence; None when it is too short for that."""
    parts = text.split(" ") if space else [text[place : place + 2] for place in range(0, len(text), 2)]
    if len(parts) < SHORTEST:
        return None
    beginning = (space or "").join(parts[: draws.between(2, max(2, len(parts) * 3 // 4))])
    return beginning.rstrip(MARKS) or None


def _add_emoji(exchanges: list[DraftTurn], draws: KeyedRandom, texts: Texts) -> None:
    """Add an emoji to the last words without a digit: codes stay as they must be typed."""
    wordy = [exchange for exchange in exchanges if not any(map(str.isdigit, exchange.user))]
    chosen = (wordy or exchanges)[-1]
    chosen.user = f"{chosen.user} {draws.pick(texts.awkward['emoji'])}"
