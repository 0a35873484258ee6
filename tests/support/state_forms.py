"""Forms of the state, each of which has to keep the same laws."""

from __future__ import annotations

from typing import Any

import pytest

from oifde_simulator.clock import TIME_OF_DAY, Clock
from oifde_simulator.model.entry import Entry, RecordedHead, RecordedRequest
from oifde_simulator.state.interface import Read, State
from oifde_simulator.state.memory.journal_store import Bounds
from oifde_simulator.state.memory.state import MemoryState
from oifde_simulator.state.valkey.state import ValkeyState
from suspending_state import suspending
from valkey_stores import LazyStore


class Uptime:
    """Seconds that pass only when a test says so."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        """Tell the seconds."""
        return self.seconds


def memory(bounds: Bounds, uptime: Uptime) -> State:
    """Make a state in this process."""
    return MemoryState(bounds, uptime)


def remote(bounds: Bounds, uptime: Uptime) -> State:
    """Make a state whose calls suspend."""
    return suspending(memory(bounds, uptime))


def valkey(bounds: Bounds, uptime: Uptime) -> State:
    """Make a state in the Valkey server of the tests."""
    return replica(None, bounds, uptime)


def replica(prefix: str | None, bounds: Bounds, uptime: Uptime, clock: Clock = TIME_OF_DAY) -> ValkeyState:
    """Make the state of one replica of those that share a prefix; None for a prefix of its own."""
    return ValkeyState(LazyStore(prefix), bounds, clock, lambda: round(uptime() * 1000))


FORMS: dict[str, Any] = {
    "memory": memory,
    "suspending": pytest.param(remote, marks=pytest.mark.slow(seconds=0.1)),  # so does each call of Valkey
    "valkey": valkey,
}
"""Forms by name, for `pytest.mark.parametrize`; one that only suspends is in the slow tests."""


async def read(state: State, tenant: str = "acme") -> Read:
    """Read a tenant as a request does."""
    now = await state.tenants.get(tenant)
    return Read(tenant, now.version, now.epoch)


def entry(tenant: str = "acme", at: int = 0, charge: int = 100) -> Entry:
    """Make an entry of a tenant."""
    asked = RecordedRequest(RecordedHead("POST", "/", ()), {}, "")
    return Entry(0, at, tenant, "", asked, 0, 200, 0, (), b"", 0, 200, {}, charge)
