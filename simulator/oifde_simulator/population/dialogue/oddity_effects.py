"""Applies drawn oddities to a dialogue: words are misheard, the user hangs up, emoji are typed."""

from __future__ import annotations

from oifde_simulator.population.dialogue.recognition import SPOKEN, mishear
from oifde_simulator.population.dialogue.turns import Turn
from oifde_simulator.population.draws import Draws
from oifde_simulator.population.oddities import DrawnOddities
from oifde_simulator.population.screenplays.texts import CHAT, Texts

MARKS = " ,.;:!?\"'，。！？、；：…“”"
"""Characters that a sentence cut in the middle does not end with."""
SHORTEST = 4
"""Least number of words, or pairs of characters where words are not spaced, in a text that is cut."""


def apply_oddities(
    turns: list[Turn], odd: DrawnOddities, draws: Draws, texts: Texts, kind: str
) -> list[Turn]:
    """Apply oddities to the turns of a dialogue; turns that stay are changed in place."""
    if odd.recognition_errors and kind in SPOKEN:
        mishear(turns, odd.recognition_errors, draws, texts)
    if odd.hang_up:
        turns = _hang_up(turns, odd, draws, texts, kind)
    if odd.emoji and kind == CHAT:
        _add_emoji(turns, draws, texts)
    if odd.null_intention:
        draws.pick(turns).intention = None
    return turns


def _hang_up(turns: list[Turn], odd: DrawnOddities, draws: Draws, texts: Texts, kind: str) -> list[Turn]:
    """End a dialogue in the turn in which the user hangs up: the last of a long call, else an earlier one."""
    count = len(turns) if odd.long_call else draws.between(1, max(1, len(turns) - 1))
    kept = turns[:count]
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


def _cut(text: str, draws: Draws, space: str) -> str | None:
    """Cut a text in mid-sentence; None when it is too short for that."""
    parts = text.split(" ") if space else [text[place : place + 2] for place in range(0, len(text), 2)]
    if len(parts) < SHORTEST:
        return None
    beginning = (space or "").join(parts[: draws.between(2, max(2, len(parts) * 3 // 4))])
    return beginning.rstrip(MARKS) or None


def _add_emoji(turns: list[Turn], draws: Draws, texts: Texts) -> None:
    """Add an emoji to the last words without a digit: codes stay as they must be typed."""
    wordy = [turn for turn in turns if not any(map(str.isdigit, turn.user))]
    chosen = (wordy or turns)[-1]
    chosen.user = f"{chosen.user} {draws.pick(texts.awkward['emoji'])}"
