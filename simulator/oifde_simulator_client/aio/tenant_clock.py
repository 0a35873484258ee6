"""The clock of one tenant, for coroutines."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from oifde_simulator_client.aio.binding import awaitable_of_tenant
from oifde_simulator_client.aio.control import AsyncControl
from oifde_simulator_client.aio.pending import Pending
from oifde_simulator_client.call import Steps
from oifde_simulator_client.errors import hides_frames
from oifde_simulator_client.models import Clock
from oifde_simulator_client.operations import clock

__tracebackhide__ = hides_frames  # pytest shows the line of the failing test only

T = TypeVar("T")


class AsyncTenantClock:
    """The clock of one tenant; `await clock.now` fetches a property."""

    def __init__(self, control: AsyncControl, tenant: str) -> None:
        self._control = control
        self._tenant = tenant

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._tenant!r}, {self._control!r})"

    async def _run(self, steps: Steps[T]) -> T:
        return await self._control._run(steps)

    def _clock(self) -> Pending[Clock]:
        return Pending(lambda: self._run(clock.clock(self._tenant)))

    @property
    def now(self) -> Pending[str]:
        """Current instant in ISO 8601."""
        return self._clock().then(lambda found: found.now)

    @property
    def instant(self) -> Pending[datetime]:
        """Current instant as a datetime in UTC."""
        return self._clock().then(lambda found: found.instant)

    @property
    def frozen(self) -> Pending[bool]:
        """True for a stopped clock."""
        return self._clock().then(lambda found: found.frozen)

    @property
    def speed(self) -> Pending[float]:
        """How fast it runs, or will when it goes on; 1 is as fast as real time."""
        return self._clock().then(lambda found: found.speed)

    freeze = awaitable_of_tenant(clock.freeze)
    go_on = awaitable_of_tenant(clock.go_on)
    set = awaitable_of_tenant(clock.set_clock)
    advance = awaitable_of_tenant(clock.advance_clock)
    set_speed = awaitable_of_tenant(clock.set_clock_speed)
