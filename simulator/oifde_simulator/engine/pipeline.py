"""A request's life, top to bottom: plan, admit, answer, turn, conclude, record. No I/O but the state's.

Rule: each step is pure, or one call of the state. A request that was planned with a tenant that has changed
meanwhile begins anew; nothing of it was counted.
"""

from __future__ import annotations

import logging
from time import perf_counter

from oifde_simulator.coverage import registration
from oifde_simulator.engine.conclusion import (
    NO_STORE,
    UNRECORDED,
    Conclusion,
    broken,
    conclude,
    occasion_of,
    unrecorded,
    unspoiled,
)
from oifde_simulator.engine.held_bodies import decided, held
from oifde_simulator.engine.joint_conclusion import conclude_jointly
from oifde_simulator.engine.leases import LeaseHolder, give_back
from oifde_simulator.engine.metrics import Meter
from oifde_simulator.engine.repeats import Repeats
from oifde_simulator.engine.rule_view import view
from oifde_simulator.faults.global_delay import GlobalDelay
from oifde_simulator.journal import Journal
from oifde_simulator.model.credential_step import Admission, TokenStep
from oifde_simulator.model.entry import Entry
from oifde_simulator.model.exchange import Answer, Exchange
from oifde_simulator.model.http import UNKNOWN_PEER, Peer, PortName, Request, Response
from oifde_simulator.model.turn import Leases
from oifde_simulator.oifde.router import Call, Router
from oifde_simulator.rules.ability import Judge
from oifde_simulator.rules.effect import Occasion
from oifde_simulator.rules.selection import NO_TURN, Selection
from oifde_simulator.state.errors import Stale, StoreGone
from oifde_simulator.state.health import StoreHealth
from oifde_simulator.tenants import Tenant, Tenants
from oifde_simulator.wire.script import Script

log = logging.getLogger("oifde_simulator")

ATTEMPTS = 10
"""Times that a request is planned anew, because its tenant changed, before it is refused."""
GOOD = Admission()
"""Judgement of a good credential, and of none."""


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
        self._state = tenants.state.exchanges
        self.suspends: bool = tenants.state.exchanges.suspends
        """True where a decision awaits a store, for which it needs a task."""
        self._entry = journal.entry
        self._coverage = tenants.state.coverage
        self._meter = meter or Meter()
        self._delay = delay or GlobalDelay(tenants.state.settings, tenants.state.announcements, tenants.seed)
        self._health = health or StoreHealth()
        self._judge = Judge()
        self.repeats = Repeats(tenants, self._state, journal, self._meter, self._delay)

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
            exchange, entry = await self._decide(call, given)
        except StoreGone as gone:
            self._health.refused(gone)
            return unrecorded(call, self.tenants.clock.now(), NO_STORE), None
        except Exception:
            log.exception("a defect of the simulator; the client was answered %d, off the record", UNRECORDED)
            return unrecorded(call, self.tenants.clock.now()), None
        self._log(exchange, entry)
        return exchange, entry

    async def _decide(self, call: Call, given: Answer | None) -> tuple[Exchange, Entry]:
        """Decide about a call, again where its tenant has changed; at last as a broken service."""
        for _ in range(ATTEMPTS):
            tenant = self.tenants.cached(call.tenant) or await self._find(call)
            try:
                return await self._exchange(tenant, call, given)
            except Stale:
                self.tenants.forget(tenant.id)
        for _ in range(ATTEMPTS):
            tenant = await self._nobody(RuntimeError("the tenant changes faster than it can be asked"))
            try:
                return await self._exchange(tenant, call, given)
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

    async def _exchange(self, tenant: Tenant, call: Call, given: Answer | None) -> tuple[Exchange, Entry]:
        """Admit, answer, turn, conclude, record. Raises Stale where the tenant has changed meanwhile."""
        leases: Leases = ()
        try:
            try:
                conclusion, begun, leases = await self._conclude(tenant, call, given)
                entry = self._enter(conclusion.exchange, given)
            except (Stale, StoreGone):
                raise
            except Exception as defect:  # noqa: BLE001  whatever it is, the exchange tells and logs it
                conclusion, begun = self._broken(tenant, call, defect), True
                entry = self._enter(conclusion.exchange, given)
            exchange, fired, ended = conclusion
            entry = await self._state.record(tenant.read, entry, fired, ended, begun=begun)
        except BaseException:
            give_back(self._state, leases)
            raise
        report = LeaseHolder(self._state, leases) if leases else self._state.finish
        exchange.outcome.report_to(report, entry.tenant, entry.number)
        return exchange, entry

    @staticmethod
    def _broken(tenant: Tenant, call: Call, defect: Exception) -> Conclusion:
        """Answer as a broken service, and log the defect that is being handled."""
        # Guess: [internal-error] a fault of the server is 10000001; a capture of one would settle it.
        conclusion = Conclusion(broken(tenant, call, defect))
        code = conclusion.exchange.honest.fields[call.error_shape.code_field]
        log.exception("a defect of the simulator; the client was answered %s", code)
        return conclusion

    async def _conclude(
        self, tenant: Tenant, call: Call, given: Answer | None
    ) -> tuple[Conclusion, bool, Leases]:
        """Admit, answer, and ask the rules; returned with whether the state has been asked, and leases."""
        if defect := call.defect or tenant.defect:
            raise defect
        now, begun = tenant.clock.now(), False
        honest, admission, step = given, GOOD, None
        if honest is None:
            asked = tenant.service.read(call, now)
            step = asked.step
            if type(step) is TokenStep and not tenant.counted:
                admission = GOOD if step.worth == "good" else Admission(step.worth)
            elif step is not None:
                admission, begun = await self._state.admit(tenant.read, step), True
            honest = tenant.service.respond(call, asked, admission)
        selection = None
        if tenant.rules.rules:
            if not tenant.covered:
                await self._cover(tenant, begun=begun)
            selection = tenant.rules.select(view(call, honest), now)
        if selection is None:
            return Conclusion(unspoiled(tenant, call, honest, now)), begun, ()
        occasion = occasion_of(tenant, call, honest, now, step, admission)
        return await self._spoil(tenant, call, occasion, selection, begun=begun)

    async def _spoil(
        self, tenant: Tenant, call: Call, occasion: Occasion, selection: Selection, *, begun: bool
    ) -> tuple[Conclusion, bool, Leases]:
        """Ask the rules that are about a call for their turn, and conclude."""
        judge, heads, moment = self._judge.ability, self._judge.sends_head, selection.moment
        with held(occasion.honest):
            await decided(lambda: selection.pass_over(lambda rule: judge(rule, occasion, moment)))
            if selection.also:
                await decided(lambda: selection.find_heads(lambda rule: heads(rule, occasion, moment)))
            turn = NO_TURN
            if selection.candidates:
                turn = await self._state.turn(tenant.read, occasion.now, selection.candidates, begun=begun)
                begun = True
            decide, end = tenant.rules.decide, conclude_jointly if turn.along else conclude
            try:
                found = await decided(lambda: end(tenant, call, occasion, decide(selection, turn)))
            except BaseException:
                give_back(self._state, turn.leases)
                raise
            return found, begun, turn.leases

    def _enter(self, exchange: Exchange, given: Answer | None) -> Entry:
        """Make the entry of an exchange."""
        if given is not None:
            exchange.notes = (f"not HTTP, refused: {exchange.request.read_error}", *exchange.notes)
        return self._entry(exchange)

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

    async def _cover(self, tenant: Tenant, *, begun: bool) -> None:
        """Have coverage count the rules of a tenant that is asked for the first time.

        Raises Stale where it has changed: nobody may ever have asked the one of before.
        """
        assert tenant.world.scenario
        now, read = await self.tenants.state.tenants.get(tenant.read.tenant), tenant.read
        if now.epoch != read.epoch or not (begun or now.version == read.version):
            raise Stale
        await registration.cover_tenant(self._coverage, tenant.world.scenario, tenant.rules.rules)
        for each in (tenant, self.tenants.cached(tenant.id)):  # a tenantless one is a copy of another
            if each is not None and each.rules is tenant.rules:
                each.covered = True
