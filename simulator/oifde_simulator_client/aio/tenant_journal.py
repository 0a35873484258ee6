"""The journal of one tenant, for coroutines."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, TypeVar

from oifde_simulator_client.aio.binding import awaitable_filter, awaitable_of_tenant
from oifde_simulator_client.aio.control import AsyncControl
from oifde_simulator_client.aio.events import AsyncEventStream
from oifde_simulator_client.aio.pending import Pending
from oifde_simulator_client.call import Steps
from oifde_simulator_client.errors import hides_frames
from oifde_simulator_client.models import Exchange
from oifde_simulator_client.operations import journal

__tracebackhide__ = hides_frames  # pytest shows the line of the failing test only

T = TypeVar("T")


class AsyncTenantJournal:
    """Exchanges of one tenant; `await journal.entries` fetches a property."""

    def __init__(self, control: AsyncControl, tenant: str) -> None:
        self._control = control
        self._tenant = tenant

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._tenant!r}, {self._control!r})"

    async def _run(self, steps: Steps[T]) -> T:
        return await self._control._run(steps)

    @property
    def entries(self) -> Pending[Sequence[Exchange]]:
        """All exchanges, oldest first."""
        return Pending(self.find)

    @property
    def statuses(self) -> Pending[Sequence[int | None]]:
        """HTTP status of each answer."""
        return self.entries.then(lambda entries: [entry.status for entry in entries])

    @property
    def error_codes(self) -> Pending[Sequence[int | None]]:
        """errorCode of each answer; None for an answer without one."""
        return self.entries.then(lambda entries: [entry.error_code for entry in entries])

    find = awaitable_filter(journal.find)
    har = awaitable_filter(journal.har)
    wait = awaitable_filter(journal.wait)
    forget = awaitable_of_tenant(journal.forget)

    async def events(self, **wanted: Any) -> AsyncEventStream:
        """Follow matching exchanges as they come, from now on, or after `since`."""
        return await self._control.events(**wanted, tenant=self._tenant)

    async def __aiter__(self) -> AsyncIterator[Exchange]:
        for entry in await self.entries:
            yield entry
