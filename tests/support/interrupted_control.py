"""A control plane on a state that suspends, with something that happens at one of these moments."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, cast

from aiohttp import web
from aiohttp.test_utils import BaseTestServer

from oifde_simulator.engine.counting.metrics import Meter
from oifde_simulator.faults.global_delay import GlobalDelay
from oifde_simulator.journal import Journal
from oifde_simulator.scenario import loader
from oifde_simulator.state.interface import State
from oifde_simulator.state.memory.state import MemoryState
from oifde_simulator.tenants import Tenants
from oifde_simulator.tenants.admin import TenantAdmin
from oifde_simulator.web.control_plane.app import control_plane
from oifde_simulator.web.control_plane.context import ControlContext
from oifde_simulator.web.data_plane.sockets.port import Port
from state_forms import entry, read
from suspending_state import suspending

STATEFUL = """
rules:
  - {name: breaks, state: {becomes: broken}, respond: {status: 503}}
  - {name: down, state: {is: broken}, respond: {status: 503}}
"""


class StillPort:
    """A port that nobody listens on."""

    url, is_open, ttl = "http://127.0.0.1", True, None
    recordings_url, own_recordings_url = url, None
    tls, fault_urls = None, ()

    async def open(self, number: int | None = None) -> None:
        """Listen, as it does already."""


class Moments:
    """The moments at which the state suspends; at one of them something happens."""

    def __init__(self) -> None:
        self.happens: Callable[[], Awaitable[object]] | None = None
        self.left = 0

    async def pause(self) -> None:
        """Let a moment pass."""
        self.left -= 1
        if self.left == 0 and self.happens is not None:
            await self.happens()


class Server(BaseTestServer):
    """The control plane on a state that suspends, and the same state for who changes it in between."""

    def __init__(self) -> None:
        super().__init__()
        self.victim, self.number = "", 0
        self.moments = Moments()
        self.inner: State = MemoryState()
        state = suspending(self.inner, self.moments.pause)
        scenarios = {name: loader.loads(STATEFUL.encode(), name, name) for name in ("victim", "other")}
        self.tenants = Tenants(scenarios, seed="0", error_status=200, state=state)
        self.admin = TenantAdmin(self.tenants)

    async def _make_runner(self, **_: Any) -> web.BaseRunner:
        context = ControlContext(
            tenants=self.tenants,
            journal=Journal(self.tenants.state, seed="0"),
            meter=Meter(),
            ca_pem=None,
            port=cast(Port, StillPort()),
            delay=GlobalDelay(self.tenants.state.settings, self.tenants.state.announcements, "0"),
        )
        return control_plane(context, None)

    async def begin(self, *, made: bool) -> None:
        """Serve the victim with one exchange and an added rule; it is of the files, or made on demand."""
        self.moments.left = 0
        await self.tenants.restore()
        await self.inner.journal.clear(None)
        self.victim = "guest" if made else "victim"
        if made:
            await self.admin.make(self.admin.scenario("other"), self.victim)
        tenant = await self.tenants.named(self.victim)
        await self.admin.add_rules(tenant, [{"respond": {"status": 500}}], [None])
        asked = await read(self.inner, self.victim), entry(self.victim)
        self.number = (await self.inner.exchanges.record(*asked, begun=False)).number
