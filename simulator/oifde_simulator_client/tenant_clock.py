"""The clock of one tenant."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from oifde_simulator_client.binding import blocking_of_tenant
from oifde_simulator_client.call import Steps
from oifde_simulator_client.control import Control
from oifde_simulator_client.errors import hides_frames
from oifde_simulator_client.operations import clock

__tracebackhide__ = hides_frames  # pytest shows the line of the failing test only

T = TypeVar("T")


class TenantClock:
    """The clock of one tenant."""

    def __init__(self, control: Control, tenant: str) -> None:
        self._control = control
        self._tenant = tenant

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._tenant!r}, {self._control!r})"

    def _run(self, steps: Steps[T]) -> T:
        return self._control._run(steps)

    @property
    def now(self) -> str:
        """Current instant in ISO 8601."""
        return self._run(clock.clock(self._tenant)).now

    @property
    def instant(self) -> datetime:
        """Current instant as a datetime in UTC."""
        return self._run(clock.clock(self._tenant)).instant

    @property
    def frozen(self) -> bool:
        """True for a stopped clock."""
        return self._run(clock.clock(self._tenant)).frozen

    @property
    def speed(self) -> float:
        """How fast it runs, or will when it goes on; 1 is as fast as real time."""
        return self._run(clock.clock(self._tenant)).speed

    freeze = blocking_of_tenant(clock.freeze)
    go_on = blocking_of_tenant(clock.go_on)
    set = blocking_of_tenant(clock.set_clock)
    advance = blocking_of_tenant(clock.advance_clock)
    set_speed = blocking_of_tenant(clock.set_clock_speed)
