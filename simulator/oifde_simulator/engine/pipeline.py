"""A request's life, top to bottom: the honest answer first, then what rules make of it. No I/O."""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial
from time import perf_counter
from urllib.parse import quote

from oifde_simulator.coverage.coverage import Coverage
from oifde_simulator.engine.metrics import Meter
from oifde_simulator.faults.global_delay import GlobalDelay
from oifde_simulator.journal import Journal
from oifde_simulator.model.exchange import Answer, Exchange
from oifde_simulator.model.http import Request, Response
from oifde_simulator.model.vendor_errors import INTERNAL_ERROR
from oifde_simulator.model.view import View
from oifde_simulator.oifde.router import Call, Router
from oifde_simulator.rules.respond import NotApplicable
from oifde_simulator.rules.selection import HONEST, Decision
from oifde_simulator.tenants import Tenant, Tenants

log = logging.getLogger("oifde_simulator")

PROVENANCE = "X-Simulator-Rule"


class Pipeline:
    """Decides what happens to each request."""

    def __init__(
        self,
        router: Router,
        tenants: Tenants,
        journal: Journal,
        meter: Meter | None = None,
        coverage: Coverage | None = None,
        delay: GlobalDelay | None = None,
    ) -> None:
        self.tenants = tenants
        self._router = router
        self._journal = journal
        self._meter = meter or Meter()
        self._coverage = coverage or Coverage()
        self._delay = delay or GlobalDelay()

    def handle(self, request: Request) -> Exchange:
        """Decide everything about `request`, and put it on record."""
        began = perf_counter()
        exchange = self.decide(request)
        if self._delay.faults:
            exchange.script = self._delay.before(exchange.script)
        self._meter.count(self._journal.record(exchange), perf_counter() - began)
        return exchange

    def unreadable(self, why: str, response: Response) -> Exchange:
        """Decide what answers bytes that are no request, and put it on record; `why` says what is wrong."""
        request = Request("", "", {}, read_error=why, keep_alive=False)
        exchange = self._decide(Call(request, None), Answer(response, {"errorCode": None}))
        exchange.notes = (f"not HTTP, refused: {why}", *exchange.notes)
        self._meter.count(self._journal.record(exchange), 0.0)
        return exchange

    def decide(self, request: Request) -> Exchange:
        """Decide everything about `request`, at one stroke; rules count it, and nothing is recorded."""
        return self._decide(self._router.route(request))

    def _decide(self, call: Call, honest: Answer | None = None) -> Exchange:
        """Decide everything about `call`; `honest` is its honest answer, where no service makes one."""
        tenant = None
        try:
            tenant = self.tenants.of(call)
            rules = tenant.rules
            if rules.rules and not rules.covered:
                self._coverage.asked(self.tenants.scenarios[tenant.id], rules)
            return _decided(tenant, call, honest, self._coverage)
        except Exception as defect:
            # Guess: [internal-error] a fault of the server is 10000001; a capture of one would settle it.
            log.exception("a defect of the simulator; the client was answered %d", INTERNAL_ERROR.code)
            return _broken(tenant or self.tenants.nobody(), call, defect)


def _decided(tenant: Tenant, call: Call, honest: Answer | None, coverage: Coverage) -> Exchange:
    now = tenant.clock.now()
    honest = honest or tenant.service.respond(call, now)
    if not tenant.rules.rules:
        return _unspoiled(tenant, call, honest, now)
    seen = view(call, honest)
    decision = tenant.rules.decide(seen, now)
    if decision is HONEST:
        exchange = _unspoiled(tenant, call, honest, now)
    else:
        exchange = _spoiled(tenant, call, honest, decision, now, coverage)
    if not exchange.rule:
        exchange.nearly = partial(tenant.rules.near_misses, seen)
    return exchange


def _unspoiled(tenant: Tenant, call: Call, honest: Answer, now: int) -> Exchange:
    response = honest.response
    script = response.script(call.request, now)
    return Exchange(
        now, tenant.id, call.endpoint, call.request, honest, response, script,
        "", (), (), (), call.document,
    )  # fmt: skip


def _broken(tenant: Tenant, call: Call, defect: Exception) -> Exchange:
    """What is sent where anything of ours failed; no rule is asked."""
    now = tenant.clock.now()
    honest = tenant.service.broken(call)
    response = honest.response
    script = response.script(call.request, now)
    note = f"a defect of the simulator: {type(defect).__name__}: {defect}"
    return Exchange(
        now, tenant.id, call.endpoint, call.request, honest, response, script,
        "", (), (), (note,), call.document,
    )  # fmt: skip


def view(call: Call, honest: Answer) -> View:
    """What rules can see."""
    fields = {**honest.fields, "status": honest.response.status}
    return View(call.endpoint, call.document, call.request.headers, fields)


def _spoiled(
    tenant: Tenant, call: Call, honest: Answer, decision: Decision, now: int, coverage: Coverage
) -> Exchange:
    notes: tuple[str, ...] = ()
    try:
        response = decision.reshape(honest, partial(tenant.service.refuse, call))
    except NotApplicable as reason:
        notes, response = (f"{decision.rule}: {reason}; the honest answer was sent",), honest.response
        decision = replace(HONEST, held_back=decision.held_back)
    tenant.credentials.end(decision.action.token, call.token(honest.fields))
    if decision.acts and tenant.provenance:
        response = _told(response, decision)
    whole = response.script(call.request, now)
    script = decision.spoil(whole)
    if decision.rule:
        coverage.fired(tenant.rules, decision, spoiled=script != whole)
    if decision.faults and script == whole:
        notes = (*notes, f"{decision.rule}: nothing in this answer for {', '.join(decision.faults)} to spoil")
    return Exchange(
        now, tenant.id, call.endpoint, call.request, honest, response, script,
        decision.rule, decision.faults, decision.held_back, notes, call.document,
    )  # fmt: skip


def _told(response: Response, decision: Decision) -> Response:
    """The response with a header that says who spoiled it."""
    names = "; ".join((quote(decision.rule), *(f"fault={name}" for name in decision.faults)))
    return Response(response.status, response.body, (*response.headers, (PROVENANCE, names)))
