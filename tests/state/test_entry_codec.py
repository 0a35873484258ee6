"""Entries as bytes: whatever is on record comes back as it was."""

from __future__ import annotations

import json
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from oifde_simulator.model.decision import RecordedAlong, RecordedDecision
from oifde_simulator.model.entry import Entry, RecordedHead, RecordedRequest, ShortenedRequest
from oifde_simulator.model.http import Peer
from oifde_simulator.model.outcome import Ending, Outcome
from oifde_simulator.state.entry_codec import decode, encode

TEXT = st.text(max_size=8)
NAME = st.text(st.characters(), max_size=8)
"""Text with lone surrogates, as an escape in a scenario's name can write them."""
COUNT = st.integers(0, 2**63 - 1)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
FIELDS = st.dictionaries(TEXT, JSON, max_size=4)
PAIRS = st.lists(st.tuples(TEXT, TEXT), max_size=3).map(tuple)
NAMES = st.lists(NAME, max_size=3).map(tuple)
REQUESTS = st.builds(
    RecordedRequest,
    st.builds(RecordedHead, TEXT, TEXT, PAIRS, st.sampled_from(["", "recordings"])),
    FIELDS,
    TEXT,
)
OUTCOMES = st.builds(
    Outcome, st.sampled_from(get_args(Ending)), COUNT, st.floats(0, allow_nan=False, allow_infinity=False)
)
ACTIONS = st.lists(COUNT | st.floats(0, 60) | st.sampled_from(["close", "reset"]), max_size=4).map(tuple)
DECISIONS = st.builds(
    RecordedDecision, COUNT, COUNT, TEXT, st.binary(max_size=32), st.none() | COUNT, st.booleans(), COUNT,
    PAIRS, COUNT, ACTIONS, COUNT, COUNT,
    st.lists(st.builds(RecordedAlong, NAME, TEXT, st.binary(max_size=32)), max_size=2).map(tuple),
)  # fmt: skip
PEERS = st.builds(Peer, TEXT, COUNT, COUNT, st.none() | st.dictionaries(TEXT, TEXT, max_size=3))
ENTRIES = st.builds(
    Entry, COUNT, COUNT, NAME, TEXT, REQUESTS, COUNT, COUNT, st.none() | COUNT, PAIRS,
    st.binary(max_size=40), COUNT, COUNT, FIELDS, COUNT, NAME, NAMES,
    st.lists(st.tuples(NAME, NAME), max_size=3).map(tuple), NAMES, NAMES, NAMES, NAMES, PEERS, DECISIONS,
    OUTCOMES,
)  # fmt: skip


@settings(max_examples=examples(100, everyday=6))
@given(ENTRIES)
def test_an_entry_comes_back_as_it_was(entry: Entry) -> None:
    assert decode(encode(entry)) == entry


@settings(max_examples=examples(100, everyday=6))
@given(ENTRIES)
def test_a_request_that_was_shortened_comes_back_as_one(entry: Entry) -> None:
    shortened = entry._replace(request=ShortenedRequest(*entry.request))
    assert type(decode(encode(shortened)).request) is ShortenedRequest
    assert type(decode(encode(entry)).request) is RecordedRequest


@settings(max_examples=examples(100, everyday=6))
@given(ENTRIES)
def test_other_languages_can_read_the_bytes(entry: Entry) -> None:
    written = json.loads(encode(entry))
    assert (written[1], written[-1][1]) == (entry.number, entry.outcome.sent)


def test_bytes_of_another_format_are_refused() -> None:
    with pytest.raises(ValueError, match="expected an entry of format 3, found format 4"):
        decode(b"[4, 1]")


@settings(max_examples=examples(100, everyday=5))
@given(ENTRIES, COUNT, OUTCOMES)
def test_a_number_and_an_outcome_change_nothing_else(entry: Entry, number: int, outcome: Outcome) -> None:
    assert entry.numbered(number) == entry._replace(number=number)
    assert entry.finished(outcome) == entry._replace(outcome=outcome)
