"""Records are written as orjson writes them, whatever their texts have in them."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from oifde_simulator.model.sessions import Criteria
from oifde_simulator.population import generator
from oifde_simulator.population.dialogue.turns import Question, Turn
from oifde_simulator.population.oddities import NAMES
from oifde_simulator.population.record_text import questions_text, turns_text

BEGIN = 1_767_225_600
said = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=8)


def turn(user: str, reply: str, intention: str | None) -> Turn:
    made = Turn(user, intention, reply, 1, 2)
    made.asked, made.answered = 7, 11
    return made


@given(st.lists(st.tuples(said, said, said | st.none()), max_size=3))
@example([('"', "\\", None)])
@example([("one of very many", "yes", "Count")] * 100)
def test_turns_are_written_as_orjson_writes_them(texts: list[tuple[str, str, str | None]]) -> None:
    written = turns_text([turn(*each) for each in texts], BEGIN)
    read = orjson.loads(written)
    assert orjson.dumps(read).decode() == written
    assert [(each["userSaying"], each["systemReply"], each["intention"]) for each in read] == texts
    assert [each["interNo"] for each in read] == [str(place) for place in range(1, len(texts) + 1)]
    times = {(each["requsetTime"], each["timestamp"]) for each in read}
    assert times <= {((BEGIN + 7) * 1000, (BEGIN + 11) * 1000)}
    assert {(each["responseSource"], each["involveMode"]) for each in read} <= {(1, 2)}


@pytest.mark.parametrize("begin", [0, 988, 989, 999, 1_767_225_988, 1_767_225_989, 1_767_225_999])
def test_times_are_right_wherever_a_thousand_seconds_end(begin: int) -> None:
    [each] = orjson.loads(turns_text([turn("Hello", "Yes?", "Greeting")], begin))
    assert (each["requsetTime"], each["timestamp"]) == ((begin + 7) * 1000, (begin + 11) * 1000)


@given(said)
def test_questions_are_written_as_orjson_writes_them(text: str) -> None:
    written = questions_text([Question(text, text, "1", text, text, 5)], BEGIN)
    assert orjson.dumps(orjson.loads(written)).decode() == written
    assert orjson.loads(written)[0]["originalAnswer"] == text
    assert orjson.loads(written)[0]["createTime"] == (BEGIN + 5) * 1000


@pytest.mark.slow(seconds=3)
@pytest.mark.parametrize("rate", [0.0, 0.3])
@pytest.mark.parametrize("locale", ["en_US", "zh_CN"])
def test_a_record_is_what_its_text_says(locale: str, rate: float) -> None:
    history = generator.history(
        seed="0",
        world="texts",
        tenant='ten "quoted" ants',
        locale=locale,
        days=90,
        per_day=1,
        oddities=dict.fromkeys(NAMES, rate),
    )
    now = (BEGIN + 3600) * 1000
    sessions = history.select(Criteria(user="13900000000"), now)
    for session in sessions:
        assert session.encoded == orjson.dumps(session.record)
        assert session.record["tenantId"] == 'ten "quoted" ants'
        assert session.record.get("endTime") == session.end
    assert len(sessions) > 3
