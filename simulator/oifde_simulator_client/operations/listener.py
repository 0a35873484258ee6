"""Operations on the vendor's port and its TLS, and what this program knows of them."""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Mapping
from functools import partial
from typing import Any

from oifde_simulator_client.call import Call, of_json
from oifde_simulator_client.decode import build
from oifde_simulator_client.encode import Duration, format_duration, seconds
from oifde_simulator_client.errors import ControlProblem, hides_frames
from oifde_simulator_client.models import Listener

__tracebackhide__ = hides_frames  # pytest shows the line of the failing test only


class ClosedPort:
    """What one client knows of the port that it closed."""

    def __init__(self) -> None:
        self._until = 0.0
        """Time at which the port opens, on the clock of time.monotonic."""

    @property
    def is_closed(self) -> bool:
        """Check whether the port is closed by this client, as far as it knows."""
        return time.monotonic() < self._until

    def open(self) -> Generator[Call[Any], Any, Listener]:
        """Open the vendor's port for all tenants."""
        opened = yield from _set({"open": True})
        self._until = 0.0
        return opened

    def close(self, ttl: Duration | None = None) -> Generator[Call[Any], Any, Listener]:
        """Close the vendor's port for all tenants, until it is opened or for `ttl`."""
        self._until = math.inf  # even if the answer gets lost
        closed = yield from _set({"open": False} | ({} if ttl is None else {"ttl": format_duration(ttl)}))
        if ttl is not None:
            self._until = time.monotonic() + seconds(ttl)
        return closed


class BrokenTls:
    """What one client knows of the TLS that it broke."""

    def __init__(self) -> None:
        self._until = 0.0
        """Time at which TLS is good again, on the clock of time.monotonic."""

    @property
    def is_broken(self) -> bool:
        """Check whether TLS is broken by this client, as far as it knows."""
        return time.monotonic() < self._until

    def break_(self, fault: str, ttl: Duration | None = None) -> Generator[Call[Any], Any, Listener]:
        """Have all new TLS handshakes meet `fault`, until TLS is mended or for `ttl`."""
        before, self._until = self._until, math.inf  # even if the answer gets lost
        try:
            broken = yield from _set({"tls": fault} | ({} if ttl is None else {"ttl": format_duration(ttl)}))
        except ControlProblem:  # it has refused, and done nothing
            self._until = before
            raise
        if ttl is not None:
            self._until = time.monotonic() + seconds(ttl)
        return broken

    def mend(self) -> Generator[Call[Any], Any, Listener]:
        """Have all new TLS handshakes be good again."""
        mended = yield from _set({"tls": "good"})
        self._until = 0.0
        return mended


def listener() -> Call[Listener]:
    """Fetch the state of the vendor's port."""
    return Call("GET", "/listener", of_json(partial(build, Listener)))


def _set(wanted: Mapping[str, Any]) -> Call[Listener]:
    return Call("PUT", "/listener", of_json(partial(build, Listener)), wanted)
