"""What the state knows of tenants: how they were made and changed, and the states of their rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from oifde_simulator.clock import ClockSetting
from oifde_simulator.model.tenant_state import NewRule, RuleStanding, TenantSource, TenantState
from oifde_simulator.model.turn import StateTimes, Value


class Tenants(Protocol):
    """Tenants that are not as their files have them.

    A change to what was read names its `epoch`, and raises Stale where another has begun, as when the tenant
    was deleted meanwhile; None changes the tenant as it is by then.
    """

    async def get(self, id: str) -> TenantState:
        """Tell how a tenant is; one that nobody touched is as its file has it."""
        ...

    async def made(self) -> list[str]:
        """List the ids of tenants that were made on demand, in the order in which they were."""
        ...

    async def gone(self) -> frozenset[str]:
        """List the ids that the files have and that were deleted."""
        ...

    async def touched(self) -> list[str]:
        """List the ids of tenants that are not as their files have them."""
        ...

    async def last_change(self) -> int:
        """Tell a number that each change raises, whichever replica makes it; 0 where there is no other."""
        ...

    async def given_sources(self, since: int) -> list[str]:
        """List the ids of tenants that got another source after the change `since`.

        There are none where there is no other replica.
        """
        ...

    async def number(self) -> int:
        """Count one more tenant without an id of its own; from 1."""
        ...

    async def make(self, id: str, source: TenantSource) -> TenantState:
        """Serve a tenant that is made of `source`. Raises DuplicateName and CapacityExceeded."""
        ...

    async def replace(self, id: str, source: TenantSource | None, *, epoch: int | None = None) -> TenantState:
        """Serve another source as the tenant (None: what the files have). Raises CapacityExceeded."""
        ...

    async def delete(self, id: str, *, in_files: bool, epoch: int | None = None) -> None:
        """End a tenant; the next one of its id has other credentials."""
        ...

    async def reset(self, id: str, *, cleared: bool = False, epoch: int | None = None) -> TenantState:
        """Begin the tenant anew; `cleared` leaves the rules of its scenario out until the next reset."""
        ...

    async def reset_all(self, *, cleared: bool = False) -> None:
        """Begin every tenant anew; `cleared` leaves the rules of the scenarios out until the next reset."""
        ...

    async def restore(self) -> list[str]:
        """Serve what the files have and nothing else; the ids of made tenants that are gone by this."""
        ...

    async def set_clock(self, id: str, setting: ClockSetting, version: int) -> TenantState:
        """Set a tenant's clock, as it follows from how the tenant was at `version`; Stale at another."""
        ...

    async def add_rules(
        self, id: str, rules: Sequence[NewRule], own: Iterable[str], epoch: int
    ) -> TenantState:
        """Have rules asked before all others; `own` are the names of those of the scenario.

        Raises DuplicateName, CapacityExceeded, and Stale where another epoch has begun.
        """
        ...

    async def remove_rules(
        self, id: str, names: Iterable[str], own: Iterable[str], *, epoch: int | None = None
    ) -> TenantState:
        """Ask rules no more, added or not. Raises UnknownRule for one that is not there."""
        ...

    async def rules(self, id: str, own: Iterable[str], *, epoch: int | None = None) -> list[RuleStanding]:
        """List the rules of a tenant in the order in which they are asked."""
        ...

    async def state(self, id: str, value: Value, now: int = 0, times: StateTimes | None = None) -> str:
        """Tell the state that the rules of a tenant are in for a value at `now` (tenant time).

        Without `times` it is the one that was entered last, however long ago.
        """
        ...

    async def states(self, id: str) -> list[Value]:
        """List the values that have left the first state."""
        ...

    async def enter(self, id: str, value: Value, state: str, at: int, *, epoch: int | None = None) -> None:
        """Set the state of a value; its time begins `at` (tenant time), also where it is in it already."""
        ...
