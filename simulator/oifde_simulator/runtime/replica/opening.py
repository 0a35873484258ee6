"""Opening the store that `--state` names, and the state in it."""

from __future__ import annotations

from typing import NamedTuple

from oifde_simulator.clock import Clock
from oifde_simulator.config import Settings
from oifde_simulator.state.interface import State
from oifde_simulator.state.memory.journal_store import Bounds
from oifde_simulator.state.valkey import connect as connection
from oifde_simulator.state.valkey.deferred import Connect, DeferredStore
from oifde_simulator.state.valkey.replicas.announcements import ValkeyAnnouncements
from oifde_simulator.state.valkey.replicas.replicas import (
    Replicas,
    StoreTime,
    ValkeyFiles,
    new_id,
    server_time,
)
from oifde_simulator.state.valkey.state import ValkeyState
from oifde_simulator.state.valkey.store import Store


class StoreLink(NamedTuple):
    """A store as one replica uses it."""

    store: DeferredStore
    replicas: Replicas
    announcements: ValkeyAnnouncements
    files: ValkeyFiles
    authority: bytes | None = None
    """Private key and certificate of the authority of all replicas (PEM); None where none is shared."""


def link(settings: Settings, authority: bytes | None) -> StoreLink:
    """Name the store of the settings; it is connected when the server starts."""

    async def connect_later() -> Store:
        return await connect(settings)

    return link_to(settings.state_prefix, connect_later, authority)


def link_to(
    prefix: str, connect: Connect, authority: bytes | None = None, time: StoreTime = server_time
) -> StoreLink:
    """Name a store that `connect` connects to, for one more replica of it."""
    store, id = DeferredStore(prefix, connect), new_id()
    announcements = ValkeyAnnouncements(store, id, time)
    return StoreLink(store, Replicas(store, id, time), announcements, ValkeyFiles(store), authority)


async def connect(settings: Settings) -> Store:
    """Connect to the store of the settings. Raises StoreGone, and ValueError for a wrong address."""
    return await connection.connect(settings.state, settings.state_prefix)


def state_in(to: StoreLink, bounds: Bounds, clock: Clock) -> State:
    """Make the state in a store."""
    return ValkeyState(to.store, bounds, clock, announcements=to.announcements)
