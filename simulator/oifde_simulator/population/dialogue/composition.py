"""Composes the dialogue of one session: chooses its talks, joins them, and applies oddities and times.

Rule: every choice is a draw; equal draws give equal dialogues.
"""

from __future__ import annotations

from datetime import date

from oifde_simulator.population.dialogue.conversation import (
    DialogueContext,
    build_ramble,
    draw_closing,
    insert_repeats,
    join_talks,
    render,
    shuffle,
)
from oifde_simulator.population.dialogue.oddity_effects import apply_oddities
from oifde_simulator.population.dialogue.timing import assign_times
from oifde_simulator.population.dialogue.turns import Dialogue, Turn
from oifde_simulator.population.draws import Draws
from oifde_simulator.population.oddities import DrawnOddities, OddityDraws
from oifde_simulator.population.screenplays.caller import Caller
from oifde_simulator.population.screenplays.facts import Facts
from oifde_simulator.population.screenplays.script import Talk
from oifde_simulator.population.screenplays.texts import CHAT, DIALOG_TYPES, KEYS, OUTBOUND, VOICE, Texts
from oifde_simulator.population.screenplays.values import Values

LONG_CALL = 40
"""Number of turns of a long call."""
CLOSES = {VOICE: 0.8, OUTBOUND: 1.0, CHAT: 0.65, KEYS: 0.4}
"""Share of sessions that the user closes with words, by dialog type; in the others the user just goes."""
FURTHER = {VOICE: 0.65, OUTBOUND: 0.3, CHAT: 0.4, KEYS: 0.65}
"""Share of first requests that another follows, by dialog type; later, divided by the requests so far."""
REPEATED = {VOICE: 0.06, OUTBOUND: 0.04, CHAT: 0.03, KEYS: 0.15}
"""Share of sessions in which the user asks to hear an answer again, by dialog type."""


def compose(
    draws: Draws, caller: Caller, texts: Texts, dialog_type: str, oddities: OddityDraws, *, day: date
) -> Dialogue:
    """Compose the dialogue of one session of `dialog_type` ("1" to "4") that begins on `day`.

    `caller` has the user's own values (name, address, plan, bill).
    Raises ValueError for an unknown dialog type.
    """
    if dialog_type not in DIALOG_TYPES:
        raise ValueError(f'dialogType: expected one of {", ".join(DIALOG_TYPES)}; found "{dialog_type}"')
    odd = oddities.draw(draws)
    context = DialogueContext(draws, Values(Facts(draws, caller, day)), texts, dialog_type)
    first = texts.first[dialog_type].draw(draws)
    if odd.empty_details:
        return Dialogue(dialog_type, first.name, (), (), {}, draws.between(2, 9))
    openings = _openings(context, odd)
    while openings and first.alone:
        first = texts.first[dialog_type].draw(draws)
    first, rest = _long(context, first, openings) if odd.long_call else (first, _ordinary(context, first))
    turns = apply_oddities(openings + rest, odd, draws, texts, dialog_type)
    questions, seconds = assign_times(turns, draws, texts, dialog_type)
    return Dialogue(dialog_type, first.name, turns, questions, context.values, seconds)


def _openings(context: DialogueContext, odd: DrawnOddities) -> list[Turn]:
    """Render the talks with which an odd session opens, before the first request."""
    if not (odd.quotes or odd.long_utterance or odd.rtl):
        return []
    if odd.quotes:
        context.values["name"] = context.draws.pick(context.texts.awkward["names"])
    if odd.long_utterance:
        context.values["ramble"] = build_ramble(context)
    kinds = [kind for kind in ("rtl", "long_utterance", "quotes") if getattr(odd, kind)]
    talks = [context.draws.pick(context.texts.openings[kind, context.kind]) for kind in kinds]
    return [turn for talk in talks for turn in render(context, talk)]


def _ordinary(context: DialogueContext, first: Talk) -> list[Turn]:
    talks = [first]
    while not talks[-1].ends and context.draws.chance(FURTHER[context.kind] / len(talks)):
        talk = context.draws.pick(context.texts.further[context.kind])
        if talk.topic in {had.topic for had in talks}:
            break
        talks.append(talk)
    found = join_talks(context, talks, smooth=False)
    if talks[-1].ends:
        return found
    if context.draws.chance(REPEATED[context.kind]):
        insert_repeats(context, found, 1)
    return found + draw_closing(context) if context.draws.chance(CLOSES[context.kind]) else found


def _long(context: DialogueContext, first: Talk, openings: list[Turn]) -> tuple[Talk, list[Turn]]:
    while first.ends:
        first = context.texts.first[context.kind].draw(context.draws)
    end = draw_closing(context)
    room = LONG_CALL - len(openings) - len(end)
    found = join_talks(context, _many(context, first, room), smooth=True)
    insert_repeats(context, found, room - len(found))
    return first, found + end


def _many(context: DialogueContext, first: Talk, room: int) -> list[Talk]:
    """Choose requests of different topics, which together have at most `room` turns."""
    talks, topics, room = [first], {first.topic}, room - len(first.steps)
    joining = 0 if context.kind in context.texts.again else 1
    # The shortest come last: they would leave more turns to fill than there are requests.
    order = shuffle(context.draws, context.texts.further[context.kind])
    for talk in sorted(order, key=lambda talk: len(talk.steps) == 1):
        length = len(talk.steps) + joining
        if not talk.ends and talk.topic not in topics and length <= room:
            talks.append(talk)
            topics.add(talk.topic)
            room -= length
    return talks
