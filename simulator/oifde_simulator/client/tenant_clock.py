"""The clock of one tenant."""

from __future__ import annotations

from oifde_simulator.client.control import Control
from oifde_simulator.client.encode import Duration
from oifde_simulator.client.errors import hides_frames
from oifde_simulator.client.models import Clock

__tracebackhide__ = hides_frames  # pytest shows the line of the failing test only


class TenantClock:
    """The clock of one tenant."""

    def __init__(self, control: Control, tenant: str) -> None:
        self._control = control
        self._tenant = tenant

    @property
    def now(self) -> str:
        """Current instant in ISO 8601."""
        return self._control.clock(self._tenant).now

    @property
    def frozen(self) -> bool:
        """True for a stopped clock."""
        return self._control.clock(self._tenant).frozen

    def freeze(self) -> Clock:
        """Stop the clock."""
        return self._control.freeze_clock(self._tenant)

    def go_on(self) -> Clock:
        """Start the clock again from the instant at which it stopped."""
        return self._control.freeze_clock(self._tenant, freeze=False)

    def set(self, instant: str) -> Clock:
        """Set the clock to an instant such as `2026-01-01T00:00:00Z`."""
        return self._control.set_clock(self._tenant, instant)

    def advance(self, by: Duration) -> Clock:
        """Move the clock forward by `"1h"` or a number of seconds."""
        return self._control.advance_clock(self._tenant, by)
