"""The same programme of requests and control calls: four replicas answer byte for byte as one in memory."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import assume, example, given, settings

from examples import examples
from oifde_simulator.scenario import loader
from oifde_simulator.scenario.errors import ScenarioErrors
from programmes import EVERY_STEP, ONCE, SCENARIOS, STEPS, Step, kinds, played
from replicas import SEVERAL, Opened, in_memory, on_valkey

Scenarios = Mapping[str, Mapping[str, Any]]
BOTH: Scenarios = {"acme": ONCE, "beta": ONCE}


def assert_alike(form: Opened, scenarios: Scenarios, steps: Sequence[Step]) -> None:
    try:
        for name, document in scenarios.items():
            loader.loads(json.dumps(document).encode(), f"{name}.yaml", name)
    except ScenarioErrors:
        assume(False)
    expected = asyncio.run(played(in_memory, scenarios, steps))
    for mine, theirs in zip(asyncio.run(played(form, scenarios, steps)), expected, strict=True):
        assert mine == theirs


@pytest.mark.parametrize("form", SEVERAL)
@settings(max_examples=examples(60, everyday=1))
@given(scenarios=SCENARIOS, steps=STEPS)
@example(scenarios=BOTH, steps=EVERY_STEP)
@pytest.mark.slow(seconds=2)
def test_four_replicas_answer_as_one_in_memory(form: Opened, scenarios: Scenarios, steps: list[Step]) -> None:
    assert_alike(form, scenarios, steps)


@pytest.mark.slow(seconds=4)
@settings(max_examples=examples(30))
@given(scenarios=SCENARIOS, steps=STEPS)
@example(scenarios=BOTH, steps=EVERY_STEP)
def test_one_replica_on_valkey_answers_as_one_in_memory(scenarios: Scenarios, steps: list[Step]) -> None:
    assert_alike(on_valkey(1), scenarios, steps)


def test_each_kind_of_step_is_played() -> None:
    assert {step.kind for step in EVERY_STEP} == kinds()


@settings(max_examples=2)
@given(scenarios=SCENARIOS, steps=STEPS)
def test_a_programme_that_is_played_again_is_answered_the_same(
    scenarios: Scenarios, steps: list[Step]
) -> None:
    assert_alike(in_memory, scenarios, steps)
