"""Rules: which one fires, when, how often, and for whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oifde_simulator.model.turn import HeldBack
from oifde_simulator.model.view import View
from oifde_simulator.rules.decision import HONEST, Decision
from oifde_simulator.rules.rule import Rule
from oifde_simulator.rules.selection import Rules
from oifde_simulator.scenario import rule_builder
from oifde_simulator.state.memory import counters as counting
from oifde_simulator.state.memory.counters import RuleCounters


class Played:
    """Rules with the counts of a state in memory."""

    def __init__(self, made: Sequence[Rule], seed: str = "0", since: int = 1_000_000) -> None:
        self.rules = Rules(made, seed, since)
        self.counters = RuleCounters()

    def decide(self, seen: View, now: int) -> Decision:
        """Select, take a turn, decide."""
        selection = self.rules.select(seen, now)
        if selection is None:
            return HONEST
        return self.rules.decide(selection, self.counters.turn(now, selection.candidates))


def rules(*given: dict[str, Any], seed: str = "0", since: int = 1_000_000) -> Played:
    made = rule_builder.rules([{"respond": {"status": 503}} | each for each in given])
    return Played(made, seed, since)


def view(user: str = "1", **fields: str) -> View:
    return View("queryRecordHistory", {"userMobile": user, **fields}, {}, {"errorCode": 0})


def fired(played: Played, times: int, user: str = "1", at: int = 1_000_000, step: int = 0) -> list[bool]:
    return [bool(played.decide(view(user), at + turn * step).rule) for turn in range(times)]


def pattern(text: str) -> list[bool]:
    return [letter == "x" for letter in text]


COUNTS: dict[str, tuple[dict[str, Any], str]] = {
    "always": ({}, "xxxxxx"),
    "times": ({"times": 2}, "xx...."),
    "after": ({"after": 2}, "..xxxx"),
    "after and times": ({"after": 1, "times": 2}, ".xx..."),
    "every": ({"every": 3}, "..x..x"),
    "after and every": ({"after": 1, "every": 2}, "..x.x."),
    "every and times": ({"every": 2, "times": 1}, ".x...."),
    "never by chance": ({"probability": 0}, "......"),
    "ever by chance": ({"probability": 1}, "xxxxxx"),
}


@pytest.mark.parametrize(("when", "expected"), COUNTS.values(), ids=COUNTS.keys())
def test_counts_decide_when_a_rule_fires(when: dict[str, Any], expected: str) -> None:
    assert fired(rules(when), 6) == pattern(expected)


def test_counts_are_kept_for_each_value_of_per() -> None:
    played = rules({"times": 2, "per": ["userMobile"]})
    turns = [(user, bool(played.decide(view(user), 0).rule)) for _ in range(4) for user in ("1", "2", "3")]
    assert [done for _, done in turns] == [True] * 6 + [False] * 6


def test_exactly_two_failures_for_each_of_a_thousand_users_whatever_the_interleaving() -> None:
    played = rules({"times": 2, "per": ["userMobile"]})
    failures = dict.fromkeys(range(1000), 0)
    for turn in range(5000):
        user = turn * 7919 % 1000
        failures[user] += bool(played.decide(view(str(user)), 0).rule)
    assert set(failures.values()) == {2}


def test_an_absent_field_is_a_value_of_its_own() -> None:
    played = rules({"times": 1, "per": ["callId"]})
    assert played.decide(view(), 0).rule
    assert played.decide(view(callId="a"), 0).rule
    assert not played.decide(view(), 0).rule


def test_values_of_per_are_bounded_and_the_oldest_goes_with_a_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(counting, "MOST_VALUES", 3)
    played = rules({"times": 1, "per": ["userMobile"]})
    assert [bool(played.decide(view(user), 0).rule) for user in "12341"] == pattern("xxxxx")
    assert [record.message.split(",")[0] for record in caplog.records] == [
        "rule rule-1: more than 3 values; forgot the oldest"
    ]
    assert len(played.counters._tallies["rule-1"]) == 3


def test_chance_depends_on_the_count_alone_and_not_on_the_interleaving() -> None:
    one, two = (rules({"probability": 0.5, "per": ["userMobile"]}) for _ in range(2))
    apart = {user: fired(one, 50, user) for user in ("1", "2")}
    mixed: dict[str, list[bool]] = {"1": [], "2": []}
    for _ in range(50):
        for user in ("2", "1"):
            mixed[user] += fired(two, 1, user)
    assert apart == mixed
    assert apart["1"] != apart["2"]


def test_chance_is_as_likely_as_asked_and_another_seed_draws_otherwise() -> None:
    drawn = fired(rules({"probability": 0.2}), 5000)
    assert sum(drawn) / 5000 == pytest.approx(0.2, abs=0.02)
    assert drawn != fired(rules({"probability": 0.2}, seed="1"), 5000)


def test_a_window_opens_closes_and_comes_again() -> None:
    played = rules({"window": {"from": "1s", "until": "3s", "repeat": "5s"}})
    assert fired(played, 10, step=1000) == pattern(".xx...xx..")


def test_a_rate_fires_beyond_its_limit_in_each_window_and_says_when_to_come_again() -> None:
    played = rules({"over": {"limit": 2, "window": "1s"}})
    assert fired(played, 8, at=2_000_000, step=250) == pattern("..xx..xx")
    decision = played.decide(view(), 2_001_999)
    assert (decision.rule, decision.retry_after) == ("rule-1", 1)


def test_an_enforced_rate_refuses_who_comes_back_too_early_again() -> None:
    played = rules({"over": {"limit": 1, "window": "10s", "enforce": True}})
    start = 2_000_000
    assert fired(played, 1, at=start) == [False]
    assert fired(played, 1, at=start + 1000) == [True]
    early = played.decide(view(), start + 2000)
    assert (early.rule, early.retry_after) == ("rule-1", 10)
    assert fired(played, 1, at=start + 11_000) == [True]
    assert fired(played, 1, at=start + 21_000) == [False]


def test_states_lead_from_one_to_the_next_for_each_value() -> None:
    played = rules(
        {"name": "first", "state": {"is": "start", "becomes": "down"}, "per": ["userMobile"]},
        {"name": "second", "state": {"is": "down", "becomes": "over"}, "per": ["userMobile"]},
    )
    assert [played.decide(view("1"), 0).rule for _ in range(3)] == ["first", "second", ""]
    assert played.decide(view("2"), 0).rule == "first"


def test_the_first_rule_whose_turn_it_is_decides_and_the_others_say_why_not() -> None:
    played = rules({"name": "later", "after": 5}, {"name": "now"})
    decision = played.decide(view(), 0)
    assert decision.rule == "now"
    assert decision.held_back == (HeldBack("later", "after: match 1 of the first 5"),)
    assert decision.of is played.rules.rules[1]


def test_a_reset_begins_anew() -> None:
    played = rules({"times": 1}, {"window": {"until": "1s"}})
    assert fired(played, 3, at=5_000_000) == pattern("x..")
    anew = rules({"times": 1}, {"window": {"until": "1s"}}, since=5_000_000)
    assert fired(anew, 3, at=5_000_000) == pattern("xxx")


def test_one_of_several_is_taken_by_weight() -> None:
    played = rules(
        {"one_of": [{"weight": 3}, {"weight": 1, "respond": {"status": 500}}], "respond": {"status": 503}}
    )
    taken = [bool(played.decide(view(), 0).action.reshapes) for _ in range(4000)]
    assert sum(taken) / 4000 == pytest.approx(0.25, abs=0.03)


@given(st.integers(0, 5), st.integers(1, 4), st.integers(1, 5), st.integers(1, 30))
def test_a_rule_never_fires_more_often_than_times_nor_before_after(
    after: int, every: int, times: int, turns: int
) -> None:
    done = fired(rules({"after": after, "every": every, "times": times}), turns)
    assert sum(done) == min(times, max(0, turns - after) // every)
    assert not any(done[:after])


def test_an_outcome_that_does_nothing_spoils_nothing() -> None:
    played = rules({"one_of": [{}]}, {"name": "never"})
    decision = played.decide(view(), 0)
    assert (decision.rule, decision.acts) == ("rule-1", False)


ACTS: dict[str, dict[str, Any]] = {
    "respond": {"respond": {"status": 503}},
    "patch": {"patch": [{"op": "remove", "path": "/total"}]},
    "rows": {"rows": {"repeat": 1}},
    "faults": {"faults": ["reset"]},
    "token": {"token": "expire"},
}


@pytest.mark.parametrize("deed", ACTS.values(), ids=ACTS.keys())
def test_every_other_outcome_acts(deed: dict[str, Any]) -> None:
    (rule,) = rule_builder.rules([deed])
    assert Played([rule], since=0).decide(view(), 0).acts


def test_long_and_odd_values_of_per_are_remembered_shortly() -> None:
    played = rules({"times": 1, "per": ["userMobile"]})
    deep: list[object] = []
    for _ in range(1000):
        deep = [deep]
    for odd in ("1" * 1_000_000, deep, None, 7):
        seen = View("queryRecordHistory", {"userMobile": odd}, {}, {})
        assert [bool(played.decide(seen, 0).rule) for _ in range(2)] == [True, False]
    (kept,) = played.counters._tallies.values()
    assert max(len(text) for value in kept for text in value) <= 128
