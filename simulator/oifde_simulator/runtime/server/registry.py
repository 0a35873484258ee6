"""The tenants of a server, with their state, as its settings want them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from oifde_simulator.clock import TIME_OF_DAY, Clock
from oifde_simulator.config import Settings
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.state.interface import State
from oifde_simulator.state.memory.journal_store import Bounds
from oifde_simulator.state.memory.state import MemoryState
from oifde_simulator.tenants import Tenants
from oifde_simulator.tenants.broken_files import BrokenFile

if TYPE_CHECKING:
    from oifde_simulator.runtime.replica.opening import StoreLink


def registry(
    settings: Settings,
    scenarios: Mapping[str, Scenario],
    clock: Clock = TIME_OF_DAY,
    broken_files: Iterable[BrokenFile] = (),
    store: StoreLink | None = None,
) -> Tenants:
    """Make the tenants of a server, with their state, in `store` or in this process.

    `clock` tells the time of day.
    Raises ValueError for a tenant of an option that neither `scenarios` nor `broken_files` have.
    """
    bounds = Bounds(settings.journal_exchanges, settings.journal_tenant_bytes, settings.journal_bytes)
    return Tenants(
        scenarios,
        seed=settings.seed,
        error_status=settings.error_status,
        any_credentials=settings.any_credentials,
        tenantless=settings.tenantless,
        settings_from=settings.settings_from,
        recordings_tenant=settings.recordings_tenant,
        broken_files=broken_files,
        state=_state(bounds, clock, store),
        clock=clock,
    )


def _state(bounds: Bounds, clock: Clock, store: StoreLink | None) -> State:
    if store is None:
        return MemoryState(bounds, clock=clock)
    from oifde_simulator.runtime.replica.opening import state_in  # not needed without a store

    return state_in(store, bounds, clock)
