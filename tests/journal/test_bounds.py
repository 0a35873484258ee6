"""Bounds of the journal, and the record of lost entries."""

from __future__ import annotations

import tracemalloc
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import QUERY
from journals import Journal
from oifde_simulator.journal.filters import Since
from oifde_simulator.model.exchange import Answer, Exchange
from oifde_simulator.model.http import JSON_UTF8, Peer, Request, Response
from oifde_simulator.state.memory.journal_store import Bounds


def exchange(tenant: str = "acme", body: bytes = b"", at: int = 0, **fields: str) -> Exchange:
    response = Response(200, body, JSON_UTF8)
    honest = Answer(response, {"errorCode": 0, "errorMsg": "Success", "total": 0})
    asked = Request("POST", QUERY, {"Host": "vendor"}, repr(fields).encode())
    return Exchange(at, tenant, "queryRecordHistory", asked, honest, response, (), document=fields)


def numbers(journal: Journal, tenant: str | None = None, since: Since = Since()) -> list[int]:  # noqa: B008
    return [entry.number for entry in journal.entries(tenant, since)]


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3000)), max_size=60),
    st.integers(1, 9),
    st.integers(3000, 12_000),
    st.integers(6000, 20_000),
)
def test_no_bound_is_ever_passed_and_the_newest_is_there(
    asked: Sequence[tuple[str, int]], exchanges: int, tenant_bytes: int, total_bytes: int
) -> None:
    journal = Journal(Bounds(exchanges, tenant_bytes, total_bytes))
    for count, (tenant, size) in enumerate(asked, start=1):
        journal.record(exchange(tenant, b"x" * size))
        assert journal.get(count) is not None
        assert journal.charge == sum(entry.charge for entry in journal)
        assert journal.charge <= max(total_bytes, journal.get(count).charge)  # type: ignore[union-attr]
        for each in {tenant for tenant, _ in asked}:
            kept = journal.entries(each, Since())
            assert len(kept) <= exchanges
            assert len(kept) == 1 or sum(entry.charge for entry in kept) <= tenant_bytes
    for tenant in "abc":
        said = [number for number, (each, _) in enumerate(asked, start=1) if each == tenant]
        kept_numbers = numbers(journal, tenant)
        assert kept_numbers == said[len(said) - len(kept_numbers) :]
        assert journal.truncated(tenant, Since()) is (kept_numbers != said)


@pytest.mark.slow
@pytest.mark.parametrize("fields", [3, 30], ids=["small", "many fields"])
def test_memory_is_not_more_than_is_charged(fields: int) -> None:
    bound = 2 << 20
    journal = Journal(Bounds(10_000, bound, bound))
    tracemalloc.start()
    try:
        for number in range(4000):
            asked = {f"field{each}": f"{number}-{each}" for each in range(fields)}
            played = exchange("acme", b"%d" % number + b"x" * (number % 2500), **asked)
            journal.record(played)
            played.outcome.end("complete")
        used, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(list(journal)) < 4000
    # What is remembered of requests has a bound of its own, of 512 requests.
    assert used < bound + (2 << 20)


def test_an_entry_is_charged_with_the_certificate_of_its_client() -> None:
    journal = Journal(Bounds(10, 1 << 20, 1 << 20))
    certificate = {"subject": "CN=客户端", "issuer": "CN=" + "x" * 1000}
    shown = exchange()
    shown.request.peer = Peer(certificate=certificate)
    plain, charged = journal.record(exchange()).charge, journal.record(shown).charge
    assert charged - plain >= sum(len(text.encode()) for text in certificate.values())


def test_a_busy_tenant_does_not_cost_a_quiet_one_its_entries() -> None:
    journal = Journal(Bounds(1000, 1 << 20, 100_000))
    journal.record(exchange("quiet"))
    for _ in range(500):
        journal.record(exchange("busy"))
    assert numbers(journal, "quiet") == [1]
    assert journal.truncated("busy", Since())
    assert not journal.truncated("quiet", Since())


def test_a_count_over_a_range_that_lost_entries_is_truncated() -> None:
    journal = Journal(Bounds(exchanges=2))
    for at in (10, 20, 30, 40):
        journal.record(exchange(at=at))
    assert numbers(journal) == [3, 4]
    assert [journal.truncated("acme", Since(number)) for number in (0, 1, 2, 3)] == [True, True, False, False]
    assert [journal.truncated(None, Since(at=at)) for at in (10, 20, 21, 40)] == [True, True, False, False]


def test_what_is_deleted_is_not_lost_and_numbers_go_on() -> None:
    journal = Journal(Bounds(exchanges=1))
    for tenant in ("a", "a", "b"):
        journal.record(exchange(tenant))
    assert journal.clear("a") == 1
    assert (numbers(journal), journal.truncated(None, Since())) == ([3], False)
    assert journal.clear() == 1
    assert (numbers(journal), journal.charge) == ([], 0)
    journal.record(exchange("a"))
    assert numbers(journal) == [4]


def test_entries_of_all_tenants_are_in_the_order_in_which_they_came() -> None:
    journal = Journal()
    for tenant in "abacb":
        journal.record(exchange(tenant))
    assert numbers(journal) == [1, 2, 3, 4, 5]
    assert numbers(journal, "a", Since(1)) == [3]
    assert numbers(journal, "nobody") == []
