"""Waiters that ask how an exchange ended are told at its end, and only they are asked again."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from test_bounds import exchange
from test_waiting import filter_calls, served, turns, waiting

from journals import Journal
from oifde_simulator.immediate import immediate
from oifde_simulator.journal.filters import Filter
from oifde_simulator.journal.subscriptions.waiter import MOST_ENDED
from oifde_simulator.model.exchange import Exchange
from oifde_simulator.model.outcome import Outcome
from oifde_simulator.state.memory.journal_store import EntryTable
from oifde_simulator.web.control_plane.evaluations import Evaluations
from oifde_simulator.web.control_plane.routes.journal.wait import wait
from oifde_simulator.web.control_plane.services.journal import JournalService
from oifde_simulator.web.control_plane.services.subscriptions import SubscriptionService

__all__ = ["filter_calls"]


@pytest.fixture
def journal() -> Iterator[Journal]:
    """A journal whose ends are listened to."""
    made = Journal()
    listening = made.awaited.listening(None, ends=True)
    immediate(listening.__aenter__())
    yield made
    immediate(listening.__aexit__(None, None, None))


def recorded(journal: Journal, tenant: str = "acme") -> Exchange:
    """Put an exchange on record whose answer is under way."""
    played = exchange(tenant)
    journal.record(played)
    return played


def context(journal: Journal) -> Any:
    """What the handler of a wait needs of a server."""
    service = JournalService(journal.awaited, Evaluations(lambda: 0.0))  # all in one slice
    return SimpleNamespace(
        journal=service,
        subscriptions=SubscriptionService(journal.awaited, service.accepted),
        tenants=SimpleNamespace(require=served),
    )


FITTING = {
    "outcome=client left": [3],
    "outcome=complete": [1],
    "outcome=true": [1, 3],
    "outcome=false": [2],
    'outcome={"not":{"const":"complete"}}': [3],
    "tenant=acme&outcome=true": [1, 3],
    "tenant=zenith&outcome=true": [],
    "status=200&outcome=client left": [3],
    "status=503&outcome=client left": [],
}


@pytest.mark.parametrize(("query", "numbers"), FITTING.items(), ids=FITTING)
def test_who_waits_for_an_outcome_counts_what_fits_as_it_is_now(
    journal: Journal, query: str, numbers: list[int]
) -> None:
    waiter, _ = waiting(journal, query, 99)
    first, _, third = (recorded(journal) for _ in range(3))
    third.outcome.end("client left")
    first.outcome.end("complete")
    waiter.add_earlier([])
    assert (waiter.numbers(), waiter.found) == (numbers, len(numbers))
    assert [entry.number for entry in journal if waiter.filter.accepts(entry)] == numbers


def test_who_waits_is_woken_at_the_end_and_not_before(journal: Journal) -> None:
    _, woken = waiting(journal, "outcome=client left")
    hanging = recorded(journal)
    for _ in range(3):
        recorded(journal).outcome.end("complete")
    assert not woken
    hanging.outcome.end("client left")
    assert woken


@pytest.mark.parametrize("query", ["outcome=client left", "outcome=false"])
def test_an_end_while_a_search_runs_is_judged_by_the_end(journal: Journal, query: str) -> None:
    played = recorded(journal)
    waiter, _ = waiting(journal, query, 99)
    before = [entry for entry in journal if waiter.filter.accepts(entry)]  # as the search has read it
    played.outcome.end("client left")
    waiter.add_earlier(before)
    assert waiter.numbers() == ([] if query.endswith("false") else [1])


@pytest.mark.parametrize("query", ["outcome=client left", "outcome=false"])
def test_a_search_of_what_was_not_told_counts_what_fits_now(query: str) -> None:
    journal = Journal()  # nobody tells of ends
    waiter, woken = waiting(journal, query, 99)
    waiter.add_earlier([])
    other, _ = waiting(journal, "tenant=acme", 99)
    first, second = (recorded(journal) for _ in range(2))
    second.outcome.end("client left")
    journal.waiters.look_for_ends()
    assert woken
    assert not other.behind
    assert (waiter.behind, waiter.judged) == (True, 0)
    waiter.begin_search(2)
    read = list(journal)
    first.outcome.end("complete")
    waiter.notify_end(next(iter(journal)), fits=False)  # told while the search runs
    waiter.add_earlier([each for each in read if waiter.filter.accepts(each)], read)
    assert waiter.numbers() == ([] if query.endswith("false") else [2])


def test_a_search_counts_once_what_a_search_before_it_has_counted() -> None:
    journal = Journal()
    for _ in range(3):
        recorded(journal)
    waiter, woken = waiting(journal, "outcome=false", 4)
    entries = list(journal)
    waiter.begin_search(3)
    waiter.add_earlier(entries)
    waiter.begin_search(3)
    for entry in (entries[2], entries[0], entries[1]):  # another replica's messages come late
        waiter.notify(entry)
    waiter.add_earlier(entries, entries)
    assert (waiter.numbers(), waiter.found, woken) == ([1, 2, 3], 3, [])
    waiter.notify_end(entries[1], fits=False)
    assert waiter.numbers() == [1, 3]


def test_entries_that_are_told_out_of_order_while_a_search_runs_are_counted_once_each() -> None:
    journal = Journal()
    for _ in range(3):
        recorded(journal)
    waiter, _ = waiting(journal, "outcome=false", 9)
    waiter.begin_search(3)
    for entry in [*reversed(list(journal)), *journal]:
        waiter.notify(entry)
    for entry in journal:
        waiter.notify_end(entry, fits=False)
    assert (waiter.numbers(), waiter.found) == ([], 0)


async def test_a_filter_that_may_take_long_judges_an_end_by_its_own_turn() -> None:
    journal = Journal()
    hanging = recorded(journal)
    wanted = journal.filter([("tenant", "acme"), ("outcome", SLOW_TO_JUDGE)])
    assert wanted.backtracks
    task = asyncio.create_task(wait(context(journal), wanted, 1, 20.0))
    await turns()
    for _ in range(3):
        recorded(journal).outcome.end("complete")
        await turns()
    assert not task.done()
    hanging.outcome.end("client left")
    assert (await task).numbers() == [1]


SLOW_TO_JUDGE = '{"pattern":"^(?=c)client"}'
"""A condition whose expression backtracks, so that a waiter judges by its own turn."""


@pytest.mark.parametrize(
    ("count", "at_once"), [(50, 1), (MOST_ENDED, MOST_ENDED), (MOST_ENDED + 1, MOST_ENDED + 1)]
)
async def test_only_what_ended_is_judged_again_by_a_filter_that_may_take_long(
    filter_calls: Counter[Filter], count: int, at_once: int
) -> None:
    journal = Journal()
    held = [recorded(journal) for _ in range(count)]
    for _ in range(20):
        recorded(journal)
    wanted = journal.filter([("tenant", "acme"), ("outcome", SLOW_TO_JUDGE)])
    task = asyncio.create_task(wait(context(journal), wanted, count, 20.0))
    await turns()
    assert filter_calls[wanted] == count + 20
    for first in range(0, count, at_once):
        assert not task.done()
        for each in held[first : first + at_once]:
            each.outcome.end("client left")
        await turns()
    assert (await task).numbers() == list(range(1, count + 1))
    judged_again = filter_calls[wanted] - count - 20
    assert judged_again == (count + 20 if at_once > MOST_ENDED else count)


async def test_what_ended_before_the_beginning_of_a_wait_is_not_counted() -> None:
    journal = Journal()
    first, second, third = (recorded(journal) for _ in range(3))
    wanted = journal.filter([("tenant", "acme"), ("since", "1"), ("outcome", SLOW_TO_JUDGE)])
    task = asyncio.create_task(wait(context(journal), wanted, 2, 20.0))
    await turns()
    for each in (first, second):
        each.outcome.end("client left")
    await turns()
    assert not task.done()
    third.outcome.end("client left")
    assert (await task).numbers() == [2, 3]


def test_what_ended_while_a_search_runs_is_left_to_the_next_search() -> None:
    journal = Journal()
    entry = (recorded(journal), next(iter(journal)))[1]
    waiter, woken = waiting(journal, "outcome=false")
    waiter.begin_search(1)
    waiter.notify_end_unjudged(entry)
    woken.clear()
    waiter.add_earlier([entry], [entry])  # read before it ended
    assert (waiter.found, woken, waiter.behind, list(waiter.to_judge())) == (0, [], True, [1])


async def test_who_waits_for_what_hangs_is_not_answered_by_what_has_ended() -> None:
    journal = Journal()
    task = asyncio.create_task(wait(context(journal), journal.filter([("outcome", "false")]), 2, 20.0))
    await turns()
    for _ in range(5):
        recorded(journal).outcome.end("complete")
        await turns()
    recorded(journal)
    await turns()
    assert not task.done()
    recorded(journal)
    assert (await task).numbers() == [6, 7]


def test_an_end_asks_only_those_who_wait_for_ends(journal: Journal, filter_calls: Counter[Filter]) -> None:
    for query in ("", "status=503", "outcome=reset", "outcome=reset", "tenant=zenith&outcome=reset"):
        waiting(journal, query)
    played = recorded(journal)
    filter_calls.clear()
    played.outcome.end("complete")
    assert sum(filter_calls.values()) == 1


async def test_an_end_finds_no_entry_where_nobody_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[int] = []
    entry = EntryTable.entry

    def noting(self: EntryTable, tenant: str, number: int) -> Any:
        found.append(number)
        return entry(self, tenant, number)

    monkeypatch.setattr(EntryTable, "entry", noting)
    journal = Journal()
    for name, value in (("tenant", "acme"), ("outcome", "reset"), ("tenant", "acme")):
        task = asyncio.create_task(wait(context(journal), journal.filter([(name, value)]), 9, 20.0))
        await turns()
        recorded(journal).outcome.end("complete")
        task.cancel()
        await turns()
        recorded(journal).outcome.end("complete")
    assert found == [3]


def test_the_end_of_what_is_gone_is_not_told(journal: Journal) -> None:
    waiter, _ = waiting(journal, "outcome=true")
    journal.finish("acme", 7, Outcome("complete"))
    played = recorded(journal)
    journal.clear()
    played.outcome.end("complete")
    assert waiter.found == 0
