"""Laws that hold for any chain of faults, also of faults that are not written yet."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fault_scripts import BODILESS, BODY, EMPTY, HEAD, PARTS, answer, end, playable, spoiled
from fault_values import items, values
from oifde_simulator.faults import builtin_faults
from oifde_simulator.wire.script import Script, octets

ITEMS = items(builtin_faults())
TIMING = items({name: fault for name, fault in builtin_faults().items() if fault.timing_only})
LATENCIES = values(builtin_faults()["latency"])
ANSWERS = st.builds(
    answer,
    st.one_of(st.sampled_from([b"", b"{", BODY]), st.binary(max_size=300)),
    method=st.sampled_from(["POST", "HEAD"]),
    status=st.sampled_from([200, 503]),
    keep_alive=st.booleans(),
)
ELAPSED = st.floats(0, 1e6)


@given(st.lists(ITEMS, max_size=6), st.one_of(ANSWERS, st.just(())), ELAPSED)
def test_any_chain_of_faults_gives_a_playable_script(
    items: list[Any], script: Script, elapsed: float
) -> None:
    assert playable(spoiled(*items, script=script, elapsed=elapsed))


@given(st.lists(ITEMS, max_size=6), ANSWERS, st.integers(), ELAPSED)
def test_the_same_draw_gives_the_same_script(
    items: list[Any], script: Script, seed: int, elapsed: float
) -> None:
    first, second = (spoiled(*items, script=script, elapsed=elapsed, seed=seed) for _ in range(2))
    assert first == second


@given(st.lists(ITEMS, max_size=5), st.lists(LATENCIES, max_size=3), st.data(), ANSWERS, ELAPSED)
def test_latency_in_any_chain_never_changes_the_bytes(
    items: list[Any], latencies: list[Any], data: st.DataObject, script: Script, elapsed: float
) -> None:
    late = list(items)
    for latency in latencies:
        late.insert(data.draw(st.integers(0, len(late))), {"latency": latency})
    without, having = spoiled(*items, script=script), spoiled(*late, script=script, elapsed=elapsed)
    for part in PARTS:
        assert octets(having, part) == octets(without, part)
    assert end(having) == end(without)


@given(st.lists(TIMING, max_size=4), ELAPSED)
def test_faults_of_timing_never_change_the_bytes(items: list[Any], elapsed: float) -> None:
    script = spoiled(*items, elapsed=elapsed)
    assert [octets(script, part) for part in PARTS] == [b"", HEAD, BODY]
    assert end(script) is None


def test_latency_and_throttling_are_faults_of_timing() -> None:
    timing = {name for name, fault in builtin_faults().items() if fault.timing_only}
    assert timing >= {"latency", "dribble", "bandwidth", "slicer"}


@given(st.lists(ITEMS, max_size=6), st.sampled_from([BODILESS, EMPTY]))
def test_an_answer_without_a_body_never_gets_one(items: list[Any], script: Script) -> None:
    spoilt = spoiled(*items, script=script)
    assert octets(spoilt, "body") == b"" or not octets(spoilt, "head")  # garbage takes the place of both
