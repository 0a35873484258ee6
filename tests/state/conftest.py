"""A state of each form, fresh for each test."""

from __future__ import annotations

import pytest

from oifde_simulator.state.interface import State
from oifde_simulator.state.memory.journal_store import Bounds
from state_forms import FORMS, Uptime


@pytest.fixture
def uptime() -> Uptime:
    """The clock by which added rules expire."""
    return Uptime()


@pytest.fixture(params=FORMS.values(), ids=FORMS)
def state(request: pytest.FixtureRequest, uptime: Uptime) -> State:
    """A state with small bounds."""
    made: State = request.param(Bounds(exchanges=5, tenant_bytes=10_000, total_bytes=20_000), uptime)
    return made
