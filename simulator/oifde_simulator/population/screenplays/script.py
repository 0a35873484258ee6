"""Parses talks, the pieces of dialogue in screenplay files. Knows their notation, not their contents."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import lcm
from typing import Any, NamedTuple

from oifde_simulator.population.screenplays.values import PLACEHOLDER, Template, unknown_placeholder

# Guess: [question-type] 1 single choice, 2 yes or no (as in the example), 3 open; one survey would settle it.
QUESTION_TYPES = {"choice": "1", "yes-no": "2", "open": "3"}
CHATBOT, SILENT_AGENT = 0, 1  # Session Record Query Interface, Table 3, responseSource
COMMON, MONITORING, INSERTION = 0, 1, 2  # Session Record Query Interface, Table 3, involveMode
SPEAKERS = {
    "bot": (CHATBOT, COMMON),
    "bot monitored": (CHATBOT, MONITORING),
    "agent": (SILENT_AGENT, INSERTION),
}

_LINE = re.compile(r"(user|qa|bot monitored|bot|agent)(?: \[(.+?)\])?:(.*)")


class Answer(NamedTuple):
    """A survey's question and the answer that the user's words mean; `title` may hold placeholders."""

    title: str
    type: str
    intent: str


class Words(NamedTuple):
    """One request or answer of the user, in several phrasings."""

    phrasings: tuple[str, ...]
    intention: str
    answers: Answer | None


class Step(NamedTuple):
    """One turn: possible words of the user, possible replies, and the source of the reply."""

    words: tuple[Words, ...]
    replies: tuple[str, ...]
    source: int
    mode: int


# Plain tuples: they are unpacked at every turn, in a third of the time that named ones take.
Variant = tuple[str | Template, str, Answer | None, str | Template]
"""One of the forms that a turn may take: a phrasing of the user's, its intention and answer, and a reply."""
PlannedStep = tuple[Sequence[Variant], int, int, int]
"""One turn, ready to be drawn: its variants, which are equally likely, their number, source and mode."""


@dataclass(frozen=True)
class Talk:
    """A piece of dialogue with its placeholders."""

    name: str
    types: tuple[str, ...]
    topic: str
    ends: bool
    alone: bool
    weight: float
    series: str
    steps: tuple[Step, ...]

    @cached_property
    def plan(self) -> tuple[PlannedStep, ...]:
        """The steps as they are drawn; made at the first use, for a session uses few of all talks."""
        return tuple(_planned(step) for step in self.steps)


def _planned(step: Step) -> PlannedStep:
    variants = _variants(step)
    return variants, len(variants), step.source, step.mode


def _variants(step: Step) -> tuple[Variant, ...]:
    """List phrasings and replies of a step: all words are equally likely, and so are a word's phrasings."""
    common = lcm(*(len(words.phrasings) for words in step.words))
    return tuple(
        (template(said), words.intention, words.answers, template(reply))
        for words in step.words
        for said in words.phrasings * (common // len(words.phrasings))
        for reply in step.replies
    )


def template(text: str) -> str | Template:
    """Parse a text with placeholders; a text without any stays."""
    first, *others = PLACEHOLDER.split(text)
    return (first, tuple(zip(others[::2], others[1::2], strict=True))) if others else first


def read_talk(table: Mapping[str, Any], name: str, space: str) -> Talk:
    """Parse the talk in a table of a screenplay file. Raises ValueError that names line and mistake."""
    steps = _steps(_joined(table["talk"], space), name)
    return Talk(
        name=name,
        types=tuple(str(number) for number in table["types"]),
        topic=table.get("topic", name),
        ends=table.get("ends", False),
        alone=table.get("alone", False),
        weight=table.get("weight", 1),
        series=table.get("series", ""),
        steps=tuple(steps),
    )


def _joined(talk: str, space: str) -> list[str]:
    """Split a talk into lines; an indented line continues the line above."""
    lines: list[str] = []
    for line in filter(str.strip, talk.splitlines()):
        if line[0].isspace() and lines:
            lines[-1] += space + line.strip()
        else:
            lines.append(line.strip())
    return lines


def _steps(lines: Sequence[str], name: str) -> list[Step]:
    steps: list[Step] = []
    words: list[Words] = []
    for line in lines:
        speaker, label, text = _parts(line, name)
        if speaker == "user":
            words.append(Words(_phrasings(text), label, None))
        elif speaker == "qa":
            words[-1] = words[-1]._replace(answers=_answer(label, text, name))
        else:
            source, mode = SPEAKERS[speaker]
            steps.append(Step(tuple(words), _phrasings(text), source, mode))
            words = []
            _check_let_in(steps, name, line)
    if words or not all(step.words for step in steps):
        raise ValueError(f"{name}: expected user and answer in turn; found {lines[-1]!r} out of turn")
    return steps


def _parts(line: str, name: str) -> tuple[str, str, str]:
    match = _LINE.fullmatch(line)
    if match is None:
        raise ValueError(f'{name}: expected "user [intention]: ...", "bot: ..." or the like; found {line!r}')
    strange = unknown_placeholder(line)
    if strange:
        raise ValueError(f"{name}: unknown value {strange} in {line!r}")
    return match[1], match[2] or "", match[3].strip()


def _phrasings(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(" | "))


def _answer(label: str, text: str, name: str) -> Answer:
    title, _, intent = text.rpartition(" = ")
    if label not in QUESTION_TYPES or not title:
        raise ValueError(f'{name}: expected "qa [choice|yes-no|open]: question = answer"; found {text!r}')
    return Answer(title, QUESTION_TYPES[label], intent)


def _check_let_in(steps: Sequence[Step], name: str, line: str) -> None:
    """Raise ValueError when an agent answers who neither listened to nor answered the turn before."""
    if steps[-1].source == SILENT_AGENT and (len(steps) == 1 or steps[-2].mode == COMMON):
        raise ValueError(f'{name}: expected "bot monitored:" before an agent answers; found {line!r}')
