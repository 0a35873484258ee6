"""Bound how many requests a run sends, and how quickly."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from oifde_simulator.vendor_client.errors import BudgetSpent

Sleep = Callable[[float], Awaitable[None]]


class Pace:
    """Requests that may be sent: so many in all, and each so long after the one before."""

    def __init__(self, most: int | None, interval: float, *, time: Callable[[], float], sleep: Sleep) -> None:
        """`most` is the number of requests (None: any), `interval` the seconds between two."""
        self.most = most
        self.sent = 0
        self._interval = interval
        self._time = time
        self._sleep = sleep
        self._next = time()

    async def wait(self) -> None:
        """Wait until the next request may be sent, and count it. Raises BudgetSpent."""
        if self.most is not None and self.sent >= self.most:
            raise BudgetSpent(f"{self.most} requests have been sent; --max-requests allows no more")
        self.sent += 1
        now = self._time()
        at, self._next = self._next, max(now, self._next) + self._interval
        if at > now:
            await self._sleep(at - now)
