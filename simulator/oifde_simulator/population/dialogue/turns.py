"""The values of a dialogue. Values only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from oifde_simulator.population.screenplays.script import Answer


class Question(NamedTuple):
    """A survey's question with its answer, which is given `at` seconds after the session began."""

    series: str
    title: str
    type: str
    answer_intent: str
    original_answer: str
    at: int


class Turn:
    """Words of the user and their answer. It is changed until its dialogue is composed."""

    # No slots: what most turns do not have is found in the class, and so costs nothing.
    series = ""
    """ID of the survey of whose questions one is answered."""
    answers: Answer | None = None
    """The question that is answered, and the sense of the answer."""
    last = False
    """True where the turn ends a request."""
    lead = ""
    """Beginning of the reply that is left out when the reply is repeated."""
    asked: int
    """Seconds from the beginning of the session to the end of the user's words."""
    answered: int
    """Seconds from the beginning of the session to the beginning of the reply."""

    def __init__(self, user: str, intention: str | None, reply: str, source: int = 0, mode: int = 0) -> None:
        """Take the words and the reply; `source` and `mode` are responseSource and involveMode."""
        self.user = user
        self.intention = intention
        self.reply = reply
        self.source = source
        self.mode = mode

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Turn) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]


class Dialogue(NamedTuple):
    """The dialogue of a session; `seconds` is its length, `values` are those filled in, by placeholder."""

    dialog_type: str
    intent: str
    turns: Sequence[Turn]
    questions: Sequence[Question]
    values: Mapping[str, str]
    seconds: int
