"""Each bundled scenario is met by a realistic job, and the job ends as a good client does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from etl_client import COMPLETE, INCOMPLETE, PAGE_SIZE
from gallery_job import USERS, Job, Met, changed, changing, play, remembered, text
from gallery_page import GROUPS, HONEST
from oifde_simulator import resources
from oifde_simulator.population import generator
from oifde_simulator.scenario import loader
from recording_download import LATER, SOUND

PAGES = {"least": PAGE_SIZE + 1, "most": 14}
"""Calls that make two or three pages."""
APRIL_2021 = 1_618_617_600_000
"""2021-04-17: after the calls of `paging` and of the specification's example."""
AFTER_MIDNIGHT = 1_768_435_210_000
"""2026-01-15 00:00:10 UTC."""
BY_LAST_DIGITS = (
    "01 101 201 301 401 02 102 202 302 402 03 103 203 303 403 304 404 305 306 307 429 500 502 503"
)
MAGIC = [f"18000000{digits:0>3}" for digits in BY_LAST_DIGITS.split()]
"""The numbers of `magic`, in an order in which no three in a row fail alike."""


def gave_up(reason: str) -> Job:
    """Describe a job that has no call of any user at the end."""
    return Job(ends={reason})


def downloads(*ends: str) -> Job:
    """Describe a job that has all calls, and downloads some recordings."""
    return Job(least=1, downloads={*ends})


JOBS = {
    "good-day": Job(),
    "tenant001": Job(users=["180****9999"], now=APRIL_2021),
    "paging": Job(users=["18000000250"], now=APRIL_2021),
    "recording-names": Job(users=["18000000004"], now=APRIL_2021, most=0, downloads={SOUND}),
    # Down and up
    "outage": gave_up("HTTP 503"),
    "outage-window": Job(pace=0.3),
    "fail-twice": Job(),
    "flaky": Job(),
    "rate-limited": Job(),
    "rate-limited-strictly": Job(),
    "error-in-200": Job(),
    "gateway-page": gave_up("HTTP 502"),
    "gateway-json": Job(),
    "forbidden": gave_up("HTTP 403"),
    "firewall-page": gave_up("HTTP 418"),
    "later-pages-fail": Job(ends={"HTTP 503"}, **PAGES),
    "later-pages-fail-once": Job(**PAGES),
    "outage-after": Job(pace=0.3),
    "maintenance": Job(pace=0.5),
    "third-user": Job(),
    "too-many-at-once": Job(crowd=5),
    "retry-after-date": Job(),
    # Tokens
    "token-expires-mid-paging": Job(**PAGES),
    "token-revoked": Job(told={900002}),
    "token-expired-on-arrival": Job(ends={"errorCode 900001"}, told={900001}),
    "token-lifetime-lies": Job(told={900001}, pace=0.4),
    "single-token": Job(told={900001}, workers=2),
    "token-uses": Job(told={900001}),
    "account-locks": Job(
        ends={"errorCode 200800002", "errorCode 200800003"}, told={200800002, 200800003},
        secrets=("wrong", "secret"),
    ),
    "gettoken-down": gave_up("HTTP 503"),
    "gettoken-rate-limited": Job(workers=2),
    "token-empty": gave_up("gettoken gave no token"),
    "token-malformed": Job(told={900002}),
    "token-of-another-tenant": Job(told={900002}),
    "gettoken-midnight": Job(now=AFTER_MIDNIGHT, pace=20, least=1),
    # Slow
    "slow": Job(),
    "slow-body": Job(),
    "jittery": Job(),
    "slower-and-slower": Job(),
    "dribble": Job(),
    "thin-line": Job(),
    "hang": gave_up("timeout"),
    "hang-mid-body": gave_up("timeout"),
    "slow-and-flaky": Job(),
    # The wire
    "empty-response": gave_up("broken connection"),
    "reset": gave_up("broken connection"),
    "reset-mid-body": gave_up("broken connection"),
    "cut-body": gave_up("broken connection"),
    "garbage": gave_up("broken connection"),
    "length-too-long": gave_up("broken connection"),
    "length-too-short": gave_up("not JSON"),
    "no-content-length": Job(),
    "malformed-chunk": gave_up("broken connection"),
    "slow-close": Job(),
    "closes-quietly": Job(),
    "big-headers": gave_up("broken connection"),
    "early-hints": Job(),
    # The text
    "truncated-json": gave_up("not JSON"),
    "trailing-garbage": gave_up("not JSON"),
    "bom": Job(),
    "invalid-utf8": gave_up("not UTF-8"),
    "wrong-content-type": Job(),
    "wrong-charset": Job(),
    "broken-gzip": gave_up("not gzip"),
    "gzip": Job(),
    "gbk": Job(ends={"not UTF-8"}, least=1),
    # Pages
    "first-page-repeats": Job(ends={"incomplete"}, **PAGES),
    "first-page-repeats-once": Job(**PAGES),
    "record-repeats": Job(**PAGES),
    "page-shifts": Job(ends={"incomplete"}, **PAGES),
    "page-shifts-once": Job(**PAGES),
    "record-missing": Job(ends={"incomplete"}, **PAGES),
    "record-missing-once": Job(**PAGES),
    "empty-page": Job(ends={"incomplete"}, **PAGES),
    "empty-page-once": Job(**PAGES),
    "total-off": Job(ends={"incomplete"}),
    "total-off-once": Job(**PAGES),
    "total-changes": Job(ends={"complete", "incomplete"}, **PAGES),
    "unsorted": Job(**PAGES),
    "late-records": Job(),
    # Fields
    "field-missing": Job(ends={"a record without callId"}, least=1),
    "field-null": Job(least=1),
    "field-renamed": Job(ends={"a record without recordDetials"}, least=1),
    "field-retyped": Job(least=1),
    "field-extra": Job(least=1),
    "new-enum-value": Job(least=1),
    "null-list": Job(users=["18000000002"]),
    "broken-inner-json": Job(least=1),
    "huge-field": Job(least=1, most=5),
    "empty-strings": Job(least=1),
    "null-texts": Job(least=1),
    "reply-before-request": Job(least=1),
    "error-code-missing": Job(),
    "times-in-seconds": Job(ends={"a startTime that is not in milliseconds"}, least=1),
    "many-turns": Job(least=1, most=5),
    # Recordings
    "recording-late": Job(least=4, told={300012}, downloads={SOUND, LATER}),
    "recording-limit": downloads(SOUND),
    "recording-foreign": downloads("resultCode 0300012", LATER),
    "recording-error-as-audio": downloads("resultCode 0300011"),
    "recording-error-long": downloads("resultCode 0300004"),
    "recording-cut": downloads(SOUND),
    "recording-short": downloads("a recording that is cut"),
    "recording-thin-line": downloads(SOUND),
    "recording-gateway-page": downloads(SOUND),
    "recording-silent": downloads("a recording that is silent"),
    "recording-of-another-call": downloads(SOUND),
    # Many at once
    "magic": Job(users=MAGIC, pace=0.03, ends={
        "complete", "incomplete", "HTTP 500", "HTTP 502", "HTTP 503", "errorCode 10000001",
        "errorCode 900001", "errorCode 900002", "timeout", "broken connection", "not JSON", "not gzip",
    }),
    "chaos": Job(drawn=True, ends={
        "complete", "HTTP 503", "HTTP 429", "errorCode 10000001", "errorCode 900001", "broken connection",
        "not JSON",
    }),
}  # fmt: skip
"""Every bundled scenario, how the job is run against it, and with what it ends."""


LATE = {"late-records"}
"""Scenarios in which a good client cannot know that calls are missing."""


@pytest.fixture(scope="module", autouse=True)
def _histories() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(generator, "history", remembered(generator.history))
        yield


@pytest.fixture(scope="module", params=JOBS)
def met(request: pytest.FixtureRequest) -> Met:
    return play(request.param, JOBS[request.param])


def test_no_bundled_scenario_is_left_out() -> None:
    bundled = {path.stem for path in loader.find([resources.scenarios()])}
    assert set(JOBS) == bundled
    assert list(JOBS) == [*HONEST, *(name for names in GROUPS.values() for name in names)]


def test_the_job_meets_the_failure(met: Met) -> None:
    rules = met.scenario.rules
    assert met.fired() == {rule.name for rule in rules}
    assert {each.rule for each in met.exchanges if changed(each)} == {
        rule.name for rule in rules if changing(rule)
    }
    assert met.told() == JOBS[met.name].told
    assert rules or met.told() or met.name in HONEST


def test_the_job_ends_as_a_good_client_does(met: Met) -> None:
    job = JOBS[met.name]
    assert met.ends <= job.ends if job.drawn else met.ends == job.ends
    assert len(met.calls) >= USERS or met.ends.isdisjoint({COMPLETE, INCOMPLETE})


def test_what_the_job_takes_for_complete_is_so(met: Met) -> None:
    for user, calls in met.calls.items():
        whole = met.honest(user)
        assert set(calls.loaded) <= set(whole)
        if calls.end == COMPLETE and met.name not in LATE:
            assert set(calls.loaded) == set(whole)


def test_the_downloads_end_as_those_of_a_good_client_do(met: Met) -> None:
    assert {*met.downloads.values()} == JOBS[met.name].downloads


def test_a_job_that_comes_again_later_gets_the_late_recordings_too() -> None:
    met = play("recording-late", JOBS["recording-late"])
    late = [recording for recording, end in met.downloads.items() if end == LATER]
    assert late
    met.wait(4 * 3600)
    assert {met.downloader.fetch(recording) for recording in late} == {SOUND}


def test_a_job_that_comes_again_later_gets_the_late_records_too() -> None:
    met = play("late-records", JOBS["late-records"])
    missing = {user: {*met.honest(user)} - {*calls.loaded} for user, calls in met.calls.items()}
    assert any(missing.values())
    met.wait(6 * 3600)
    for user, calls in missing.items():
        assert calls <= met.client.read(user, *map(text, met.week)).loaded.keys()
