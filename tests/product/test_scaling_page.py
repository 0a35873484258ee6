"""docs/scaling.md: a test shows each failure of its table."""

from __future__ import annotations

import re

from serving import REPOSITORY

PAGE = (REPOSITORY / "docs" / "scaling.md").read_text()


SHOWN_BY = {
    "not there at the start": "a_store_that_is_not_there_is_one_line_and_2",
    "gone for 10 s under load": "a_store_that_goes_under_load_counts_nothing_twice_and_loses_no_answer",
    "a reply is lost": "an_answer_whose_record_is_not_confirmed_is_not_sent",
    "restarted empty": "a_store_that_comes_back_empty_is_used_without_a_restart",
    "slow: 200 ms": "a_store_that_answers_after_200_ms_slows_and_counts_as_ever",
    "full (`maxmemory`)": "a_full_store_is_told_and_used_again_once_there_is_room",
    "a replica is killed amid a request": (
        "a_replica_that_is_killed_amid_a_request_loses_nothing_and_gives_its_leases_back"
    ),
    "a replica is stopped (SIGSTOP)": (
        "a_replica_that_is_stopped_delays_what_needs_all_and_does_it_when_it_goes_on"
    ),
}
"""Test that shows a failure of the table, without `test_`."""


def test_each_failure_is_shown_by_a_test_that_there_is() -> None:
    sources = "".join(path.read_text() for path in (REPOSITORY / "tests").rglob("test_*.py"))
    table = PAGE.partition("| failure | meanwhile |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| ([^|]+) \|", table, re.M) == [*SHOWN_BY]
    assert [name for name in SHOWN_BY.values() if f"def test_{name}(" not in sources] == []


def test_the_model_is_that_of_the_benchmark() -> None:
    model = "min((C - 1) / u, 1 / s)"
    assert model in PAGE
    assert model in (REPOSITORY / "benchmarks" / "replicas_report.py").read_text()
