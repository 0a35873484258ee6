"""The journal of one tenant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from oifde_simulator.client.control import Control
from oifde_simulator.client.encode import Duration
from oifde_simulator.client.errors import hides_frames
from oifde_simulator.client.models import Exchange, Exchanges

__tracebackhide__ = hides_frames  # pytest shows the line of the failing test only


class TenantJournal:
    """Exchanges of one tenant. An exchange is on record before its client has the answer."""

    def __init__(self, control: Control, tenant: str) -> None:
        self._control = control
        self._tenant = tenant

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

    def find(self, **wanted: Any) -> Sequence[Exchange]:
        """Fetch matching exchanges, such as `status=503` or `userMobile="18000000001"`."""
        return list(self._control.every_exchange(tenant=self._tenant, **wanted))

    def wait(self, count: int = 1, timeout: Duration = 5.0, **wanted: Any) -> Exchanges:
        """Wait until `count` matching exchanges are on record and return the first `count`.

        Raises NotCome after `timeout`.
        """
        return self._control.wait(count, timeout, tenant=self._tenant, **wanted)

    def har(self, **wanted: Any) -> Mapping[str, Any]:
        """Export matching exchanges as an HTTP archive (HAR 1.2)."""
        return self._control.har(tenant=self._tenant, **wanted)

    def forget(self) -> int:
        """Delete all exchanges and return their number."""
        return self._control.forget(self._tenant)

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self.entries)

    def __len__(self) -> int:
        return self._control.exchanges(limit=1, tenant=self._tenant).count
