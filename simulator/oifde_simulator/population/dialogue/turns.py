"""The values of a dialogue, composed and in the making. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.population.screenplays.script import Answer


class Turn(NamedTuple):
    """Words of the user and their answer; `asked` and `answered` are seconds since the session began."""

    user_saying: str
    intention: str | None
    system_reply: str
    response_source: int
    involve_mode: int
    asked: int
    answered: int


class Question(NamedTuple):
    """A survey's question with its answer, which is given `at` seconds after the session began."""

    series: str
    title: str
    type: str
    answer_intent: str
    original_answer: str
    at: int


class Dialogue(NamedTuple):
    """The dialogue of a session; `seconds` is its length, `values` are those filled in, by placeholder."""

    dialog_type: str
    intent: str
    turns: tuple[Turn, ...]
    questions: tuple[Question, ...]
    values: Mapping[str, str]
    seconds: int


@dataclass(slots=True)
class DraftTurn:
    """A turn in the making, without times."""

    user: str
    intention: str | None
    reply: str
    source: int
    mode: int
    series: str
    answers: Answer | None
    last: bool = False
    """True where the turn ends a request."""
    lead: str = ""
    """Beginning of the reply that is left out when the reply is repeated."""
