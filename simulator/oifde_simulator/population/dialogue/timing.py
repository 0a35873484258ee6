"""Gives turns their times: words take time by their length, and thinking is now and then very long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf
from typing import NamedTuple

from oifde_simulator.population.dialogue.turns import Question, Turn
from oifde_simulator.population.draws import SCALE, Draws
from oifde_simulator.population.screenplays.script import SILENT_AGENT, Answer
from oifde_simulator.population.screenplays.texts import CHAT, DIALOG_TYPES, KEYS, Texts

# Rates of everyday speech and typing, a second; text to speech is a little slower than people.
WORDS_SPOKEN = 2.2
CHARACTERS_SPOKEN = 3.5
WORDS_TYPED = 0.6
CHARACTERS_TYPED = 1.4
WORDS_READ = 4.5
CHARACTERS_READ = 9.0
PASTED = 120.0
"""Most seconds that typing a message takes."""
A_KEY, MOST_KEYS = 0.6, 24
SILENCE = 8.0
"""Seconds after which a user on the phone counts as silent; thinking on the phone takes less."""
MOMENT = 2.0
MANY = 20
"""Number of turns above which the user is in a hurry."""
AWAY = 90.0
"""Most seconds between two messages of a chat's user."""
UNIT = 1.0 / SCALE
"""What a number of 16 bits is multiplied by to be from 0 up to, but not, 1."""

THINKING, ON_THE_PHONE = {CHAT: (2.5, AWAY)}, (1.2, SILENCE - 0.5)
"""How slow thinking is, and the most seconds of it."""
LOOKED_UP, LOOKED_UP_IN_CALLS = {CHAT: 1.5}, 6.0
"""Most seconds in which the bot looks something up."""


def assign_times(
    turns: Sequence[Turn], draws: Draws, texts: Texts, kind: str
) -> tuple[Sequence[Question], int]:
    """Give turns their times; return the questions in them, and the length of the session in seconds."""
    spaced = texts.formats.space != ""
    user_rate, reply_rate, longest, most_keys = (RATES if spaced else CHARACTER_RATES)[kind]
    numbers, slow, most = draws.numbers, *THINKING.get(kind, ON_THE_PHONE)
    pace = _pace(draws, hurried=len(turns) > MANY)
    looked_up = UNIT * LOOKED_UP.get(kind, LOOKED_UP_IN_CALLS)
    # The user thought of the first words during the greeting.
    now, thinking, earliest = float(draws.between(3, 8)), 0.0, 1.0
    for turn in turns:
        user, reply = turn.user, turn.reply
        if not user:
            now += SILENCE
        elif len(user) <= most_keys:
            now += thinking + A_KEY * len(user)
        else:
            took = (user.count(" ") + 1 if spaced else len(user)) / user_rate
            now += thinking + (took if took < longest else longest)
        if now < earliest:
            now = earliest
        turn.asked = int(now)
        drawn = next(numbers)
        # The bot looks things up.
        now += _agent_takes(drawn * UNIT) if turn.source == SILENT_AGENT else drawn * looked_up
        turn.answered = answered = int(now)
        earliest = answered + 1.0
        heard = (reply.count(" ") + 1 if spaced else len(reply)) / reply_rate if reply else 0.0
        now += heard
        unit = next(numbers) * UNIT
        # Mostly few seconds, with a long tail. Divisions are equal on every machine.
        thinking = slow * (MOMENT + 4.0 * unit / (1.03 - unit) * pace)
        if thinking > most:
            thinking = most
    questions = [_question(turn, turn.answers) for turn in turns if turn.answers is not None]
    return questions, int(answered + heard + draws.between(2, 5))


def _question(turn: Turn, answers: Answer) -> Question:
    return Question(turn.series, answers.title, answers.type, answers.intent, turn.user, turn.asked)


def _pace(draws: Draws, *, hurried: bool) -> float:
    """Draw how slowly a user thinks: most are alike, one in twelve looks for glasses, card and paper."""
    unit = draws.unit()
    if hurried:
        return 0.4 + 0.4 * unit
    return 0.7 + unit if unit < 11 / 12 else 2.0 + 36.0 * (unit - 11 / 12)


def _agent_takes(unit: float) -> float:
    """Compute the seconds until an agent answers, who first reads the case, and sometimes asks colleagues."""
    return 6.0 + 14.0 * unit / (1.08 - unit)


class Rates(NamedTuple):
    """How fast words are said or typed, and heard or read, in words or characters a second."""

    user: float
    reply: float
    longest: float = inf
    """Most seconds that the user takes for one turn."""
    most_keys: int = 0
    """Most characters that are pressed as keys; longer texts are spoken."""


def _rates(spoken: float, typed: float, read: float) -> Mapping[str, Rates]:
    speech = Rates(spoken, spoken)
    return dict.fromkeys(DIALOG_TYPES, speech) | {
        CHAT: Rates(typed, read, PASTED),
        KEYS: Rates(spoken, spoken, most_keys=MOST_KEYS),
    }


RATES = _rates(WORDS_SPOKEN, WORDS_TYPED, WORDS_READ)
"""Rates in words by dialog type, where words are parted by spaces."""
CHARACTER_RATES = _rates(CHARACTERS_SPOKEN, CHARACTERS_TYPED, CHARACTERS_READ)
"""Rates in characters by dialog type."""
