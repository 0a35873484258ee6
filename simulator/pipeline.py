"""A request's life, top to bottom: the honest answer first, then what rules make of it. No I/O."""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial
from urllib.parse import quote

from simulator.errors import INTERNAL_ERROR
from simulator.exchange import Answer, Exchange
from simulator.failure.actions import NotApplicable
from simulator.failure.matching import View
from simulator.failure.rules import HONEST, Decision, token_of
from simulator.http import Request, Response
from simulator.journal import Journal
from simulator.oifde.routing import Call, Router
from simulator.tenants import Tenant, Tenants

log = logging.getLogger("simulator")

PROVENANCE = "X-Simulator-Rule"


class Pipeline:
    """Decides what happens to each request."""

    def __init__(self, router: Router, tenants: Tenants, journal: Journal) -> None:
        self.tenants = tenants
        self._router = router
        self._journal = journal

    def handle(self, request: Request) -> Exchange:
        """Decide everything about `request`, at one stroke, and put it on record."""
        call = self._router.route(request)
        tenant = None
        try:
            tenant = self.tenants.of(call)
            exchange = _decided(tenant, call)
        except Exception as defect:
            # Guess: [internal-error] a fault of the server is 10000001; a capture of one would settle it.
            log.exception("a defect of the simulator; the client was answered %d", INTERNAL_ERROR.code)
            exchange = _broken(tenant or self.tenants.nobody(), call, defect)
        self._journal.record(exchange)
        return exchange


def _decided(tenant: Tenant, call: Call) -> Exchange:
    now = tenant.clock.now()
    honest = tenant.service.respond(call, now)
    if not tenant.rules.rules:
        return _unspoiled(tenant, call, honest, now)
    seen = view(call, honest)
    decision = tenant.rules.decide(seen, now)
    if decision is HONEST:
        exchange = _unspoiled(tenant, call, honest, now)
    else:
        exchange = _spoiled(tenant, call, honest, decision, now)
    if not exchange.rule:
        exchange.nearly = partial(tenant.rules.near_misses, seen)
    return exchange


def _unspoiled(tenant: Tenant, call: Call, honest: Answer, now: int) -> Exchange:
    response = honest.response
    script = response.script(call.request, now)
    return Exchange(now, tenant.id, call.operation, call.request, honest, response, script)


def _broken(tenant: Tenant, call: Call, defect: Exception) -> Exchange:
    """What is sent where anything of ours failed; no rule is asked."""
    now = tenant.clock.now()
    honest = tenant.service.broken(call)
    response = honest.response
    script = response.script(call.request, now)
    note = f"a defect of the simulator: {type(defect).__name__}: {defect}"
    return Exchange(now, tenant.id, call.operation, call.request, honest, response, script, notes=(note,))


def view(call: Call, honest: Answer) -> View:
    """What rules can see."""
    fields = {**honest.fields, "status": honest.response.status}
    return View(call.operation, call.document, call.request.headers, fields)


def _spoiled(tenant: Tenant, call: Call, honest: Answer, decision: Decision, now: int) -> Exchange:
    notes: tuple[str, ...] = ()
    try:
        response = decision.reshape(honest, partial(tenant.service.refuse, call))
    except NotApplicable as reason:
        notes, response = (f"{decision.rule}: {reason}; the honest answer was sent",), honest.response
        decision = replace(HONEST, held_back=decision.held_back)
    tenant.credentials.end(decision.action.token, token_of(view(call, honest)))
    if decision.acts and tenant.provenance:
        response = _told(response, decision)
    whole = response.script(call.request, now)
    script = decision.spoil(whole)
    if decision.faults and script == whole:
        notes = (*notes, f"{decision.rule}: nothing in this answer for {', '.join(decision.faults)} to spoil")
    return Exchange(
        now, tenant.id, call.operation, call.request, honest, response, script,
        decision.rule, decision.faults, decision.held_back, notes,
    )  # fmt: skip


def _told(response: Response, decision: Decision) -> Response:
    """The response with a header that says who spoiled it."""
    names = "; ".join((quote(decision.rule), *(f"fault={name}" for name in decision.faults)))
    return Response(response.status, response.body, (*response.headers, (PROVENANCE, names)))
