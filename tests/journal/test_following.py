"""Followers read each entry once and in order, at their own speed, and are told of lost entries."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_bounds import exchange

from journals import Journal
from oifde_simulator.immediate import immediate
from oifde_simulator.journal.filters import Filter
from oifde_simulator.journal.subscriptions.follower import BATCH, Batch, Follower
from oifde_simulator.state.memory.journal_store import Bounds


def following(journal: Journal, query: str = "", after: int = 0) -> Follower:
    follower = Follower(journal.awaited, journal.filter(parse_qsl(query)), after, journal.last)
    journal.followers.add(follower)
    return follower


def read(follower: Follower) -> Batch:
    return immediate(follower.read())


def numbers(follower: Follower) -> list[int]:
    return [entry.number for entry in read(follower).entries]


@given(st.lists(st.one_of(st.sampled_from("ab"), st.none()), max_size=40), st.sampled_from(["", "tenant=a"]))
def test_whenever_it_reads_each_entry_is_read_once_and_in_order(
    steps: Sequence[str | None], query: str
) -> None:
    journal, found = Journal(), []
    follower = following(journal, query)
    for step in steps:
        if step is None:
            found += numbers(follower)
        else:
            journal.record(exchange(step))
    found += numbers(follower)
    asked = [step for step in steps if step is not None]
    assert found == [number for number, tenant in enumerate(asked, 1) if tenant == "a" or not query]


def test_it_begins_behind_what_it_has_seen() -> None:
    journal = Journal()
    for _ in range(3):
        journal.record(exchange())
    assert numbers(following(journal, after=2)) == [3]


def test_what_went_before_it_was_read_is_told_once() -> None:
    journal = Journal(Bounds(exchanges=2))
    follower = following(journal)
    for _ in range(5):
        journal.record(exchange())
    news = read(follower)
    assert (news.truncated, [entry.number for entry in news.entries]) == (True, [4, 5])
    journal.record(exchange())
    assert read(follower).truncated is False


def test_a_number_of_another_server_begins_anew_and_is_told() -> None:
    journal = Journal()
    journal.record(exchange())
    follower = following(journal, after=500)
    assert (read(follower).truncated, read(follower).truncated) == (True, False)
    assert numbers(following(journal, after=500)) == [1]


async def test_a_long_past_is_read_in_pieces_without_a_wait() -> None:
    journal = Journal()
    for _ in range(BATCH + 1):
        journal.record(exchange())
    follower = following(journal)
    assert len(numbers(follower)) == BATCH
    assert await follower.wait(0)
    assert numbers(follower) == [BATCH + 1]


async def test_it_is_woken_by_what_it_follows_and_by_the_end_only() -> None:
    journal = Journal()
    follower = following(journal, "tenant=acme&userMobile=7")
    journal.record(exchange("zenith", userMobile="7"))
    journal.record(exchange("acme", userMobile="8"))
    journal.clear()
    assert not await follower.wait(0)
    journal.record(exchange("acme", userMobile="7"))
    assert await follower.wait(0)
    assert numbers(follower) == [3]
    assert not follower.ended
    journal.followers.shutdown()
    assert await follower.wait(0)
    assert follower.ended


def test_when_nobody_follows_no_filter_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal()
    follower = following(journal)
    journal.followers.remove(follower)
    monkeypatch.setattr(Filter, "accepts", lambda self, entry: pytest.fail("asked"))
    journal.record(exchange())
    assert journal.followers.index == {}
