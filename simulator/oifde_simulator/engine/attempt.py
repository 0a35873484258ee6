"""One attempt at a request: admit, answer, turn, conclude, record. No I/O but the state's.

Rule: each step is pure, or one call of the state. An attempt whose tenant has changed meanwhile raises Stale;
nothing of it was counted.
"""

from __future__ import annotations

import logging

from oifde_simulator.coverage import registration
from oifde_simulator.engine.conclusion import (
    Conclusion,
    broken,
    conclude,
    occasion_of,
    unspoiled,
)
from oifde_simulator.engine.held_bodies import decided, held
from oifde_simulator.engine.joint_conclusion import conclude_jointly
from oifde_simulator.engine.leases import LeaseHolder, give_back
from oifde_simulator.engine.rule_view import view
from oifde_simulator.journal import Journal
from oifde_simulator.model.credential_step import Admission, TokenStep
from oifde_simulator.model.entry import Entry
from oifde_simulator.model.exchange import Answer, Exchange
from oifde_simulator.model.turn import Leases
from oifde_simulator.oifde.router import Call
from oifde_simulator.rules.ability import Judge
from oifde_simulator.rules.effect import Occasion
from oifde_simulator.rules.selection import NO_TURN, Selection
from oifde_simulator.state.errors import Stale, StoreGone
from oifde_simulator.tenants import Tenant, Tenants

log = logging.getLogger("oifde_simulator")

GOOD = Admission()
"""Judgement of a good credential, and of none."""


class Attempts:
    """Makes attempts, each with the tenant as it was found."""

    def __init__(self, tenants: Tenants, journal: Journal) -> None:
        self._tenants = tenants
        self._state = tenants.state.exchanges
        self._coverage = tenants.state.coverage
        self._entry = journal.entry
        self._judge = Judge()

    async def exchange(self, tenant: Tenant, call: Call, given: Answer | None) -> tuple[Exchange, Entry]:
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
            service = tenant.service
            asked = service.read(call, now)
            step = asked.step
            if type(step) is TokenStep and not tenant.counted:
                admission = GOOD if step.worth == "good" else Admission(step.worth)
            elif step is not None:
                admission, begun = await self._state.admit(tenant.read, step), True
            honest = service.respond(call, asked, admission)
        selection = None
        if tenant.rules.rules:
            if not tenant.covered:
                await self._cover(tenant, begun=begun)
            selection = tenant.rules.select(view(call, honest), now)
        if selection is None:
            # `Conclusion(...)` costs twice as much.
            found = tuple.__new__(Conclusion, (unspoiled(tenant, call, honest, now), (), None))
            return found, begun, ()
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

    async def _cover(self, tenant: Tenant, *, begun: bool) -> None:
        """Have coverage count the rules of a tenant that is asked for the first time.

        Raises Stale where it has changed: nobody may ever have asked the one of before.
        """
        assert tenant.world.scenario
        now, read = await self._tenants.state.tenants.get(tenant.read.tenant), tenant.read
        if now.epoch != read.epoch or not (begun or now.version == read.version):
            raise Stale
        await registration.cover_tenant(self._coverage, tenant.world.scenario, tenant.rules.rules)
        for each in (tenant, self._tenants.cached(tenant.id)):  # a tenantless one is a copy of another
            if each is not None and each.rules is tenant.rules:
                each.covered = True
