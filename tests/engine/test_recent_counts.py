"""Counts of the last minutes: what is counted when, and within which bounds."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from oifde_simulator.engine.counting import recent_counts
from oifde_simulator.engine.counting.recent_counts import WINDOW, RecentCounts
from oifde_simulator.model.outcome import Outcome, OutcomeRecorder


class Uptime:
    """Seconds that a test moves on."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def uptime() -> Uptime:
    return Uptime()


@pytest.fixture
def counts(uptime: Uptime) -> RecentCounts:
    return RecentCounts(uptime)


def entry(
    tenant: str = "acme", rule: str = "", status: int = 200, code: int | None = 0, problems: Any = ()
) -> Any:
    """Make an entry with the facts that are counted."""
    return SimpleNamespace(tenant=tenant, rule=rule, status=status, error_code=code, problems=problems)


KINDS = {
    "an answer": (entry(), "honest"),
    "an answer without a code": (entry(code=None), "honest"),
    "a rule": (entry(rule="down", status=503), "spoiled"),
    "a rule that changes no status": (entry(rule="slow"), "spoiled"),
    "an error code": (entry(code=900001), "refused"),
    "an error status": (entry(status=404, code=None), "refused"),
    "a problem": (entry(code=None, problems=("no such file",)), "refused"),
}


@pytest.mark.parametrize(("given", "kind"), KINDS.values(), ids=KINDS)
def test_a_request_is_counted_by_what_was_decided(counts: RecentCounts, given: Any, kind: str) -> None:
    counts.count(given)
    expected = {each: [int(each == kind)] for each in recent_counts.KINDS}
    assert counts.series(1).kinds == counts.series(1, "acme").kinds == expected


def test_the_newest_second_is_last_and_idle_ones_are_zero(counts: RecentCounts, uptime: Uptime) -> None:
    counts.count(entry())
    uptime.now += 2.5
    counts.count(entry())
    counts.count(entry("zenith"))
    uptime.now += 1
    assert counts.series(5).kinds["honest"] == [0, 1, 0, 2, 0]
    assert counts.series(5, "acme").kinds["honest"] == [0, 1, 0, 1, 0]
    assert counts.series(2).kinds["honest"] == [2, 0]
    assert counts.series(5, "nobody").kinds["honest"] == [0] * 5


@pytest.mark.parametrize("how", ["closed", "reset", "client left"])
@pytest.mark.parametrize("rule", ["", "down"])
def test_an_answer_that_did_not_leave_whole_is_broken_in_its_second(
    counts: RecentCounts, uptime: Uptime, how: Any, rule: str
) -> None:
    recorder = OutcomeRecorder()
    recorder.counted_as(counts.count(entry(rule=rule)))
    counts.count(entry())
    uptime.now += 3
    recorder.end(how)
    recorder.end(how)
    for found in (counts.series(4).kinds, counts.series(4, "acme").kinds):
        assert found["broken"] == [1, 0, 0, 0]
        assert found["honest"] == [1, 0, 0, 0]
        assert found["spoiled"] == [0, 0, 0, 0]


def test_an_answer_that_left_whole_stays_what_it_was(counts: RecentCounts) -> None:
    recorder = OutcomeRecorder()
    recorder.counted_as(counts.count(entry()))
    recorder.end("complete")
    assert counts.series(1).kinds["honest"] == [1]


def test_an_end_that_came_before_the_count_is_told_too(counts: RecentCounts) -> None:
    recorder = OutcomeRecorder()
    recorder.end("client left")
    recorder.counted_as(counts.count(entry()))
    assert counts.series(1).kinds["broken"] == [1]


def test_what_is_older_than_the_window_is_gone(counts: RecentCounts, uptime: Uptime) -> None:
    old = counts.count(entry())
    for _ in range(WINDOW + 5):
        uptime.now += 1
        counts.count(entry())
    assert counts.series(WINDOW).kinds["honest"] == [1] * WINDOW
    assert len(counts._seconds) == counts._pairs == WINDOW
    old.end(Outcome("reset"))
    assert sum(counts.series(WINDOW).kinds["broken"]) == 0


def test_idle_hours_cost_nothing(counts: RecentCounts, uptime: Uptime) -> None:
    for _ in range(3):
        counts.count(entry())
        uptime.now += 86400
    assert len(counts._seconds) <= 3
    assert sum(counts.series(WINDOW).kinds["honest"]) == 0


def test_many_tenants_stay_within_the_bound_and_the_total_is_right(
    counts: RecentCounts, uptime: Uptime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recent_counts, "MOST_OF_TENANTS", 10)
    for second in range(4):
        for number in range(4):
            counts.count(entry(f"tenant-{second}-{number}" if number else "acme"))
        uptime.now += 1
    assert sum(len(second.tenants) for second in counts._seconds) == counts._pairs <= 10
    assert counts.series(5).kinds["honest"] == [4, 4, 4, 4, 0]
    assert counts.series(5).complete
    assert not counts.series(5, "acme").complete
    recent = counts.series(3, "acme")
    assert (recent.complete, recent.kinds["honest"]) == (True, [1, 1, 0])


def test_more_tenants_in_a_second_than_are_kept_are_forgotten_and_counted_in_all(
    counts: RecentCounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recent_counts, "MOST_OF_TENANTS", 10)
    for number in range(25):
        counts.count(entry(f"tenant-{number}"))
    assert sum(len(second.tenants) for second in counts._seconds) == counts._pairs <= 10
    assert counts.series(1).kinds["honest"] == [25]
    assert not counts.series(1, "tenant-24").complete


def test_a_tenant_that_is_gone_has_no_counts_of_its_own(counts: RecentCounts, uptime: Uptime) -> None:
    for _ in range(3):
        counts.count(entry())
        counts.count(entry("zenith"))
        uptime.now += 1
    counts.forget("acme")
    assert sum(counts.series(9, "acme").kinds["honest"]) == 0
    assert sum(counts.series(9, "zenith").kinds["honest"]) == 3
    assert sum(counts.series(9).kinds["honest"]) == 6
    assert counts._pairs == 3
