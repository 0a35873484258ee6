"""The outcome of an exchange comes later than its entry; readers keep what they have read."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from test_bounds import exchange

from journals import Journal
from oifde_simulator.journal.filters import Since
from oifde_simulator.model.outcome import UNDER_WAY, Outcome
from oifde_simulator.state.memory.journal_store import Bounds


def test_an_entry_is_under_way_until_its_sender_reports() -> None:
    journal, played = Journal(), exchange()
    recorded = journal.record(played)
    played.outcome.sent = 7
    (before,) = journal.entries("acme", Since())
    played.outcome.end("reset")
    (after,) = journal.entries("acme", Since())
    assert recorded.outcome == before.outcome == UNDER_WAY
    assert (after.outcome.how, after.outcome.sent) == ("reset", 7)
    assert after == before.finished(after.outcome)


def test_the_first_ending_counts() -> None:
    journal, played = Journal(), exchange()
    journal.record(played)
    for how in ("closed", "complete"):
        played.outcome.end(how)  # type: ignore[arg-type]
    assert [entry.outcome.how for entry in journal] == ["closed"]


def test_an_ending_before_the_recording_is_on_record_too() -> None:
    journal, played = Journal(), exchange()
    played.outcome.end("client left")
    journal.record(played)
    assert [entry.outcome.how for entry in journal] == ["client left"]


@given(
    st.lists(st.sampled_from("abc"), min_size=1, max_size=30),
    st.frozensets(st.integers(1, 30), max_size=10),
    st.sampled_from([None, "a"]),
    st.permutations(range(1, 31)),
    st.integers(1, 12),
)
def test_each_outcome_reaches_its_own_entry_whatever_is_gone(
    tenants: Sequence[str], removed: frozenset[int], cleared: str | None, order: Sequence[int], bound: int
) -> None:
    journal = Journal(Bounds(exchanges=bound))
    for tenant in tenants:
        journal.record(exchange(tenant))
    journal.remove(removed)
    if cleared:
        journal.clear(cleared)
    left = {entry.number for entry in journal}
    for number in order:
        tenant = tenants[number - 1] if number <= len(tenants) else "a"
        journal.finish(tenant, number, Outcome("complete", number, 0.0))
    assert {entry.number: entry.outcome.sent for entry in journal} == {number: number for number in left}
