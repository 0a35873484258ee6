"""What new connections of the vendor's port meet: good TLS, or a fault that the control plane chose."""

from __future__ import annotations

import asyncio
import math
import ssl
from collections.abc import Mapping
from time import monotonic

from oifde_simulator.web.tls.context import FaultSource
from oifde_simulator.web.tls.faults.handshakes import BrokenHandshakes, Places
from oifde_simulator.web.tls.faults.maker import FaultMaker
from oifde_simulator.web.tls.served import ServedTls, TlsChoice


class TlsSwitch:
    """Choose the TLS of new connections; those that are open stay as they are."""

    def __init__(self, good: ServedTls, maker: FaultMaker) -> None:
        """Begin with `good`; `maker` makes the others."""
        self._good = good
        self._maker = maker
        self._broken: ServedTls | None = None
        self._until = math.inf
        self._orders = 0

    @classmethod
    def of(
        cls, good: ssl.SSLContext | None, faults: FaultSource | None, places: Places, seconds: float
    ) -> TlsSwitch | None:
        """Make the switch of a port; None for one without TLS.

        Handshakes that hang take up `places`, each for `seconds` at most.
        """
        if good is None:
            return None
        assert faults is not None
        return cls(ServedTls(good), FaultMaker(faults, BrokenHandshakes(places, seconds)))

    def __call__(self) -> ServedTls:
        """Choose for one new connection."""
        if self._broken is None or not self.fault:
            return self._good
        self._maker.note(self._broken.fault)
        return self._broken

    def broken(self, fault: str) -> TlsChoice:
        """Make the choice of a port that has a fault for good. Raises TlsError where this system cannot."""
        served = self._maker.make(fault)

        def choose() -> ServedTls:
            self._maker.note(fault)
            return served

        return choose

    @property
    def fault(self) -> str:
        """Name of the fault that new connections meet; empty for none."""
        if self._broken is not None and monotonic() >= self._until:
            self.mend()
        return self._broken.fault if self._broken is not None else ""

    @property
    def ttl(self) -> float | None:
        """Seconds until TLS is good again by itself; None where it is, or does not become so."""
        if self._until == math.inf:
            return None
        return max(0.0, round(self._until - monotonic(), 3))

    @property
    def counts(self) -> Mapping[str, int]:
        """Connections that met a fault, by its name, whatever chose it."""
        return self._maker.counts

    async def spoil(self, fault: str, seconds: float | None = None) -> None:
        """Have new connections meet a fault for `seconds`; None for until `mend`. Raises TlsError."""
        self._orders += 1
        order = self._orders
        broken = await asyncio.to_thread(self._maker.make, fault)
        if order == self._orders:  # the last word counts
            self._broken = broken
            self._until = math.inf if seconds is None else monotonic() + seconds

    def mend(self) -> None:
        """Have new connections meet good TLS."""
        self._orders += 1
        self._broken, self._until = None, math.inf

    def end_hanging(self) -> None:
        """End the connections whose handshakes hang."""
        self._maker.end_hanging()
