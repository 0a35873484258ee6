"""The way from the path of a recording back to its session, without a store."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_history import NOW, USER, history

from examples import examples
from oifde_simulator.model.sessions import CallSession, Criteria
from oifde_simulator.population.history import History
from oifde_simulator.population.ids import LAST_SECOND, DecodedId
from oifde_simulator.population.records import RecordGenerator

numbers = st.text("0123456789", min_size=1, max_size=15)


def path_of(session: CallSession) -> str:
    path: str = json.loads(session.record["businessInfoStr"])["recordFileName"]
    return path


def sessions(made: History, user: str = USER) -> list[CallSession]:
    return list(made.select(Criteria(user=user), NOW))


def recorder(made: History) -> RecordGenerator:
    generator = made.source
    assert isinstance(generator, RecordGenerator)
    return generator


@settings(max_examples=examples(30), deadline=None)
@given(numbers, st.text(max_size=5), st.sampled_from(["en_US", "zh_CN"]))
def test_the_path_of_every_recording_leads_to_its_session_in_a_history_that_never_saw_it(
    user: str, seed: str, locale: str
) -> None:
    options: dict[str, Any] = {"seed": seed, "locale": locale, "days": 20}
    for session in sessions(history(**options), user):
        found = history(**options).by_recording(path_of(session), NOW)
        if session.cti_call_id is None:
            assert (path_of(session), found) == ("null", None)
        else:
            assert found is not None
            assert (found.call_id, found.user, found.start) == (session.call_id, user, session.start)


@given(numbers, st.integers(10**9, LAST_SECOND), st.text(max_size=5))
def test_any_start_of_a_voice_call_is_read_off_its_path(user: str, begin: int, seed: str) -> None:
    made = recorder(history(seed=seed, mix={"voice_navigation": 1}))
    path = json.loads(made.record(user, begin, begin * 1000)["businessInfoStr"])["recordFileName"]
    assert len(path) <= 127
    assert made.recorded(path) == DecodedId(user, begin)


def test_a_path_with_one_digit_changed_leads_nowhere() -> None:
    made = history()
    path = next(path_of(session) for session in sessions(made) if session.cti_call_id)
    assert made.by_recording(path, NOW)
    for place, digit in enumerate(path):
        if digit.isdigit():
            for other in set("0123456789") - {digit}:
                assert made.by_recording(path[:place] + other + path[place + 1 :], NOW) is None


OTHERS = {
    "another drive": lambda path: path.replace("Y:", "Z:"),
    "the name alone": lambda path: path.rpartition("/")[2],
    "something behind it": lambda path: path + "x",
    "another folder": lambda path: path.replace("odfsrecord", "transferrecord"),
    "the example's": lambda path: "Y:/135/odfsrecord/20220720/1658313131-85918321361224.wav",
    "a chat's": lambda path: "null",
    "nothing": lambda path: "",
    "digits of another script": lambda path: path.replace("1", "١"),
}


@pytest.mark.parametrize("change", OTHERS.values(), ids=OTHERS.keys())
def test_any_other_path_leads_nowhere(change: Any) -> None:
    made = history()
    path = next(path_of(session) for session in sessions(made) if session.cti_call_id)
    assert made.by_recording(change(path), NOW) is None


@pytest.mark.parametrize("other", [{"seed": "1"}, {"world": "other"}])
def test_a_path_of_another_seed_or_world_leads_nowhere(other: dict[str, str]) -> None:
    made = history(**other)
    assert not [
        path
        for session in sessions(history())
        if session.cti_call_id and made.by_recording(path := path_of(session), NOW)
    ]


def test_the_path_of_a_call_that_is_not_yet_or_no_more_there_leads_nowhere() -> None:
    made = history()
    session = next(session for session in sessions(made) if session.cti_call_id)
    path = path_of(session)
    assert made.by_recording(path, session.start - 1) is None
    assert made.by_recording(path, session.start) is not None
    assert made.by_recording(path, session.start + 90 * 86_400_000) is None
    assert made.without([session.call_id or ""]).by_recording(path, NOW) is None


def test_the_path_of_a_call_that_never_was_leads_nowhere() -> None:
    made = history(mix={"voice_navigation": 1})
    start = sessions(made)[0].start // 1000 + 1
    name = recorder(made).ids.ids(USER, start).recording
    path = recorder(made)._recordings.path(name, start)
    assert recorder(made).recorded(path) == DecodedId(USER, start)
    assert made.by_recording(path, NOW) is None
