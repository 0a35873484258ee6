"""Gives turns their times: words take time by their length, and thinking is now and then very long."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from oifde_simulator.population.dialogue.turns import DraftTurn, Question, Turn
from oifde_simulator.population.screenplays.script import SILENT_AGENT
from oifde_simulator.population.screenplays.texts import CHAT, KEYS, Texts
from oifde_simulator.randomness import KeyedRandom

Seconds = Callable[[str], float]

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


def assign_times(
    exchanges: Sequence[DraftTurn], draws: KeyedRandom, texts: Texts, kind: str
) -> tuple[tuple[Turn, ...], tuple[Question, ...], int]:
    """Give turns and questions their times; return them with the length of the session in seconds."""
    user_takes, reply_takes = _rates(texts, kind)
    pace = _pace(draws, hurried=len(exchanges) > MANY)
    now = float(draws.between(3, 8))
    turns: list[Turn] = []
    questions: list[Question] = []
    earliest = 1
    for exchange in exchanges:
        if exchange.user:
            # The user thought of the first words during the greeting.
            now += (_thinking(draws, pace, kind) if turns else 0.0) + user_takes(exchange.user)
        else:
            now += SILENCE
        now = max(now, earliest)
        asked = int(now)
        now += _answering(exchange, draws, kind)
        turns.append(_turn(exchange, asked, int(now)))
        if exchange.answers is not None:
            questions.append(_question(exchange, asked))
        earliest = int(now) + 1
        now += reply_takes(exchange.reply)
    ended = turns[-1].answered + reply_takes(exchanges[-1].reply) + draws.between(2, 5)
    return tuple(turns), tuple(questions), int(ended)


def _turn(exchange: DraftTurn, asked: int, answered: int) -> Turn:
    return Turn(
        exchange.user, exchange.intention, exchange.reply, exchange.source, exchange.mode, asked, answered
    )


def _question(exchange: DraftTurn, at: int) -> Question:
    answers = exchange.answers
    assert answers is not None
    return Question(exchange.series, answers.title, answers.type, answers.intent, exchange.user, at)


def _rates(texts: Texts, kind: str) -> tuple[Seconds, Seconds]:
    """Choose functions from a text to the seconds of saying or typing it, and of hearing or reading it."""
    spaced = bool(texts.formats.space)
    speech = _rate(WORDS_SPOKEN, CHARACTERS_SPOKEN, spaced=spaced)
    if kind == CHAT:
        typed = _rate(WORDS_TYPED, CHARACTERS_TYPED, spaced=spaced)
        return lambda text: min(typed(text), PASTED), _rate(WORDS_READ, CHARACTERS_READ, spaced=spaced)
    if kind == KEYS:
        return lambda text: A_KEY * len(text) if len(text) <= MOST_KEYS else speech(text), speech
    return speech, speech


def _rate(words: float, characters: float, *, spaced: bool) -> Seconds:
    if spaced:
        return lambda text: (text.count(" ") + 1) / words if text else 0.0
    return lambda text: len(text) / characters


def _pace(draws: KeyedRandom, *, hurried: bool) -> float:
    """Draw how slowly a user thinks: most are alike, one in twelve looks for glasses, card and paper."""
    unit = draws.unit()
    if hurried:
        return 0.4 + 0.4 * unit
    return 0.7 + unit if unit < 11 / 12 else 2.0 + 36.0 * (unit - 11 / 12)


def _thinking(draws: KeyedRandom, pace: float, kind: str) -> float:
    """Draw seconds of thinking: mostly few, with a long tail. Divisions are equal on every machine."""
    unit = draws.unit()
    seconds = MOMENT + 4.0 * unit / (1.03 - unit) * pace
    return min(2.5 * seconds, AWAY) if kind == CHAT else min(1.2 * seconds, SILENCE - 0.5)


def _answering(exchange: DraftTurn, draws: KeyedRandom, kind: str) -> float:
    unit = draws.unit()
    if exchange.source == SILENT_AGENT:
        # An agent first reads the case, and sometimes asks colleagues.
        return 6.0 + 14.0 * unit / (1.08 - unit)
    # The bot looks things up.
    return unit * (1.5 if kind == CHAT else 6.0)
