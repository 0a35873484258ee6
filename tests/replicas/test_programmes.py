"""The same programme of requests and control calls: four replicas answer byte for byte as one in memory."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import assume, given, settings

from examples import examples
from oifde_simulator.scenario import loader
from oifde_simulator.scenario.errors import ScenarioErrors
from programmes import SCENARIOS, STEPS, Step, played
from replicas import SEVERAL, Opened, in_memory, on_valkey

Scenarios = Mapping[str, Mapping[str, Any]]


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
@settings(max_examples=examples(100, everyday=2))
@given(scenarios=SCENARIOS, steps=STEPS)
def test_four_replicas_answer_as_one_in_memory(form: Opened, scenarios: Scenarios, steps: list[Step]) -> None:
    assert_alike(form, scenarios, steps)


@pytest.mark.slow(seconds=15)
@settings(max_examples=examples(60))
@given(scenarios=SCENARIOS, steps=STEPS)
def test_one_replica_on_valkey_answers_as_one_in_memory(scenarios: Scenarios, steps: list[Step]) -> None:
    assert_alike(on_valkey(1), scenarios, steps)


@settings(max_examples=2)
@given(scenarios=SCENARIOS, steps=STEPS)
def test_a_programme_that_is_played_again_is_answered_the_same(
    scenarios: Scenarios, steps: list[Step]
) -> None:
    assert_alike(in_memory, scenarios, steps)
