"""The tenants that tests and fixtures have made: whose they are, since when, and until when.

Rule: a tenant that was asked for in the set-up of a fixture lives as long as the fixture, any other as long
as the test; and it is deleted when the whole end of the test is known, since its report needs the journal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from oifde_simulator.pytest_plugin.state import SessionState
from oifde_simulator_client import Control, ControlError, ControlProblem, Unreachable
from oifde_simulator_client.decode import build
from oifde_simulator_client.models import MadeTenant
from oifde_simulator_client.transport.blocking import Transport
from oifde_simulator_client.transport.endpoint import Endpoint, Reply

if TYPE_CHECKING:
    from oifde_simulator.runtime.embedding import Addresses

__tracebackhide__ = True  # addresses may hold a token


class WatchedTransport(Transport):
    """Connections that tell the plugin which tenants are made and deleted over them."""

    def __init__(self, endpoint: Endpoint, control: WatchedControl, registry: TenantRegistry) -> None:
        """Connect to nothing yet."""
        super().__init__(endpoint)
        self._control = control
        self._registry = registry

    def request(self, method: str, path: str, body: Any = None, **more: Any) -> Reply:
        """Send a request and return its answer. Raises as the client's own transport does."""
        reply = super().request(method, path, body, **more)
        place, _, id = path.rpartition("/")
        if method == "POST" and path == "/tenants":
            made = build(MadeTenant, reply.json)
            self._registry.add(self._control, made.tenant_id, made.last)
        elif method == "DELETE" and place == "/tenants":
            self._registry.forget(self._control, unquote(id))
        return reply


class WatchedControl(Control):
    """A client of a control plane that tells the plugin which tenants it makes."""

    def __init__(self, addresses: Addresses, registry: TenantRegistry) -> None:
        """Connect to nothing yet."""
        super().__init__(addresses.control, addresses.token)
        self._transport = WatchedTransport(self._transport.endpoint, self, registry)
        self.log = Path(addresses.log) if addresses.log else None
        """File with the server's log; None where there is none to read."""
        self.data_url = addresses.data
        """URL of the vendor's interface as clients reach it; None for what the server says."""
        registry.mark_log(self)


@dataclass(eq=False)
class KnownTenant:
    """A tenant that was made for a test or a fixture."""

    control: Control
    id: str
    item: pytest.Item | None
    """Test that it belongs to; None for one that a fixture of a wider scope has."""


@dataclass
class Marks:
    """Where the running test began."""

    numbers: dict[str, int] = field(default_factory=dict)
    """Number of the newest exchange, by URL of the control plane."""
    logs: dict[Path, int] = field(default_factory=dict)
    """Size of the server's log in bytes."""


class TenantRegistry:
    """Tenants of one pytest session."""

    def __init__(self, state: SessionState) -> None:
        self._state = state
        self._live: dict[tuple[str, str], KnownTenant] = {}
        self._ended: list[KnownTenant] = []
        self.marks = Marks()

    def add(self, control: Control, id: str, last: int | None = None) -> None:
        """Take up a tenant that was made now, for the fixture that is being set up or for the test.

        `last` is the number of the newest exchange then, if that is known.
        """
        if (control.url, id) in self._live:
            return
        if last is not None:
            self.marks.numbers.setdefault(control.url, last)
        place = self._state.place
        item = self._state.item if getattr(place, "scope", "function") == "function" else None
        self._live[control.url, id] = KnownTenant(control, id, item)
        if place is not None:
            place.addfinalizer(lambda: self.end(control.url, id))

    def end(self, url: str, id: str) -> None:
        """Delete a tenant after the test's end."""
        tenant = self._live.pop((url, id), None)
        if tenant is not None:
            self._ended.append(tenant)

    def forget(self, control: Control, id: str) -> None:
        """Take note that a tenant was deleted."""
        self._live.pop((control.url, id), None)

    def of(self, item: pytest.Item) -> Iterator[KnownTenant]:
        """List the tenants of a test, the oldest first, then those of its fixtures that it may have used."""
        known = (*self._live.values(), *reversed(self._ended))  # fixtures end in the other order
        yield from (each for each in known if each.item is item)
        yield from (each for each in known if each.item is None)

    @property
    def ids(self) -> list[str]:
        """Ids of all tenants that are known here."""
        return [each.id for each in (*self._live.values(), *self._ended)]

    def begin(self, controls: list[WatchedControl]) -> None:
        """Mark the beginning of a test.

        Where a journal stands is asked only if a fixture of a wider scope has a tenant there; a test that
        makes one of its own is told then.
        """
        self.marks = Marks()
        for control in controls:
            self.mark_log(control)
            if any(each.control is control for each in self._live.values()):
                self._mark_number(control)

    def mark_log(self, control: WatchedControl) -> None:
        """Mark the end of a server's log."""
        if control.log and control.log.exists():
            self.marks.logs[control.log] = control.log.stat().st_size

    def _mark_number(self, control: Control) -> None:
        try:
            self.marks.numbers[control.url] = control.exchanges(limit=1).last
        except ControlError:  # who needs the server will say so
            return

    def delete_ended(self, *, quietly: bool = False) -> None:
        """Delete the tenants whose test or fixture has ended. A server that has ended has none.

        Raises ControlProblem for one that is not deleted, unless it is done `quietly`.
        """
        ended, self._ended = self._ended, []
        refusals = [refusal for tenant in ended if (refusal := _delete(tenant))]
        if refusals and not quietly:
            raise refusals[0]

    def delete_all(self) -> None:
        """Delete every tenant that is left, as after an interrupt."""
        self._ended += self._live.values()
        self._live.clear()
        self.delete_ended(quietly=True)


def _delete(tenant: KnownTenant) -> ControlProblem | None:
    """Delete a tenant and return the refusal, if it is one that matters."""
    try:
        Control.delete_tenant(tenant.control, tenant.id)
    except Unreachable:
        return None
    except ControlProblem as refusal:
        return None if refusal.status == 404 else refusal
    return None
