"""A request's life, top to bottom: read the call, find its tenant, answer, script, record. No I/O."""

from __future__ import annotations

import logging

from simulator.errors import INTERNAL_ERROR
from simulator.exchange import Answer, Exchange
from simulator.http import Request
from simulator.journal import Journal
from simulator.oifde.routing import Call, Router
from simulator.tenants import Tenant, Tenants

log = logging.getLogger("simulator")


class Pipeline:
    """Decides what happens to each request."""

    def __init__(self, router: Router, tenants: Tenants, journal: Journal) -> None:
        self.tenants = tenants
        self._router = router
        self._journal = journal

    def handle(self, request: Request) -> Exchange:
        """Decide everything about `request`, at one stroke, and put it on record."""
        call = self._router.route(request)
        tenant = self.tenants.of(call)
        now = tenant.clock.now()
        honest = _answer(tenant, call, now)
        script = honest.response.script(request, now)
        exchange = Exchange(now, tenant.id, call.operation, request, honest, script)
        self._journal.record(exchange)
        return exchange


def _answer(tenant: Tenant, call: Call, now: int) -> Answer:
    try:
        return tenant.service.respond(call, now)
    except Exception:
        # Guess: [internal-error] a fault of the server is 10000001; a capture of one would settle it.
        log.exception("a defect of the simulator; the client was answered %d", INTERNAL_ERROR.code)
        return tenant.service.broken(call)
