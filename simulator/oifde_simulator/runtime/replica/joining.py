"""Making the replica of a server: what it registers in a new store, and what it forgets with an old one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from oifde_simulator.config import Settings
from oifde_simulator.engine.counting.metrics import Meter
from oifde_simulator.journal import Journal
from oifde_simulator.runtime.replica.adoption import Adoption
from oifde_simulator.runtime.replica.description import Describer
from oifde_simulator.runtime.replica.opening import StoreLink
from oifde_simulator.runtime.replica.replica import Replica
from oifde_simulator.state.health import StoreHealth
from oifde_simulator.state.valkey.store import Condition
from oifde_simulator.tenants import Tenants


def make_replica(
    to: StoreLink,
    settings: Settings,
    tenants: Tenants,
    journal: Journal,
    meter: Meter,
    health: StoreHealth,
    ca_pem: bytes | None,
    register: Callable[[], Awaitable[None]],
) -> Replica:
    """Make the replica of a server with these parts; `register` has coverage count the rules of its files."""
    adoption = Adoption(to.replicas, to.files, tenants)
    replica = Replica(to.replicas, to.announcements, adoption, Describer(settings, ca_pem), tenants, health)

    async def sweep() -> None:
        for id in await tenants.release_gone():
            meter.forget(id)

    def note(condition: Condition) -> None:
        if condition.is_restarted:  # it may have lost the last changes, whose versions come again then
            tenants.forget_all()

    to.store.watch(note)
    replica.on_begin = register
    replica.on_loss = journal.end_subscriptions
    replica.on_return = journal.look_again
    replica.sweep = sweep
    return replica
