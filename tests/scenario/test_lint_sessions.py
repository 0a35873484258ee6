"""Mistakes in `sessions.generate` and `sessions.users`, with their places."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

import pytest

from oifde_simulator.immediate import immediate
from oifde_simulator.model.sessions import Criteria
from oifde_simulator.oifde import contract
from oifde_simulator.scenario import loader
from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.tenants import Tenants

MISTAKES = {
    "generate true": ("generate: true", "2:13", "write {} to generate with every default"),
    "seed of a wrong type": ("generate: {seed: [1]}", "2:20", "take the brackets or dashes away: 1"),
    "unknown locale": (
        "generate: {locale: en_USA}",
        "2:22",
        'unknown locale "en_USA"; did you mean "en_US"?',
    ),
    "negative per_day": ("generate: {per_day: -1}", "2:23", "from 0 to 20"),
    "absurd per_day": ("generate: {per_day: 5000}", "2:23", "from 0 to 20"),
    "negative per_quarter": ("generate: {per_quarter: -1}", "2:27", "from 0 to 1800"),
    "absurd per_quarter": ("generate: {per_quarter: 5000}", "2:27", "from 0 to 1800"),
    "two means": ("generate: {per_day: 1, per_quarter: 4}", "2:26", "keep one of the two"),
    "two means that are zero": ("generate: {per_quarter: 0, per_day: 0}", "2:14", "keep one of the two"),
    "a zone with a slip": (
        "generate: {time_zone: Asia/Shangai}",
        "2:25",
        'sessions.generate.time_zone: unknown time zone "Asia/Shangai"; did you mean "Asia/Shanghai"?',
    ),
    "a zone from UTC": ("generate: {time_zone: UTC+8}", "2:25", 'did you mean "+08:00"?'),
    "a zone that is a number": ("generate: {time_zone: 8}", "2:25", "expected a string"),
    "a zone of the machine": ("generate: {time_zone: localtime}", "2:25", "unknown time zone"),
    "an empty zone": ('generate: {time_zone: ""}', "2:25", "unknown time zone"),
    "a rate of turns over 1": (
        "generate: {oddities: {recognition_errors: 2}}",
        "2:45",
        "write a share from 0 to 1, such as 0.5 or 50%",
    ),
    "no days": ("generate: {days: 0}", "2:20", "from 1 to 1000"),
    "unknown dialog type": (
        "generate: {mix: {chat: 1}}",
        "2:20",
        'unknown key "chat"; did you mean "chatbot"?',
    ),
    "no weight": ("generate: {mix: {chatbot: 0}}", "2:19", "every weight is 0"),
    "unknown oddity": ("generate: {oddities: {emojis: 1}}", "2:25", 'did you mean "emoji"?'),
    "a rate over 1": (
        "generate: {oddities: {emoji: 2}}",
        "2:32",
        "write a share from 0 to 1, such as 0.5 or 50%",
    ),
    "a number with letters": ('users: {"abc": 1}', "2:11", "can only have literal records"),
    "a number too long": ('users: {"1234567890123456": 1}', "2:11", "1 to 15 digits"),
    "an unquoted number": ("users: {18000000001: 1}", "2:11", '"18000000001"'),
    "too many": ('users: {"1": 20001}', "2:16", "from 0 to 20000"),
    "users but generate false": ('generate: false\n  users: {"1": 1}', "2:13", "remove one of the two"),
}


@pytest.mark.parametrize(("text", "place", "words"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_told_where_it_stands(text: str, place: str, words: str) -> None:
    with pytest.raises(ScenarioErrors) as caught:
        loader.loads(f"sessions:\n  {text}\n".encode(), "acme.yaml", "acme")
    assert any(f"acme.yaml:{place}: " in str(each) and words in str(each) for each in caught.value.errors), (
        caught.value
    )


def test_users_without_generate_have_sessions_and_nobody_else() -> None:
    how = loader.loads(b'sessions: {users: {"5": 3}}', "acme.yaml", "acme").generate
    assert how is not None
    assert (how.per_day, dict(how.users)) == (0.0, {"5": 3})


def test_every_default_is_taken_by_an_empty_mapping() -> None:
    how = loader.loads(b"sessions: {generate: {}}", "acme.yaml", "acme").generate
    assert how is not None
    assert (how.seed, how.locale, how.days, how.mix) == (None, "en_US", 90, None)
    assert (how.per_day, how.per_quarter, how.time_zone) == (None, 4.0, None)


def test_users_live_in_the_zone_that_is_named_and_times_are_read_in_that_of_the_settings() -> None:
    text = 'sessions: {generate: {time_zone: Europe/Berlin}}\nsettings: {time_zone: "+08:00"}'
    scenario = loader.loads(text.encode(), "acme.yaml", "acme")
    assert scenario.generate is not None
    assert scenario.generate.time_zone == ZoneInfo("Europe/Berlin")
    assert scenario.settings.time_zone_name == "+08:00"


RECORD = """\
sessions:
  records:
    - {callSorId: "1", calledNumber: "2", startTime: 1618558942000}
    - {callSorId: "1", calledNumber: "2", startTime: %d}
"""
OUTSIDE = {
    "before 1970": (-1, "expected at least 0, found the number -1; write epoch milliseconds"),
    "long before": (-(10**15), "expected at least 0, found the number -1000000000000000"),
    "in the year 10000 in UTC+8": (253402272000000, "expected at most 253402271999999"),
    "in microseconds": (1618558942000000, "expected at most 253402271999999"),
}


@pytest.mark.parametrize(("start", "words"), OUTSIDE.values(), ids=OUTSIDE.keys())
def test_a_start_that_no_record_can_have_is_told_where_it_stands(start: int, words: str) -> None:
    with pytest.raises(ScenarioErrors) as caught:
        loader.loads((RECORD % start).encode(), "acme.yaml", "acme")
    assert str(caught.value).startswith(f"acme.yaml:4:54: sessions.records[1].startTime: {words}")


@pytest.mark.parametrize("start", [0, 253402271999999])
def test_the_outermost_starts_have_whole_records(start: int) -> None:
    scenario = loader.loads((RECORD % start).encode(), "acme.yaml", "acme")
    tenants = Tenants({"acme": scenario}, seed="0", error_status=200)
    found = immediate(tenants.select("acme", Criteria(user="1")))
    assert sorted(session.record["startTime"] for session in found) == sorted([start, 1618558942000])


def test_a_start_in_seconds_is_a_warning() -> None:
    scenario = loader.loads((RECORD % 1618558942).encode(), "acme.yaml", "acme")
    assert scenario.warnings == (
        "acme.yaml:4:54: sessions.records[1].startTime: 1618558942 is 1970-01-19T17:35:58.942Z; "
        "if it is in seconds, multiply by 1000: 1618558942000",
    )


def test_many_starts_in_seconds_are_one_warning() -> None:
    records = (RECORD % 1618558942) + (RECORD % 1618558943).partition("records:\n")[2]
    (warning,) = loader.loads(records.encode(), "acme.yaml", "acme").warnings
    assert warning.endswith("multiply by 1000: 1618558942000; so is it with 1 more")


# name: (clock, generate, words of the message; empty for a good clock)
CLOCKS = {
    "the first": ("1970-04-02T00:00:00Z", "{}", ""),
    "too early": ("1970-04-01T23:59:59Z", "{}", 'write "1970-04-02T00:00:00Z" or later, or fewer days'),
    "early with few days": ("1970-01-09T00:00:00Z", "{days: 7}", ""),
    "too early with many days": ("1972-09-26T00:00:00Z", "{days: 1000}", '"1972-09-28T00:00:00Z" or later'),
    "the last": ("2286-11-20T17:46:39Z", "{}", ""),
    "too late": ("2286-11-20T17:46:40Z", "{}", 'write "2286-11-20T17:46:39Z" or earlier'),
    "far too late": ("9999-12-31T23:59:59Z", "{}", "callId has 13 digits of milliseconds"),
    "late, without sessions": ("9999-12-31T23:59:59Z", "false", ""),
    "early, without sessions": ("1970-01-01T00:00:00Z", "false", ""),
}


@pytest.mark.parametrize(("clock", "generate", "words"), CLOCKS.values(), ids=CLOCKS.keys())
def test_a_clock_at_which_no_session_can_be_made_is_told(clock: str, generate: str, words: str) -> None:
    text = f'sessions: {{generate: {generate}}}\nclock: "{clock}"\n'
    if not words:
        assert loader.loads(text.encode(), "acme.yaml", "acme").clock.instant is not None
        return
    with pytest.raises(ScenarioErrors) as caught:
        loader.loads(text.encode(), "acme.yaml", "acme")
    assert str(caught.value).startswith(f'acme.yaml:2:8: clock: "{clock}" is too ')
    assert words in str(caught.value)


@pytest.mark.parametrize("users", ['{"5": 3}', "{}"])
def test_users_alone_hold_the_clock_within_bounds_too(users: str) -> None:
    text = f'sessions: {{users: {users}}}\nclock: "1970-01-01T00:00:00Z"\n'
    if users == "{}":
        assert loader.loads(text.encode(), "acme.yaml", "acme").generate is None
        return
    with pytest.raises(ScenarioErrors, match="is too early"):
        loader.loads(text.encode(), "acme.yaml", "acme")


@pytest.mark.parametrize("clock", ["1970-04-02T00:00:00Z", "2286-11-20T17:46:39Z"])
@pytest.mark.parametrize("locale", ["en_US", "zh_CN"])
def test_at_the_outermost_clocks_every_record_fits_the_contract(clock: str, locale: str) -> None:
    text = f'sessions: {{generate: {{locale: {locale}, per_day: 1}}}}\nclock: "{clock}"\n'
    scenario = loader.loads(text.encode(), "acme.yaml", "acme")
    tenants = Tenants({"acme": scenario}, seed="0", error_status=200)
    made = [session.record for session in immediate(tenants.select("acme", Criteria(user="18000000001")))]
    answer = {"errorCode": 0, "errorMsg": "Success", "total": len(made), "recordList": made}
    assert made
    assert contract.response_schema("queryRecordHistory").explain(answer) == []
    assert all(re.fullmatch("[0-9]{13}[0-9a-f]{24}", record["callId"]) for record in made)
    ids = [record["callId"] for record in made]
    assert all(len(immediate(tenants.select("acme", Criteria(call_id=each)))) == 1 for each in ids)
