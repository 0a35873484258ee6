"""Composes one session's dialogue: which talks are had, how often more than one, and what goes wrong.

Everything that looks like chance is a draw; equal draws give equal dialogues.
"""

from __future__ import annotations

from datetime import date

from oifde_simulator.population.dialogue.conversation import (
    Scene,
    closing,
    conversation,
    ramble,
    rendered,
    repeat,
    shuffled,
)
from oifde_simulator.population.dialogue.spoiling import spoiled
from oifde_simulator.population.dialogue.timing import timed
from oifde_simulator.population.dialogue.turns import Dialogue, Exchange
from oifde_simulator.population.oddities import Happens, Oddities
from oifde_simulator.population.screenplays.facts import Facts
from oifde_simulator.population.screenplays.script import Talk
from oifde_simulator.population.screenplays.texts import CHAT, DIALOG_TYPES, KEYS, OUTBOUND, VOICE, Texts
from oifde_simulator.population.screenplays.values import Values
from oifde_simulator.population.vocabulary import Vocabulary
from oifde_simulator.randomness import Draws

LONG_CALL = 40
"""Turns of a long call."""
CLOSES = {VOICE: 0.8, OUTBOUND: 1.0, CHAT: 0.65, KEYS: 0.4}
"""The share of sessions in which the user says that this was all, rather than just going away."""
FURTHER = {VOICE: 0.65, OUTBOUND: 0.3, CHAT: 0.4, KEYS: 0.65}
"""The share of requests that are followed by another one; after two it is half of it, and so on."""
REPEATED = {VOICE: 0.06, OUTBOUND: 0.04, CHAT: 0.03, KEYS: 0.15}
"""The share of sessions in which the user wants to have something once more."""
SOMEBODY = b"somebody"


def compose(
    draws: Draws,
    vocabulary: Vocabulary,
    texts: Texts,
    dialog_type: str,
    oddities: Oddities,
    *,
    day: date,
    caller: bytes = SOMEBODY,
    number: str = "",
) -> Dialogue:
    """The dialogue of one session of `dialog_type` ("1" to "4") that begins on `day`.

    `caller` keys what belongs to the user (name, address, plan, bill); `number` is the user's number.
    """
    if dialog_type not in DIALOG_TYPES:
        raise ValueError(f'dialogType: expected one of {", ".join(DIALOG_TYPES)}; found "{dialog_type}"')
    happens = oddities.drawn(draws)
    facts = Facts(draws, vocabulary, texts.formats, day=day, caller=caller, number=number)
    scene = Scene(draws, Values(facts), texts, dialog_type)
    first = texts.first[dialog_type].draw(draws)
    if happens.empty_details:
        return Dialogue(dialog_type, first.name, (), (), {}, draws.between(2, 9))
    openings = _openings(scene, happens)
    while openings and first.alone:
        first = texts.first[dialog_type].draw(draws)
    first, rest = _long(scene, first, openings) if happens.long_call else (first, _ordinary(scene, first))
    exchanges = spoiled(openings + rest, happens, draws, texts, dialog_type)
    turns, questions, seconds = timed(exchanges, draws, texts, dialog_type)
    return Dialogue(dialog_type, first.name, turns, questions, dict(scene.values), seconds)


def _openings(scene: Scene, happens: Happens) -> list[Exchange]:
    """What comes before the request when something awkward happens."""
    if happens.quotes:
        scene.values["name"] = scene.draws.pick(scene.texts.awkward["names"])
    if happens.long_utterance:
        scene.values["ramble"] = ramble(scene)
    kinds = [kind for kind in ("rtl", "long_utterance", "quotes") if getattr(happens, kind)]
    talks = [scene.draws.pick(scene.texts.openings[kind, scene.kind]) for kind in kinds]
    return [exchange for talk in talks for exchange in rendered(scene, talk)]


def _ordinary(scene: Scene, first: Talk) -> list[Exchange]:
    talks = [first]
    while not talks[-1].ends and scene.draws.chance(FURTHER[scene.kind] / len(talks)):
        talk = scene.draws.pick(scene.texts.further[scene.kind])
        if talk.topic in {had.topic for had in talks}:
            break
        talks.append(talk)
    found = conversation(scene, talks, smooth=False)
    if talks[-1].ends:
        return found
    if scene.draws.chance(REPEATED[scene.kind]):
        repeat(scene, found, 1)
    return found + closing(scene) if scene.draws.chance(CLOSES[scene.kind]) else found


def _long(scene: Scene, first: Talk, openings: list[Exchange]) -> tuple[Talk, list[Exchange]]:
    while first.ends:
        first = scene.texts.first[scene.kind].draw(scene.draws)
    end = closing(scene)
    room = LONG_CALL - len(openings) - len(end)
    found = conversation(scene, _many(scene, first, room), smooth=True)
    repeat(scene, found, room - len(found))
    return first, found + end


def _many(scene: Scene, first: Talk, room: int) -> list[Talk]:
    """Requests of different topics, that together have at most `room` turns."""
    talks, topics, room = [first], {first.topic}, room - len(first.steps)
    joining = 0 if scene.kind in scene.texts.again else 1
    # The shortest come last: they would leave more turns to fill than there are requests.
    order = shuffled(scene.draws, scene.texts.further[scene.kind])
    for talk in sorted(order, key=lambda talk: len(talk.steps) == 1):
        length = len(talk.steps) + joining
        if not talk.ends and talk.topic not in topics and length <= room:
            talks.append(talk)
            topics.add(talk.topic)
            room -= length
    return talks
