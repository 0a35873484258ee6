"""Waiters are woken by their own entries only, slow nothing down, and uncount deleted entries."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_bounds import exchange

from journals import Journal
from oifde_simulator.journal.filters import Filter, Since
from oifde_simulator.journal.subscriptions.index import MOST_GROUPS, CapacityExceeded
from oifde_simulator.journal.subscriptions.waiter import Waiter
from oifde_simulator.state.memory.journal_store import Bounds
from oifde_simulator.web.control_plane.evaluations import Evaluations
from oifde_simulator.web.control_plane.routes.journal.wait import wait
from oifde_simulator.web.control_plane.services.journal import JournalService
from oifde_simulator.web.control_plane.services.subscriptions import SubscriptionService


def waiting(journal: Journal, query: str = "", count: int = 1) -> tuple[Waiter, list[Any]]:
    """Subscribe a waiter; returns it and a list that is filled when it is woken."""
    woken: list[Any] = []
    waiter = Waiter(journal.filter(parse_qsl(query)), count, lambda: woken.append(None))
    journal.waiters.add(waiter)
    return waiter, woken


@pytest.fixture
def filter_calls(monkeypatch: pytest.MonkeyPatch) -> Counter[Filter]:
    """Counter of the calls of each filter."""
    counted: Counter[Filter] = Counter()
    accepts = Filter.accepts

    def counting(self: Filter, entry: Any) -> bool:
        counted[self] += 1
        return accepts(self, entry)

    monkeypatch.setattr(Filter, "accepts", counting)
    return counted


def test_who_waits_is_woken_by_what_it_waits_for() -> None:
    journal = Journal()
    every, own = waiting(journal, "", 2), waiting(journal, "tenant=acme&userMobile=1", 2)
    other, nobody = waiting(journal, "tenant=zenith"), waiting(journal, "tenant=false")
    for tenant, user in (("acme", "1"), ("acme", "2"), ("zenit", "1"), ("acme", "1"), ("", "1")):
        journal.record(exchange(tenant, userMobile=user))
    assert [waiter.found for waiter, _ in (every, own, other, nobody)] == [5, 2, 0, 1]
    assert [bool(woken) for _, woken in (every, own, other, nobody)] == [True, True, False, True]


# Costs: how many filters an exchange asks

OTHERS: dict[str, Callable[[int], str]] = {
    "another user of the tenant": lambda n: f"tenant=acme&userMobile={n}",
    "another user of any": lambda n: f"userMobile={n}",
    "another user of a page": lambda n: f"pageNum=1&userMobile={n}",
    "another user behind a schema": lambda n: f'pageNum={{"minimum":{n}}}&userMobile={n}',
    "another status": lambda n: f"status={500 + n}",
    "another code": lambda n: f"errorCode={500 + n}",
    "another rule": lambda n: f"rule=r{n}",
    "another endpoint": lambda n: f"endpoint=e{n}",
    "another tenant": lambda n: f'tenant=t{n}&headers.x={{"minLength":{n}}}',
    "another field": lambda n: f"request.f{n}=1",
}


@pytest.mark.parametrize("query", OTHERS.values(), ids=OTHERS)
def test_an_exchange_asks_none_who_waits_for_another(
    query: Callable[[int], str], filter_calls: Counter[Filter]
) -> None:
    journal = Journal()
    for number in range(1000):
        waiting(journal, query(number))
    journal.record(exchange("zenith", userMobile="none", pageNum="1"))
    # The first of them have only the page to be found by.
    assert sum(filter_calls.values()) <= 1


def test_those_who_want_the_same_are_asked_once(filter_calls: Counter[Filter]) -> None:
    journal = Journal()
    waiters = [waiting(journal, 'status={"minimum":200}')[0] for _ in range(2000)]
    journal.record(exchange())
    assert sum(filter_calls.values()) == 1
    assert {waiter.found for waiter in waiters} == {1}


def test_those_whom_only_their_filters_tell_apart_are_few(filter_calls: Counter[Filter]) -> None:
    journal = Journal()
    for number in range(MOST_GROUPS):
        waiting(journal, f'status={{"minimum":{number}}}')
    with pytest.raises(CapacityExceeded):
        waiting(journal, 'status={"minimum":999}')
    waiting(journal, 'status={"minimum":0}')
    waiting(journal, "status=503")
    assert len(journal.waiters) == MOST_GROUPS + 2
    journal.record(exchange())
    assert sum(filter_calls.values()) == MOST_GROUPS


def test_who_no_longer_waits_leaves_nothing_behind() -> None:
    journal = Journal()
    found = [
        waiting(journal, query)[0] for query in ("", "tenant=a", "userMobile=1", "userMobile=1", "status=5")
    ]
    assert len(journal.waiters) == 5
    for waiter in found:
        journal.waiters.remove(waiter)
    assert (journal.waiters.index, len(journal.waiters)) == ({}, 0)


def test_all_are_woken_at_the_end() -> None:
    journal = Journal()
    woken = [waiting(journal, query)[1] for query in ("", "tenant=a", "userMobile=1")]
    journal.waiters.shutdown()
    assert all(woken)


# Deletions

Step = tuple[str, Any]
STEPS = st.one_of(
    st.tuples(st.just("record"), st.sampled_from("ab")),
    st.tuples(st.just("clear"), st.sampled_from(["a", "b", None])),
    st.tuples(st.just("remove"), st.frozensets(st.integers(1, 12))),
)


@given(st.lists(STEPS, max_size=20), st.integers(0, 20), st.sampled_from(["", "tenant=a", "tenant=b"]))
def test_what_has_come_is_what_is_on_record_whatever_is_deleted(
    steps: Sequence[Step], join: int, query: str
) -> None:
    journal, waiter, present = Journal(), None, []
    for place, (step, what) in enumerate([*steps, ("join", None)]):
        if place >= join and waiter is None:
            waiter = waiting(journal, query, 99)[0]
            present = journal.entries(waiter.filter.tenant, Since())  # found; added when it has searched
        if step == "record":
            journal.record(exchange(what))
        elif step == "clear":
            journal.clear(what)
        elif step == "remove":
            journal.remove(what)
    if waiter is None:
        waiter = waiting(journal, query, 99)[0]
        present = journal.entries(waiter.filter.tenant, Since())
    waiter.add_earlier(present)
    entries = journal.entries(waiter.filter.tenant, Since())
    assert waiter.numbers() == [entry.number for entry in entries]
    assert waiter.found == len(entries)
    assert journal.some(waiter.filter.tenant, waiter.numbers()) == entries


async def turns() -> None:
    """Let all tasks run a few times."""
    for _ in range(10):
        await asyncio.sleep(0)


async def served(id: str, purpose: str = "") -> None:
    """Accept every tenant as one that is served."""


async def test_what_is_deleted_before_who_was_woken_looks_has_not_come() -> None:
    journal = Journal()
    searched = JournalService(journal.awaited, Evaluations())
    context: Any = SimpleNamespace(
        journal=searched,
        subscriptions=SubscriptionService(journal.awaited, searched.accepted),
        tenants=SimpleNamespace(require=served),
    )
    waiting = asyncio.create_task(wait(context, journal.filter([("tenant", "a")]), 1, 20.0))
    await turns()
    journal.record(exchange("a"))
    journal.clear("a")
    await turns()
    assert not waiting.done()
    journal.record(exchange("a"))
    assert (await waiting).numbers() == [2]


def test_what_had_to_go_has_come_nevertheless() -> None:
    journal = Journal(Bounds(exchanges=2))
    waiter, woken = waiting(journal, "tenant=a", 5)
    for _ in range(5):
        journal.record(exchange("a"))
    assert (waiter.found, bool(woken)) == (5, True)
    assert [entry.number for entry in journal.some("a", waiter.numbers())] == [4, 5]
    assert journal.truncated("a", Since())
    journal.clear("a")
    assert waiter.found == 0


def test_of_what_came_the_first_that_were_waited_for_are_told() -> None:
    journal = Journal()
    for tenant in "abab":
        journal.record(exchange(tenant))
    waiter, _ = waiting(journal, "", 3)
    waiter.add_earlier(journal.entries(None, Since()))
    assert (waiter.found, waiter.numbers()) == (4, [1, 2, 3])
