"""What one tenant has of its own to look at and to turn: its journal and its clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from oifde_simulator.client.control import Control
from oifde_simulator.client.encode import Duration
from oifde_simulator.client.errors import told
from oifde_simulator.client.models import Clock, Exchange, Exchanges

__tracebackhide__ = told  # a failing test shows its own line


class TenantJournal:
    """What happened to one tenant. An exchange that a client has an answer to is always there already."""

    def __init__(self, control: Control, tenant: str) -> None:
        self._control = control
        self._tenant = tenant

    @property
    def entries(self) -> Sequence[Exchange]:
        """Every exchange, the oldest first."""
        return self.find()

    @property
    def statuses(self) -> Sequence[int | None]:
        """The HTTP status of each answer."""
        return [entry.status for entry in self.entries]

    @property
    def error_codes(self) -> Sequence[int | None]:
        """The errorCode of each answer; None where it had none."""
        return [entry.error_code for entry in self.entries]

    def find(self, **wanted: Any) -> Sequence[Exchange]:
        """Those that are wanted, such as `status=503` or `userMobile="18000000001"`."""
        return list(self._control.every_exchange(tenant=self._tenant, **wanted))

    def wait(self, count: int = 1, timeout: Duration = 5.0, **wanted: Any) -> Exchanges:
        """The first `count` that are wanted, as soon as so many are on record; NotCome after `timeout`."""
        return self._control.wait(count, timeout, tenant=self._tenant, **wanted)

    def har(self, **wanted: Any) -> Mapping[str, Any]:
        """As an HTTP archive (HAR 1.2)."""
        return self._control.har(tenant=self._tenant, **wanted)

    def forget(self) -> int:
        """Forget all exchanges; returns how many."""
        return self._control.forget(self._tenant)

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self.entries)

    def __len__(self) -> int:
        return self._control.exchanges(limit=1, tenant=self._tenant).count


class TenantClock:
    """The time of one tenant."""

    def __init__(self, control: Control, tenant: str) -> None:
        self._control = control
        self._tenant = tenant

    @property
    def now(self) -> str:
        """An instant in ISO 8601."""
        return self._control.clock(self._tenant).now

    @property
    def frozen(self) -> bool:
        """Whether it stands still."""
        return self._control.clock(self._tenant).frozen

    def freeze(self) -> Clock:
        """Stop it where it stands."""
        return self._control.freeze_clock(self._tenant)

    def go_on(self) -> Clock:
        """Let it go on from where it stands."""
        return self._control.freeze_clock(self._tenant, freeze=False)

    def set(self, instant: str) -> Clock:
        """Set it, to an instant such as `2026-01-01T00:00:00Z`."""
        return self._control.set_clock(self._tenant, instant)

    def advance(self, by: Duration) -> Clock:
        """Move it forward, by `"1h"` or a number of seconds."""
        return self._control.advance_clock(self._tenant, by)
