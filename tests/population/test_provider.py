"""CallSessionProvider in a Faker of one's own."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from faker import Faker

from oifde_simulator.oifde import contract
from oifde_simulator.population.provider import CallSessionProvider


def faker(locale: str = "en_US", seed: int = 7) -> Faker:
    fake = Faker(locale)
    fake.add_provider(CallSessionProvider)
    fake.seed_instance(seed)
    return fake


@pytest.mark.parametrize("locale", ["en_US", "zh_CN"])
def test_seeded_faker_gives_equal_sessions(locale: str) -> None:
    one, two = faker(locale), faker(locale)
    assert [one.call_session() for _ in range(20)] == [two.call_session() for _ in range(20)]
    assert faker(locale, seed=8).call_session() != faker(locale).call_session()


def test_sessions_fit_the_contract_and_differ() -> None:
    fake = faker()
    sessions = [fake.call_session() for _ in range(30)]
    answer = {"total": 30, "recordList": sessions}
    assert contract.response_schema("queryRecordHistory").explain(answer) == []
    assert len({session["callId"] for session in sessions}) == 30


def test_what_is_given_is_kept() -> None:
    session = faker().call_session(user="0123", dialog_type="3", start=1_767_225_600_000)
    assert (session["callSorId"], session["dialogType"], session["startTime"]) == (
        "0123",
        "3",
        1_767_225_600_000,
    )


def test_a_dialogue_speaks_the_language_of_its_faker() -> None:
    said = "".join(turn["systemReply"] for _ in range(5) for turn in faker("zh_CN").dialogue(dialog_type="1"))
    assert re.search("[\u4e00-\u9fff]", said)


def test_ids_have_their_shapes() -> None:
    fake = faker()
    assert re.fullmatch("[0-9]{13}[0-9a-f]{24}", fake.call_id())
    assert re.fullmatch("[0-9]{10}-[0-9]{21}", fake.cti_call_id())
    assert re.fullmatch("[0-9]{11}", fake.user_mobile())


@pytest.mark.parametrize(("locale", "zone"), [("en_US", "America/New_York"), ("zh_CN", "Asia/Shanghai")])
@pytest.mark.parametrize("kind", [None, "2"])
def test_drawn_sessions_begin_in_the_daytime_of_the_locale(locale: str, zone: str, kind: str | None) -> None:
    fake = faker(locale)
    starts = [fake.call_session(dialog_type=kind)["startTime"] // 1000 for _ in range(60)]
    begun = [datetime.fromtimestamp(start, ZoneInfo(zone)) for start in starts]
    assert {moment.hour for moment in begun} <= set(range(8, 21))
    assert 6 not in {moment.weekday() for moment in begun}


def test_an_unknown_dialog_type_is_told() -> None:
    with pytest.raises(ValueError, match='expected "1", "2", "3" or "4"'):
        faker().call_session(dialog_type="9")


WRONG = {
    "letters": ({"user": "abc"}, "expected a number of 1 to 15 digits, found 'abc'"),
    "nothing": ({"user": ""}, "expected a number of 1 to 15 digits, found ''"),
    "too long": ({"user": "1" * 16}, "expected a number of 1 to 15 digits"),
    "before 1970": ({"start": -1}, "expected epoch milliseconds from 86400000 to 9999999999000, found -1"),
    "too late": ({"start": 10**13}, "found 10000000000000"),
}


@pytest.mark.parametrize(("given", "words"), WRONG.values(), ids=WRONG.keys())
def test_what_no_session_can_have_is_told(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        faker().call_session(**given)
