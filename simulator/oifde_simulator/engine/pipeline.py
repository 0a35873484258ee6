"""A request's life, top to bottom: plan, admit, answer, turn, conclude, record. No I/O but the state's.

Rule: each step is pure, or one call of the state. A request that was planned with a tenant that has changed
meanwhile begins anew; nothing of it was counted.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from time import perf_counter
from typing import NamedTuple
from urllib.parse import quote

from oifde_simulator.coverage import registration
from oifde_simulator.engine.metrics import Meter
from oifde_simulator.faults.global_delay import GlobalDelay
from oifde_simulator.journal import Journal
from oifde_simulator.model.credential_step import Admission, EndedToken, TokenStep
from oifde_simulator.model.entry import Entry
from oifde_simulator.model.exchange import Answer, Exchange
from oifde_simulator.model.http import Request, Response
from oifde_simulator.model.turn import Fired
from oifde_simulator.model.vendor_errors import INTERNAL_ERROR
from oifde_simulator.model.view import View
from oifde_simulator.oifde.router import Call, Router
from oifde_simulator.rules.action import NotApplicable
from oifde_simulator.rules.selection import HONEST, NO_TURN, Decision
from oifde_simulator.state.errors import Stale
from oifde_simulator.tenants import Tenant, Tenants

log = logging.getLogger("oifde_simulator")

PROVENANCE = "X-Simulator-Rule"
ATTEMPTS = 10
"""Times that a request is planned anew, because its tenant changed, before it is refused."""
GOOD = Admission()
"""Judgement of a good credential, and of none."""


class Conclusion(NamedTuple):
    """An exchange about which rules were asked, and what they did, for the state to record."""

    exchange: Exchange
    fired: tuple[Fired, ...] = ()
    ended: EndedToken | None = None


class Pipeline:
    """Decides what happens to each request."""

    def __init__(
        self,
        router: Router,
        tenants: Tenants,
        journal: Journal,
        meter: Meter | None = None,
        delay: GlobalDelay | None = None,
    ) -> None:
        self.tenants = tenants
        self._router = router
        self._journal = journal
        self._state = tenants.state.exchanges
        self._entry = journal.entry
        self._coverage = tenants.state.coverage
        self._meter = meter or Meter()
        self._delay = delay or GlobalDelay(tenants.state.settings, tenants.seed)

    async def handle(self, request: Request) -> Exchange:
        """Decide everything about `request`, and put it on record."""
        began = perf_counter()
        exchange, entry = await self._decide(self._router.route(request))
        if self._delay.faults:
            exchange.script = await self._delay.apply(exchange.script)
        self._meter.count(entry, perf_counter() - began)
        return exchange

    async def unreadable(self, why: str, response: Response) -> Exchange:
        """Decide what answers bytes that are no request, and put it on record; `why` says what is wrong."""
        request = Request("", "", {}, read_error=why, keep_alive=False)
        exchange, entry = await self._decide(Call(request, None), Answer(response, {"errorCode": None}))
        self._meter.count(entry, 0.0)
        return exchange

    async def _decide(self, call: Call, given: Answer | None = None) -> tuple[Exchange, Entry]:
        """Decide about a call, again where its tenant has changed; `given` answers where no service does."""
        for _ in range(ATTEMPTS):
            tenant = self.tenants.cached(call.tenant) or await self._find(call)
            try:
                return await self._exchange(tenant, call, given)
            except Stale:
                self.tenants.forget(tenant.id)
        tenant = await self.tenants.unknown()
        tenant.defect = RuntimeError("the tenant changes faster than it can be asked")
        return await self._exchange(tenant, call, given)

    async def _find(self, call: Call) -> Tenant:
        """Find the tenant of a call; where that fails, the world of nobody, whose service is broken."""
        try:
            return await self.tenants.find(call.tenant, by_key=call.by_access_key)
        except Exception as defect:  # noqa: BLE001  whatever it is, the exchange tells and logs it
            tenant = await self.tenants.unknown()
            tenant.defect = defect
            return tenant

    async def _exchange(self, tenant: Tenant, call: Call, given: Answer | None) -> tuple[Exchange, Entry]:
        """Admit, answer, turn, conclude, record. Raises Stale where the tenant has changed meanwhile."""
        fired: tuple[Fired, ...] = ()
        ended, begun, now = None, False, tenant.clock.now()
        try:
            if tenant.defect is not None:
                raise tenant.defect
            honest = given
            if honest is None:
                request = tenant.service.read(call, now)
                admission, step = GOOD, request.step
                if type(step) is TokenStep and not tenant.counted:
                    admission = GOOD if step.worth == "good" else Admission(step.worth)
                elif step is not None:
                    admission, begun = await self._state.admit(tenant.read, step), True
                honest = tenant.service.respond(call, request, admission)
            if tenant.rules.rules:
                conclusion, begun = await self._ruled(tenant, call, honest, now, begun=begun)
                exchange, fired, ended = conclusion
            else:
                exchange = _unspoiled(tenant, call, honest, now)
        except Stale:
            raise
        except Exception as defect:
            # Guess: [internal-error] a fault of the server is 10000001; a capture of one would settle it.
            log.exception("a defect of the simulator; the client was answered %d", INTERNAL_ERROR.code)
            exchange, fired, ended, begun = _broken(tenant, call, defect), (), None, True
        if given is not None:
            exchange.notes = (f"not HTTP, refused: {call.request.read_error}", *exchange.notes)
        entry = await self._state.record(tenant.read, self._entry(exchange), fired, ended, begun=begun)
        exchange.outcome.report_to(self._state.finish, entry.tenant, entry.number)
        self._journal.log(exchange, entry)
        return exchange, entry

    async def _ruled(
        self, tenant: Tenant, call: Call, honest: Answer, now: int, *, begun: bool
    ) -> tuple[Conclusion, bool]:
        """Ask the rules of a tenant about a call; returned with whether the state has been asked."""
        rules = tenant.rules
        if not tenant.covered:
            await self._cover(tenant)
        selection = rules.select(view(call, honest), now)
        if selection is None:
            return Conclusion(_unspoiled(tenant, call, honest, now)), begun
        turn = NO_TURN
        if selection.candidates:
            turn = await self._state.turn(tenant.read, now, selection.candidates, begun=begun)
            begun = True
        return _conclude(tenant, call, honest, rules.decide(selection, turn), now), begun

    async def _cover(self, tenant: Tenant) -> None:
        """Have coverage count the rules of a tenant that is asked for the first time."""
        assert tenant.world.scenario
        await registration.cover_tenant(self._coverage, tenant.world.scenario, tenant.rules.rules)
        for each in (tenant, self.tenants.cached(tenant.id)):  # a tenantless one is a copy of another
            if each is not None and each.rules is tenant.rules:
                each.covered = True


def _unspoiled(tenant: Tenant, call: Call, honest: Answer, now: int) -> Exchange:
    response = honest.response
    script = response.script(call.request, now)
    return Exchange(
        now, tenant.id, call.endpoint, call.request, honest, response, script,
        "", (), (), (), call.document,
    )  # fmt: skip


def _broken(tenant: Tenant, call: Call, defect: Exception) -> Exchange:
    """Answer where anything of ours failed; no rule is asked."""
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
    """Show rules the request and the honest answer."""
    fields = {**honest.fields, "status": honest.response.status}
    return View(call.endpoint, call.document, call.request.headers, fields)


def _conclude(tenant: Tenant, call: Call, honest: Answer, decision: Decision, now: int) -> Conclusion:
    """Spoil the honest answer as the rules decided."""
    rule = decision.of
    if rule is None:
        exchange = _unspoiled(tenant, call, honest, now)
        exchange.held_back = decision.held_back
        return Conclusion(exchange)
    notes: tuple[str, ...] = ()
    ended = tenant.credentials.ended(decision.action.token, call.token(honest.fields))
    outcome = decision.outcome
    try:
        response = decision.reshape(honest, lambda problem: tenant.service.refuse(call, problem))
    except NotApplicable as reason:
        notes, response, ended = (
            (f"{rule.name}: {reason}; the honest answer was sent",),
            honest.response,
            None,
        )
        decision = replace(HONEST, held_back=decision.held_back)
    if decision.acts and tenant.provenance:
        response = _with_provenance(response, decision)
    whole = response.script(call.request, now)
    script = decision.spoil(whole)
    if decision.faults and script == whole:
        notes = (*notes, f"{decision.rule}: nothing in this answer for {', '.join(decision.faults)} to spoil")
    exchange = Exchange(
        now, tenant.id, call.endpoint, call.request, honest, response, script,
        decision.rule, decision.faults, decision.held_back, notes, call.document,
    )  # fmt: skip
    scenario = tenant.scenario if decision.of else ""
    fired = Fired(rule.name, scenario, rule.definition, outcome, script != whole)
    return Conclusion(exchange, (fired,), ended)


def _with_provenance(response: Response, decision: Decision) -> Response:
    """Add a header that says which rule spoiled the response."""
    names = "; ".join((quote(decision.rule), *(f"fault={name}" for name in decision.faults)))
    return Response(response.status, response.body, (*response.headers, (PROVENANCE, names)))
