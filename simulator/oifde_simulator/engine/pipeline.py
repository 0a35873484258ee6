"""A request's life, top to bottom: route it, find its tenant, attempt an answer, log and count it.

Rule: each request gets an answer, whatever happens. An attempt whose tenant has changed meanwhile
(`attempt.py`) is made again.
"""

from __future__ import annotations

import logging
from time import perf_counter

from oifde_simulator.engine.attempt import Attempts
from oifde_simulator.engine.conclusion import (
    NO_STORE,
    UNRECORDED,
    unrecorded,
)
from oifde_simulator.engine.counting.metrics import Meter
from oifde_simulator.engine.repeats import Repeats
from oifde_simulator.faults.global_delay import GlobalDelay
from oifde_simulator.journal import Journal
from oifde_simulator.model.entry import Entry
from oifde_simulator.model.exchange import Answer, Exchange
from oifde_simulator.model.http import UNKNOWN_PEER, Peer, PortName, Request, Response
from oifde_simulator.oifde.router import Call, Router
from oifde_simulator.state.errors import Stale, StoreGone
from oifde_simulator.state.health import StoreHealth
from oifde_simulator.tenants import Tenant, Tenants
from oifde_simulator.wire.script import Script

log = logging.getLogger("oifde_simulator")

ATTEMPTS = 10
"""Times that a request is planned anew, because its tenant changed, before it is refused."""


class Pipeline:
    """Decides what happens to each request."""

    def __init__(
        self,
        router: Router,
        tenants: Tenants,
        journal: Journal,
        meter: Meter | None = None,
        delay: GlobalDelay | None = None,
        health: StoreHealth | None = None,
    ) -> None:
        self.tenants = tenants
        self._router = router
        self._journal = journal
        self._attempts = Attempts(tenants, journal)
        self.suspends: bool = tenants.state.exchanges.suspends
        """True where a decision awaits a store, for which it needs a task."""
        self._meter = meter or Meter()
        self._delay = delay or GlobalDelay(tenants.state.settings, tenants.state.announcements, tenants.seed)
        self._health = health or StoreHealth()
        self.repeats = Repeats(tenants, tenants.state.exchanges, journal, self._meter, self._delay)

    async def handle(self, request: Request) -> Exchange:
        """Decide everything about `request`, and put it on record."""
        began = perf_counter()
        try:
            call = self._router.route(request)
        except Exception as defect:  # noqa: BLE001  whatever it is, the exchange tells and logs it
            call = Call.failed(request, defect)
        delay = await self._draw_delay(call) if self._delay.faults else ()
        exchange, entry = await self._answer(call)
        if delay and exchange.script:
            exchange.script = (*delay, *exchange.script)
        if entry is not None:
            self._count(exchange, entry, perf_counter() - began)
        return exchange

    async def fail(self, request: Request, defect: Exception) -> Exchange:
        """Answer a request that could not be read because of a defect of ours, and put it on record."""
        exchange, entry = await self._answer(Call.failed(request, defect))
        if entry is not None:
            self._count(exchange, entry, 0.0)
        return exchange

    async def _draw_delay(self, call: Call) -> Script:
        """Draw the delay of every answer; a defect is the call's."""
        try:
            return await self._delay.draw()
        except Exception as defect:  # noqa: BLE001  whatever it is, the exchange tells and logs it
            call.defect = call.defect or defect
            return ()

    async def unreadable(
        self, why: str, response: Response, port: PortName = "", peer: Peer = UNKNOWN_PEER
    ) -> Exchange:
        """Decide what answers bytes that are no request, and put it on record; `why` says what is wrong."""
        request = Request("", "", {}, read_error=why, keep_alive=False, port=port, peer=peer)
        exchange, entry = await self._answer(Call(request, None), Answer(response, {"errorCode": None}))
        if entry is not None:
            self._count(exchange, entry, 0.0)
        return exchange

    async def _answer(self, call: Call, given: Answer | None = None) -> tuple[Exchange, Entry | None]:
        """Decide about a call; `given` answers where no service does. Without a record, there is no entry."""
        try:
            tenant = self.tenants.cached(call.tenant) or await self._find(call)
            try:
                exchange, entry = await self._attempts.exchange(tenant, call, given)
            except Stale:
                self.tenants.forget(tenant.id)
                exchange, entry = await self._decide_again(call, given)
        except StoreGone as gone:
            self._health.refused(gone)
            return unrecorded(call, self.tenants.clock.now(), NO_STORE), None
        except Exception:
            log.exception("a defect of the simulator; the client was answered %d, off the record", UNRECORDED)
            return unrecorded(call, self.tenants.clock.now()), None
        self._log(exchange, entry)
        return exchange, entry

    async def _decide_again(self, call: Call, given: Answer | None) -> tuple[Exchange, Entry]:
        """Decide about a call whose tenant has changed, until it has not; at last as a broken service."""
        for _ in range(ATTEMPTS - 1):
            tenant = self.tenants.cached(call.tenant) or await self._find(call)
            try:
                return await self._attempts.exchange(tenant, call, given)
            except Stale:
                self.tenants.forget(tenant.id)
        for _ in range(ATTEMPTS):
            tenant = await self._nobody(RuntimeError("the tenant changes faster than it can be asked"))
            try:
                return await self._attempts.exchange(tenant, call, given)
            except Stale:
                self.tenants.forget(tenant.id)
        raise Stale

    async def _find(self, call: Call) -> Tenant:
        """Find the tenant of a call; where that fails, the world of nobody, whose service is broken."""
        try:
            return await self.tenants.resolver.find(call.tenant, by_key=call.by_access_key)
        except StoreGone:
            raise
        except Exception as defect:  # noqa: BLE001  whatever it is, the exchange tells and logs it
            return await self._nobody(defect)

    async def _nobody(self, defect: Exception) -> Tenant:
        """Make the world of nobody, whose service is broken by `defect`."""
        tenant = await self.tenants.resolver.unknown()
        tenant.defect = defect
        return tenant

    def _log(self, exchange: Exchange, entry: Entry) -> None:
        """Log an exchange, which is on record; a line that fails changes no answer."""
        try:
            self._journal.log(exchange, entry)
        except Exception:
            log.exception("a defect of the simulator: exchange %d has no line", entry.number)

    def _count(self, exchange: Exchange, entry: Entry, seconds: float) -> None:
        """Count an exchange, whose decision took so long, and how its sending ends.

        It is on record; a count that fails changes no answer.
        """
        if (counted := self._meter.note(entry, seconds)) is not None:
            exchange.outcome.counted_as(counted)
