"""Turns talks into drafts of turns: fills in values, joins talks and asks questions again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeVar

from oifde_simulator.population.dialogue.turns import DraftTurn
from oifde_simulator.population.screenplays.script import COMMON, Step, Talk
from oifde_simulator.population.screenplays.texts import KEYS, OUTBOUND, VOICE, Texts
from oifde_simulator.population.screenplays.values import Values
from oifde_simulator.randomness import KeyedRandom

Item = TypeVar("Item")

FILLED = 0.12
"""Share of spoken calls whose first request begins with a filler such as "um"."""
ASKED_AGAIN = 0.1
"""Share of questions in calls to which the user first gives no useful answer."""
SENTENCE_ENDS = (". ", "! ", "? ", "。", "！", "？")
RAMBLED = 2000
"""Least number of characters of a long utterance."""


class DialogueContext(NamedTuple):
    """Everything that composing one session needs; `kind` is the dialogType."""

    draws: KeyedRandom
    values: Values
    texts: Texts
    kind: str


def render(context: DialogueContext, talk: Talk) -> list[DraftTurn]:
    """Render a talk as drafts of turns, its placeholders filled in."""
    draws, values = context.draws, context.values
    return [_draft(draws, values, step, talk.series) for step in talk.steps]


def join_talks(context: DialogueContext, talks: Sequence[Talk], *, smooth: bool) -> list[DraftTurn]:
    """Join talks one after another; in a `smooth` conversation no question is asked again."""
    found: list[DraftTurn] = []
    private = None if smooth else _private_talk(context, talks)
    for talk in talks:
        said = render(context, talk)
        if found:
            found += _bridge(context, said[0])
        else:
            _add_filler(context, said[0])
        if not (smooth or talk.alone):
            said = _with_reprompts(context, said)
        if talk is private:
            said = _with_verification(context, said, further=bool(found))
        if not talk.ends:
            said[-1].reply += context.texts.formats.space + context.draws.pick(
                context.texts.more[context.kind]
            )
            said[-1].last = True
        found += said
    return found


def draw_closing(context: DialogueContext) -> list[DraftTurn]:
    """Draw a closing, in which the user says that there is nothing more."""
    return render(context, context.texts.closings[context.kind].draw(context.draws))


def insert_repeats(context: DialogueContext, found: list[DraftTurn], count: int) -> None:
    """Insert up to `count` turns in which the user asks to hear the end of an answer again."""
    ends = [exchange for exchange in found if exchange.last]
    # A date or an amount is worth repeating; "you're welcome" is not.
    worth = [exchange for exchange in ends if context.kind == KEYS or any(map(str.isdigit, exchange.reply))]
    for turn in range(count if worth else 0):
        earlier = worth[-1 - turn % len(worth)]
        again = render(context, context.draws.pick(context.texts.repeats[context.kind]))[0]
        again.reply = _with_lead(
            again.reply, earlier.reply.removeprefix(earlier.lead), context.texts.formats.space
        )
        place = next(place for place, exchange in enumerate(found) if exchange is earlier)
        found.insert(place + 1, again)


def build_ramble(context: DialogueContext) -> str:
    """Build a long utterance from rambling sentences, in an order that is drawn, until it is long enough."""
    awkward, space = context.texts.awkward, context.texts.formats.space
    said = ""
    while len(said) < RAMBLED:
        sentences = [
            _fill(sentence, context.values) for sentence in shuffle(context.draws, awkward["ramble"])
        ]
        if said:
            sentences[0] = _prefixed(awkward["as_said"], sentences[0])
        said = space.join([said, *sentences] if said else sentences)
    return said


def _with_lead(lead: str, reply: str, space: str) -> str:
    """Put a lead such as "Of course." before a reply, unless the reply begins with it."""
    return reply if reply.startswith(lead) else (lead + space + reply).strip()


def shuffle(draws: KeyedRandom, things: Sequence[Item]) -> list[Item]:
    """Copy `things` in an order that is drawn."""
    order = list(things)
    for place in range(len(order) - 1, 0, -1):
        other = draws.below(place + 1)
        order[place], order[other] = order[other], order[place]
    return order


def _add_filler(context: DialogueContext, first: DraftTurn) -> None:
    fillers = context.texts.fillers.get(context.kind)
    if fillers and first.user and context.draws.chance(FILLED):
        first.user = _prefixed(context.draws.pick(fillers), first.user)


def _bridge(context: DialogueContext, first: DraftTurn) -> list[DraftTurn]:
    """Draw the bridge to a further request: "Yes, one more thing", or the key for the main menu."""
    again = context.texts.again.get(context.kind)
    if again is None:
        return render(context, context.draws.pick(context.texts.joining[context.kind]))
    first.user = context.draws.pick(again) + first.user
    return []


def _private_talk(context: DialogueContext, talks: Sequence[Talk]) -> Talk | None:
    """Draw the talk before which the user has to prove an identity; None for no talk."""
    rules = context.texts.verification
    if not context.draws.chance(rules["share"]) or any(talk.name in rules["never_with"] for talk in talks):
        return None
    return next((talk for talk in talks if talk.name in rules["intents"]), None)


def _with_verification(context: DialogueContext, said: list[DraftTurn], *, further: bool) -> list[DraftTurn]:
    """Put an identity check between the words of the first turn and their reply."""
    # Only the first request of an outbound call is about our reason to call.
    kind = VOICE if further and context.kind == OUTBOUND else context.kind
    check = render(context, context.draws.pick(context.texts.verifying[kind]))
    first = said[0]
    check[0].user, check[0].intention = first.user, first.intention
    check[-1].lead = check[-1].reply + context.texts.formats.space
    check[-1].reply = check[-1].lead + first.reply
    check[-1].last, check[-1].mode = first.last, first.mode
    return check + said[1:]


def _with_reprompts(context: DialogueContext, said: list[DraftTurn]) -> list[DraftTurn]:
    reprompts = context.texts.reprompts.get(context.kind)
    if reprompts is None:
        return said
    found: list[DraftTurn] = []
    for exchange in said[:-1]:
        found.append(exchange)
        question = exchange.reply if context.kind == KEYS else _question_in(exchange.reply)
        if question and exchange.mode == COMMON and context.draws.chance(ASKED_AGAIN):
            again = render(context, context.draws.pick(reprompts))[0]
            again.reply += context.texts.formats.space + question
            found.append(again)
    return [*found, said[-1]]


def _question_in(reply: str) -> str:
    """Find the last question of a reply, with the text after it; empty when the reply asks nothing."""
    mark = max(reply.rfind("?"), reply.rfind("？"))
    starts = (reply.rfind(end, 0, max(mark, 0)) + len(end) for end in SENTENCE_ENDS if end in reply[:mark])
    return reply[max(starts, default=0) :] if mark >= 0 else ""


def _draft(draws: KeyedRandom, values: Values, step: Step, series: str) -> DraftTurn:
    words = _pick(draws, step.words)
    user = _fill(_pick(draws, words.phrasings), values)
    answers = words.answers
    if answers is not None:
        title = _fill(answers.title, values)
        answers = answers._replace(title=title[:1].upper() + title[1:])
    reply = _fill(_pick(draws, step.replies), values)
    return DraftTurn(user, words.intention, reply, step.source, step.mode, series, answers)


def _pick(draws: KeyedRandom, choices: Sequence[Item]) -> Item:
    return draws.pick(choices) if len(choices) > 1 else choices[0]


def _fill(text: str, values: Mapping[str, str]) -> str:
    return text.format_map(values) if "{" in text else text


def _prefixed(prefix: str, text: str) -> str:
    """Put a prefix before a text, whose first letter becomes small unless it is the word I."""
    small = text[1:2].islower() or text.startswith("A ")
    return prefix + (text[0].lower() + text[1:] if small else text)
