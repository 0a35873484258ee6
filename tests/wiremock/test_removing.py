"""Entries that are removed one by one: the journal does not count them as lost."""

from __future__ import annotations

import pytest
from test_patterns import exchanged

from journals import Journal
from oifde_simulator.journal.filters import Since


@pytest.mark.parametrize(
    ("numbers", "left"), [({2}, [1, 3]), ({1, 3}, [2]), ({7}, [1, 2, 3]), (set(), [1, 2, 3])], ids=str
)
def test_what_is_removed_is_gone_and_uncharged(numbers: set[int], left: list[int]) -> None:
    journal = Journal()
    for number in range(3):
        journal.record(exchanged(b'{"n": %d}' % number))
    assert journal.remove(numbers) == 3 - len(left)
    entries = journal.entries(None, Since())
    assert [entry.number for entry in entries] == left
    assert journal.charge == sum(entry.charge for entry in entries)
    assert not journal.truncated(None, Since())
