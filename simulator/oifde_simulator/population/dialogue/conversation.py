"""Turns talks into drafts of turns: fills in values, joins talks and asks questions again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from oifde_simulator.population.dialogue.turns import Turn
from oifde_simulator.population.draws import BITS, SCALE, Draws
from oifde_simulator.population.screenplays.script import COMMON, Answer, Talk
from oifde_simulator.population.screenplays.texts import KEYS, OUTBOUND, VOICE, Texts
from oifde_simulator.population.screenplays.values import Values

Item = TypeVar("Item")

FILLED = 0.12
"""Share of spoken calls whose first request begins with a filler such as "um"."""
ASKED_AGAIN = 0.1
"""Share of questions in calls to which the user first gives no useful answer."""
SENTENCE_ENDS = (". ", "! ", "? ", "。", "！", "？")
RAMBLED = 2000
"""Least number of characters of a long utterance."""


class DialogueContext:
    """Everything that composing one session needs."""

    __slots__ = ("draws", "kind", "texts", "values")

    def __init__(self, draws: Draws, values: Values, texts: Texts, kind: str) -> None:
        """Take draws, values and texts of a session; `kind` is the dialogType."""
        self.draws = draws
        self.values = values
        self.texts = texts
        self.kind = kind


def render(context: DialogueContext, talk: Talk) -> list[Turn]:
    """Render a talk as turns without times, its placeholders filled in."""
    numbers, fill = context.draws.numbers, context.values.fill
    found = []
    for variants, count, source, mode in talk.plan:
        user, intention, answers, reply = variants[next(numbers) * count >> BITS if count > 1 else 0]
        turn = Turn(
            user if isinstance(user, str) else fill(user),
            intention,
            reply if isinstance(reply, str) else fill(reply),
            source,
            mode,
        )
        if answers is not None:
            turn.series, turn.answers = talk.series, _filled(answers, context.values)
        found.append(turn)
    return found


def join_talks(context: DialogueContext, talks: Sequence[Talk], *, smooth: bool) -> list[Turn]:
    """Join talks one after another; in a `smooth` conversation no question is asked again."""
    found: list[Turn] = []
    private = None if smooth else _private_talk(context, talks)
    space, more = context.texts.formats.space, context.texts.more[context.kind]
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
            last = said[-1]
            last.reply += space + context.draws.pick(more)
            last.last = True
        found += said
    return found


def draw_closing(context: DialogueContext) -> list[Turn]:
    """Draw a closing, in which the user says that there is nothing more."""
    return render(context, context.texts.closings[context.kind].draw(context.draws))


def insert_repeats(context: DialogueContext, found: list[Turn], count: int) -> None:
    """Insert up to `count` turns in which the user asks to hear the end of an answer again."""
    ends = [turn for turn in found if turn.last]
    # A date or an amount is worth repeating; "you're welcome" is not.
    worth = [turn for turn in ends if context.kind == KEYS or any(map(str.isdigit, turn.reply))]
    for turn in range(count if worth else 0):
        earlier = worth[-1 - turn % len(worth)]
        again = render(context, context.draws.pick(context.texts.repeats[context.kind]))[0]
        again.reply = _with_lead(
            again.reply, earlier.reply.removeprefix(earlier.lead), context.texts.formats.space
        )
        place = next(place for place, turn in enumerate(found) if turn is earlier)
        found.insert(place + 1, again)


def build_ramble(context: DialogueContext) -> str:
    """Build a long utterance from rambling sentences, in an order that is drawn, until it is long enough."""
    awkward, space = context.texts.awkward, context.texts.formats.space
    said = ""
    while len(said) < RAMBLED:
        sentences = [
            sentence.format_map(context.values) for sentence in shuffle(context.draws, awkward["ramble"])
        ]
        if said:
            sentences[0] = _prefixed(awkward["as_said"], sentences[0])
        said = space.join([said, *sentences] if said else sentences)
    return said


def _with_lead(lead: str, reply: str, space: str) -> str:
    """Put a lead such as "Of course." before a reply, unless the reply begins with it."""
    return reply if reply.startswith(lead) else (lead + space + reply).strip()


def shuffle(draws: Draws, things: Sequence[Item]) -> list[Item]:
    """Copy `things` in an order that is drawn."""
    order = list(things)
    for place in range(len(order) - 1, 0, -1):
        other = draws.below(place + 1)
        order[place], order[other] = order[other], order[place]
    return order


def _add_filler(context: DialogueContext, first: Turn) -> None:
    fillers = context.texts.fillers.get(context.kind)
    if fillers and first.user and context.draws.chance(FILLED):
        first.user = _prefixed(context.draws.pick(fillers), first.user)


def _bridge(context: DialogueContext, first: Turn) -> list[Turn]:
    """Draw the bridge to a further request: "Yes, one more thing", or the key for the main menu."""
    again = context.texts.again.get(context.kind)
    if again is None:
        return render(context, context.draws.pick(context.texts.joining[context.kind]))
    first.user = context.draws.pick(again) + first.user
    return []


def _private_talk(context: DialogueContext, talks: Sequence[Talk]) -> Talk | None:
    """Draw the talk before which the user has to prove an identity; None for no talk."""
    rules = context.texts.verification
    private = None
    if context.draws.chance(rules["share"]):
        for talk in talks:
            if talk.name in rules["never_with"]:
                return None
            if private is None and talk.name in rules["intents"]:
                private = talk
    return private


def _with_verification(context: DialogueContext, said: list[Turn], *, further: bool) -> list[Turn]:
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


def _with_reprompts(context: DialogueContext, said: list[Turn]) -> list[Turn]:
    reprompts = context.texts.reprompts.get(context.kind)
    if reprompts is None:
        return said
    numbers, place = context.draws.numbers, len(said) - 1
    while place > 0:
        place -= 1
        if next(numbers) < ASKED_AGAIN * SCALE and (question := _question(context, said[place])):
            again = render(context, context.draws.pick(reprompts))[0]
            again.reply += context.texts.formats.space + question
            said.insert(place + 1, again)
    return said


def _question(context: DialogueContext, turn: Turn) -> str:
    """Find what is asked in a turn that no agent hears; empty where nothing is."""
    if turn.mode != COMMON:
        return ""
    return turn.reply if context.kind == KEYS else _question_in(turn.reply)


def _question_in(reply: str) -> str:
    """Find the last question of a reply, with the text after it; empty when the reply asks nothing."""
    mark = max(reply.rfind("?"), reply.rfind("？"))
    starts = (reply.rfind(end, 0, max(mark, 0)) + len(end) for end in SENTENCE_ENDS if end in reply[:mark])
    return reply[max(starts, default=0) :] if mark >= 0 else ""


def _filled(answers: Answer, values: Values) -> Answer:
    title = answers.title.format_map(values)
    return answers._replace(title=title[:1].upper() + title[1:])


def _prefixed(prefix: str, text: str) -> str:
    """Put a prefix before a text, whose first letter becomes small unless it is the word I."""
    small = text[1:2].islower() or text.startswith("A ")
    return prefix + (text[0].lower() + text[1:] if small else text)
