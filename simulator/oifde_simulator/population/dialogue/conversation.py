"""What is said in the talks that are had: values filled in, talks joined, questions asked again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeVar

from oifde_simulator.population.dialogue.turns import Exchange
from oifde_simulator.population.screenplays.script import COMMON, Step, Talk
from oifde_simulator.population.screenplays.texts import KEYS, OUTBOUND, VOICE, Texts
from oifde_simulator.population.screenplays.values import Values
from oifde_simulator.randomness import Draws

Item = TypeVar("Item")

FILLED = 0.12
"""The share of spoken calls whose first request begins with an "um"."""
ASKED_AGAIN = 0.1
"""The share of questions, where nobody types, after which nothing useful is said at first."""
SENTENCE_ENDS = (". ", "! ", "? ", "。", "！", "？")
RAMBLED = 2000
"""Characters that a long utterance has at least."""


class Scene(NamedTuple):
    """What composing one session needs at hand; `kind` is the dialogType."""

    draws: Draws
    values: Values
    texts: Texts
    kind: str


def rendered(scene: Scene, talk: Talk) -> list[Exchange]:
    """What is said in a talk, its placeholders filled."""
    draws, values = scene.draws, scene.values
    return [_exchange(draws, values, step, talk.series) for step in talk.steps]


def conversation(scene: Scene, talks: Sequence[Talk], *, smooth: bool) -> list[Exchange]:
    """The talks one after another; in a smooth one no question has to be asked again."""
    found: list[Exchange] = []
    private = None if smooth else _private(scene, talks)
    for talk in talks:
        said = rendered(scene, talk)
        if found:
            found += _joined(scene, said[0])
        else:
            _begin(scene, said[0])
        if not (smooth or talk.alone):
            said = _asked_again(scene, said)
        if talk is private:
            said = _verifying(scene, said, further=bool(found))
        if not talk.ends:
            said[-1].reply += scene.texts.formats.space + scene.draws.pick(scene.texts.more[scene.kind])
            said[-1].last = True
        found += said
    return found


def closing(scene: Scene) -> list[Exchange]:
    """The user says that this was all."""
    return rendered(scene, scene.texts.closings[scene.kind].draw(scene.draws))


def repeat(scene: Scene, found: list[Exchange], count: int) -> None:
    """Puts in up to `count` turns in which the user wants the end of a request's answer once more."""
    ends = [exchange for exchange in found if exchange.last]
    # A date or an amount is worth repeating; "you're welcome" is not.
    worth = [exchange for exchange in ends if scene.kind == KEYS or any(map(str.isdigit, exchange.reply))]
    for turn in range(count if worth else 0):
        told = worth[-1 - turn % len(worth)]
        again = rendered(scene, scene.draws.pick(scene.texts.repeats[scene.kind]))[0]
        again.reply = _led(again.reply, told.reply.removeprefix(told.lead), scene.texts.formats.space)
        place = next(place for place, exchange in enumerate(found) if exchange is told)
        found.insert(place + 1, again)


def ramble(scene: Scene) -> str:
    """All that a rambling user says, in some order, and again as often as it takes."""
    awkward, space = scene.texts.awkward, scene.texts.formats.space
    said = ""
    while len(said) < RAMBLED:
        sentences = [_fill(sentence, scene.values) for sentence in shuffled(scene.draws, awkward["ramble"])]
        if said:
            sentences[0] = _prefixed(awkward["as_said"], sentences[0])
        said = space.join([said, *sentences] if said else sentences)
    return said


def _led(lead: str, reply: str, space: str) -> str:
    """The reply behind "Of course.", unless it begins so itself."""
    return reply if reply.startswith(lead) else (lead + space + reply).strip()


def shuffled(draws: Draws, things: Sequence[Item]) -> list[Item]:
    """The things in an order that is drawn."""
    order = list(things)
    for place in range(len(order) - 1, 0, -1):
        other = draws.below(place + 1)
        order[place], order[other] = order[other], order[place]
    return order


def _begin(scene: Scene, first: Exchange) -> None:
    fillers = scene.texts.fillers.get(scene.kind)
    if fillers and first.user and scene.draws.chance(FILLED):
        first.user = _prefixed(scene.draws.pick(fillers), first.user)


def _joined(scene: Scene, first: Exchange) -> list[Exchange]:
    """What comes before a further request: "Yes, one more thing", or the key for the main menu."""
    again = scene.texts.again.get(scene.kind)
    if again is None:
        return rendered(scene, scene.draws.pick(scene.texts.joining[scene.kind]))
    first.user = scene.draws.pick(again) + first.user
    return []


def _private(scene: Scene, talks: Sequence[Talk]) -> Talk | None:
    """The talk before which the user proves who it is, if any."""
    rules = scene.texts.verification
    if not scene.draws.chance(rules["share"]) or any(talk.name in rules["never_with"] for talk in talks):
        return None
    return next((talk for talk in talks if talk.name in rules["intents"]), None)


def _verifying(scene: Scene, said: list[Exchange], *, further: bool) -> list[Exchange]:
    """The first turn parted: its words are answered by a check, and its reply follows the check."""
    # Only at first an outbound call is about what we called for.
    kind = VOICE if further and scene.kind == OUTBOUND else scene.kind
    check = rendered(scene, scene.draws.pick(scene.texts.verifying[kind]))
    first = said[0]
    check[0].user, check[0].intention = first.user, first.intention
    check[-1].lead = check[-1].reply + scene.texts.formats.space
    check[-1].reply = check[-1].lead + first.reply
    check[-1].last, check[-1].mode = first.last, first.mode
    return check + said[1:]


def _asked_again(scene: Scene, said: list[Exchange]) -> list[Exchange]:
    reprompts = scene.texts.reprompts.get(scene.kind)
    if reprompts is None:
        return said
    found: list[Exchange] = []
    for exchange in said[:-1]:
        found.append(exchange)
        question = exchange.reply if scene.kind == KEYS else _question_in(exchange.reply)
        if question and exchange.mode == COMMON and scene.draws.chance(ASKED_AGAIN):
            again = rendered(scene, scene.draws.pick(reprompts))[0]
            again.reply += scene.texts.formats.space + question
            found.append(again)
    return [*found, said[-1]]


def _question_in(reply: str) -> str:
    """The last question of a reply and what follows it; nothing when it asks nothing."""
    mark = max(reply.rfind("?"), reply.rfind("？"))
    starts = (reply.rfind(end, 0, max(mark, 0)) + len(end) for end in SENTENCE_ENDS if end in reply[:mark])
    return reply[max(starts, default=0) :] if mark >= 0 else ""


def _exchange(draws: Draws, values: Values, step: Step, series: str) -> Exchange:
    words = _one(draws, step.words)
    user = _fill(_one(draws, words.phrasings), values)
    answers = words.answers
    if answers is not None:
        title = _fill(answers.title, values)
        answers = answers._replace(title=title[:1].upper() + title[1:])
    reply = _fill(_one(draws, step.replies), values)
    return Exchange(user, words.intention, reply, step.source, step.mode, series, answers)


def _one(draws: Draws, choices: Sequence[Item]) -> Item:
    return draws.pick(choices) if len(choices) > 1 else choices[0]


def _fill(text: str, values: Mapping[str, str]) -> str:
    return text.format_map(values) if "{" in text else text


def _prefixed(prefix: str, text: str) -> str:
    """ "Um, " before "How much": with a small letter, unless it is the word I."""
    small = text[1:2].islower() or text.startswith("A ")
    return prefix + (text[0].lower() + text[1:] if small else text)
