"""Operations on the clock of a tenant."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from oifde_simulator_client.call import Call, of_json
from oifde_simulator_client.decode import build
from oifde_simulator_client.encode import Duration, Instant, format_duration, format_instant, path
from oifde_simulator_client.errors import hides_frames
from oifde_simulator_client.models import Clock

__tracebackhide__ = hides_frames  # pytest shows the line of the failing test only


def clock(tenant: str) -> Call[Clock]:
    """Fetch the tenant's time."""
    return Call("GET", path("tenants", tenant, "clock"), of_json(partial(build, Clock)))


def freeze_clock(tenant: str, *, freeze: bool = True) -> Call[Clock]:
    """Stop the tenant's clock; `freeze=False` starts it again from the same instant."""
    return _change(tenant, {"freeze": freeze})


def freeze(tenant: str) -> Call[Clock]:
    """Stop the clock."""
    return freeze_clock(tenant)


def go_on(tenant: str) -> Call[Clock]:
    """Start the clock again from the instant at which it stopped."""
    return freeze_clock(tenant, freeze=False)


def set_clock(tenant: str, instant: Instant) -> Call[Clock]:
    """Set the tenant's time to an instant such as `2026-01-01T00:00:00Z`, or a datetime with a time zone."""
    return _change(tenant, {"set": format_instant(instant)})


def advance_clock(tenant: str, by: Duration) -> Call[Clock]:
    """Move the tenant's time forward by `"1h"`, seconds or a timedelta.

    Tokens expire, sessions appear, windows open.
    """
    return _change(tenant, {"advance": format_duration(by)})


def set_clock_speed(tenant: str, speed: float) -> Call[Clock]:
    """Have the tenant's time run `speed` times as fast as real time from now on, 0.001 to 1,000,000.

    What a fault waits is real time at any speed.
    """
    return _change(tenant, {"speed": speed})


def _change(tenant: str, wanted: Mapping[str, Any]) -> Call[Clock]:
    return Call("PUT", path("tenants", tenant, "clock"), of_json(partial(build, Clock)), wanted)
