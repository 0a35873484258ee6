"""Tenants as bytes and back: nothing is lost, whatever clients gave."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from oifde_simulator.clock import ClockSetting
from oifde_simulator.model.tenant_state import AddedRule, TenantSource, TenantState
from oifde_simulator.state.valkey.names import packed, unpacked
from oifde_simulator.state.valkey.tenants.codec import (
    Facts,
    decode,
    decode_source,
    encode_rest,
    encode_source,
)

TEXTS = st.text(st.characters(), max_size=8)  # halves of surrogate pairs too
WHOLE = st.integers(0, 2**53)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
ADDED = st.builds(
    AddedRule,
    TEXTS,
    st.dictionaries(TEXTS, VALUES, max_size=3),
    TEXTS,
    st.none() | st.floats(0, 1e12),
    st.none() | WHOLE,
)
CLOCKS = st.builds(
    ClockSetting, st.none() | WHOLE, st.integers(-(10**13), 10**13), st.floats(0.001, 1e6), WHOLE
)
STATES = st.builds(
    TenantState,
    TEXTS,
    WHOLE,
    WHOLE,
    WHOLE,
    st.none() | st.builds(TenantSource, TEXTS, st.sampled_from(["name", "json", "yaml"]), WHOLE),
    st.booleans(),
    WHOLE,
    st.booleans(),
    st.none() | CLOCKS,
    st.lists(ADDED, max_size=3).map(tuple),
    st.frozensets(TEXTS, max_size=3),
    st.booleans(),
    WHOLE,
    st.booleans(),
)


@settings(max_examples=examples(100, everyday=10))
@given(STATES)
def test_a_tenant_is_the_same_after_it_was_stored(state: TenantState) -> None:
    facts = Facts.read(" ".join(map(str, Facts.of(state))).encode())
    source, rest = decode_source(encode_source(state.source)), encode_rest(state)
    assert decode(state.id, state.version, state.epoch, facts, source, rest) == state


@settings(max_examples=examples(100, everyday=10))
@given(STATES)
def test_its_bytes_are_json_in_ascii(state: TenantState) -> None:
    octets = encode_rest(state)
    assert octets.isascii()
    assert json.loads(octets)[0] == state.since


@settings(max_examples=examples(100, everyday=10))
@given(STATES)
def test_a_reset_needs_only_the_rest_anew(state: TenantState) -> None:
    fresh = TenantState("", 0, 0, 5, cleared=True)
    kept = replace(fresh, id=state.id, source=state.source, made=state.made, generation=state.generation)
    facts = Facts.of(replace(state, gone=False))
    assert decode(state.id, 0, 0, facts, state.source, encode_rest(fresh)) == kept


@settings(max_examples=examples(100, everyday=20))
@given(TEXTS, TEXTS)
def test_two_names_are_two_names_in_the_store(one: str, other: str) -> None:
    assert unpacked(packed(one)) == one
    assert (packed(one) == packed(other)) == (one == other)
