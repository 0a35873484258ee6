"""Writes turns and questions of generated sessions as JSON text.

Rule: the very text that orjson writes of the same values; it writes what has to be escaped itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from oifde_simulator.population.dialogue.turns import Question, Turn

OPENINGS = [f'{{"interNo":"{place}","userSaying":"' for place in range(1, 65)]
"""Beginnings of the first turns of a session."""
ENDS = [[f'"responseSource":{source},"involveMode":{mode}}}' for mode in range(3)] for source in range(2)]
"""Ends of turns, by responseSource and involveMode."""


def turns_text(turns: Sequence[Turn], begin: int) -> str:
    """Write turns as the list `recordDetials`; `begin` is the first second of the session."""
    if not _is_plain(turns):
        return orjson.dumps([_detail(place, turn, begin) for place, turn in enumerate(turns, 1)]).decode()
    # A text of constant parts is made in half the time of the dicts of the turns.
    written = [
        f'{opening}{turn.user}","intention":"{turn.intention}","systemReply":"{turn.reply}","timestamp":'
        f'{begin + turn.answered}000,"requsetTime":{begin + turn.asked}000,{ENDS[turn.source][turn.mode]}'
        for opening, turn in zip(OPENINGS, turns, strict=False)
    ]
    return f"[{','.join(written)}]"


def questions_text(questions: Sequence[Question], begin: int) -> str:
    """Write questions as the list `qaRecords`."""
    if not questions:
        return "[]"
    return orjson.dumps([_answer(place, each, begin) for place, each in enumerate(questions, 1)]).decode()


def _is_plain(turns: Sequence[Turn]) -> bool:
    """Check that JSON has the texts of turns as they are. None of them has control characters."""
    if len(turns) > len(OPENINGS) or None in [turn.intention for turn in turns]:
        return False
    text = "".join([f"{turn.user}{turn.reply}{turn.intention}" for turn in turns])
    return '"' not in text and "\\" not in text


def _detail(place: int, turn: Turn, begin: int) -> dict[str, Any]:
    return {
        "interNo": str(place),
        "userSaying": turn.user,
        "intention": turn.intention,
        "systemReply": turn.reply,
        "timestamp": (begin + turn.answered) * 1000,
        "requsetTime": (begin + turn.asked) * 1000,
        "responseSource": turn.source,
        "involveMode": turn.mode,
    }


def _answer(place: int, question: Question, begin: int) -> dict[str, Any]:
    return {
        "interNo": str(place),
        "seriesId": question.series,
        "questionTitle": question.title,
        "questionType": question.type,
        "answerIntent": question.answer_intent,
        "originalAnswer": question.original_answer,
        "createTime": (begin + question.at) * 1000,
    }
