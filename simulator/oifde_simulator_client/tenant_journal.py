"""The journal of one tenant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from oifde_simulator_client.binding import blocking_filter, blocking_of_tenant
from oifde_simulator_client.call import Steps
from oifde_simulator_client.control import Control
from oifde_simulator_client.encode import Duration
from oifde_simulator_client.errors import hides_frames
from oifde_simulator_client.events import EventStream
from oifde_simulator_client.models import Exchange, Exchanges
from oifde_simulator_client.operations import journal

__tracebackhide__ = hides_frames  # pytest shows the line of the failing test only

T = TypeVar("T")


class TenantJournal:
    """Exchanges of one tenant. An exchange is on record before its client has the answer."""

    def __init__(self, control: Control, tenant: str) -> None:
        self._control = control
        self._tenant = tenant

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._tenant!r}, {self._control!r})"

    def _run(self, steps: Steps[T]) -> T:
        return self._control._run(steps)

    @property
    def entries(self) -> Sequence[Exchange]:
        """All exchanges, oldest first."""
        return self.find()

    @property
    def statuses(self) -> Sequence[int | None]:
        """HTTP status of each answer."""
        return [entry.status for entry in self.entries]

    @property
    def error_codes(self) -> Sequence[int | None]:
        """errorCode of each answer; None for an answer without one."""
        return [entry.error_code for entry in self.entries]

    find = blocking_filter(journal.find)
    har = blocking_filter(journal.har)
    forget = blocking_of_tenant(journal.forget)

    def wait(self, count: int = 1, timeout: Duration = 5.0, **wanted: Any) -> Exchanges:
        """Wait until `count` matching exchanges are on record and return the first `count`.

        Raises NotCome after `timeout`. On a running event loop it raises EventLoopRunning unless they are on
        record already.
        """
        return self._control.wait(count, timeout, **wanted, tenant=self._tenant)

    async def wait_async(
        self,
        count: int = 1,
        timeout: Duration = 5.0,  # noqa: ASYNC109 -- the server's
        **wanted: Any,
    ) -> Exchanges:
        """Do as `wait` does, in a coroutine: the event loop runs meanwhile."""
        return await self._control.wait_async(count, timeout, **wanted, tenant=self._tenant)

    def events(self, **wanted: Any) -> EventStream:
        """Follow matching exchanges as they come, from now on, or after `since`."""
        return self._control.events(**wanted, tenant=self._tenant)

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self.entries)

    def __len__(self) -> int:
        return self._run(journal.number_of_exchanges(tenant=self._tenant))
