"""What a dialogue is once it is composed. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from oifde_simulator.population.screenplays.script import Answer


class Turn(NamedTuple):
    """The user says something and is answered; `asked` and `answered` are seconds since the session began."""

    user_saying: str
    intention: str | None
    system_reply: str
    response_source: int
    involve_mode: int
    asked: int
    answered: int


class Question(NamedTuple):
    """A survey's question with its answer, given `at` so many seconds after the session began."""

    series: str
    title: str
    type: str
    answer_intent: str
    original_answer: str
    at: int


class Dialogue(NamedTuple):
    """All that is said in a session; `seconds` is how long it lasts, `values` what was filled in."""

    dialog_type: str
    intent: str
    turns: tuple[Turn, ...]
    questions: tuple[Question, ...]
    values: Mapping[str, str]
    seconds: int


@dataclass(slots=True)
class DraftTurn:
    """A turn in the making: it has no times yet."""

    user: str
    intention: str | None
    reply: str
    source: int
    mode: int
    series: str
    answers: Answer | None
    last: bool = False
    """Whether a request has been dealt with."""
    lead: str = ""
    """How the reply begins where that is not worth repeating."""
