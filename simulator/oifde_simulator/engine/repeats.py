"""Answers that are given again: to a request that came before byte for byte, where they can be no others.

Rule: an answer is remembered only where it depends on the request, the tenant as it is, the worth of the
token and sessions that stay as they are until a known time; it is given again only while these are as they
were. No rule is asked: there is none that could be about the request. Whatever is unusual goes through the
pipeline, which does the same.
"""

from __future__ import annotations

import logging
from time import perf_counter
from typing import Any, NamedTuple, Protocol

from oifde_simulator.bounded_cache import BoundedCache
from oifde_simulator.engine.counting.metrics import Meter
from oifde_simulator.engine.rule_view import view
from oifde_simulator.faults.global_delay import GlobalDelay
from oifde_simulator.journal import Journal
from oifde_simulator.model.credential_step import TokenStep
from oifde_simulator.model.entry import Entry
from oifde_simulator.model.exchange import Exchange
from oifde_simulator.model.http import Peer
from oifde_simulator.model.outcome import Outcome
from oifde_simulator.oifde.operations import MAIN
from oifde_simulator.oifde.router import Call
from oifde_simulator.population.steadiness import steady_until
from oifde_simulator.state.interface.exchanges import Exchanges, Read
from oifde_simulator.tenants import Tenant, Tenants

log = logging.getLogger("oifde_simulator")

KEPT = 4 << 20
"""Bytes of repeats, of all tenants."""
REPEAT, HEADER = 4000, 600
"""Bytes that one takes beside its request and its answer, and for each header of the request."""


class Sender(Protocol):
    """Connection by which requests come."""

    def next_peer(self) -> Peer:
        """Describe the sender of the next request, which is counted."""
        ...


class Dependencies(NamedTuple):
    """What an answer depends on beside its request: it is the same while these are."""

    tenant: str
    """Name of the tenant in the request."""
    read: Read
    """The tenant as it was; another object as soon as anything of it has changed."""
    token: Any
    step: TokenStep | None
    """Judgement of the token."""
    since: int
    until: int
    """Time from and up to which sessions are the same, epoch milliseconds on the tenant's clock."""


class Repeat:
    """An exchange that can come again."""

    __slots__ = ("_octets", "_request", "_response", "_second", "dependencies", "entry")

    def __init__(self, exchange: Exchange, entry: Entry, dependencies: Dependencies) -> None:
        # The exchange itself would keep all sessions of its tenant.
        self._request, self._response = exchange.request, exchange.response
        self._second, self._octets = -1, b""
        self.entry = entry
        """Entry of it; number, time, sender and outcome are others each time."""
        self.dependencies = dependencies

    def holds(self, read: Read, now: int) -> bool:
        """Check that nothing has changed but, perhaps, the worth of the token."""
        return self.dependencies.read is read and self.dependencies.since <= now < self.dependencies.until

    def answer(self, now: int) -> bytes:
        """Write the answer at `now` (epoch milliseconds); only its `Date` is another one each second."""
        if self._second != now // 1000:
            script: Any = self._response.script(self._request, now)
            self._second, self._octets = now // 1000, b"".join([action.octets for action in script])
        return self._octets


class Repeats:
    """Repeats of one server, whose state answers at once."""

    def __init__(
        self, tenants: Tenants, state: Exchanges, journal: Journal, meter: Meter, delay: GlobalDelay
    ) -> None:
        self._tenants = tenants
        self._state = state
        self._journal = journal
        self._meter = meter
        self._delay = delay
        self._kept: BoundedCache[Repeat] = BoundedCache(KEPT, share=16)
        self.find = self._kept.find
        """Finds the repeat of a request, given as bytes; None where there is none."""

    def answer(self, request: bytes, repeat: Repeat, sender: Sender) -> bytes:
        """Put the exchange on record once more and return its bytes; none where it has to be decided anew."""
        try:
            return self._answer(request, repeat, sender)
        except Exception:  # noqa: BLE001  whatever it is, the pipeline meets it as well, and tells
            self._kept.discard(request)
            return b""

    def _answer(self, request: bytes, repeat: Repeat, sender: Sender) -> bytes:
        began = perf_counter()
        name, read, token, step, *_ = repeat.dependencies
        tenant = self._tenants.cached(name)
        if tenant is None or not repeat.holds(tenant.read, now := tenant.clock.now()):
            self._kept.discard(request)
            return b""
        is_good = tenant.credentials.token_step(token, now) == step
        if not is_good or self._delay.faults or self._journal.logs_good:
            return b""
        octets = repeat.answer(now)
        seconds = perf_counter() - began
        outcome = Outcome("complete", len(octets), seconds)
        entry = self._state.repeat(read, repeat.entry, now, sender.next_peer, outcome)
        if entry is None:
            return b""
        self._meter.note(entry, seconds)
        return octets

    def note(self, request: bytes, exchange: Exchange) -> None:
        """Remember an exchange whose request came as these bytes, if its answer can be given again."""
        try:
            self._note(request, exchange)
        except Exception:
            log.exception("a defect of the simulator: an answer is not remembered")

    def _note(self, request: bytes, exchange: Exchange) -> None:
        tenant = self._tenants.cached(exchange.tenant)
        if tenant is None or self._journal.logs_good or not _is_plain(exchange, tenant):
            return
        kept = self._kept.find(request)
        if kept is not None and kept.holds(tenant.read, exchange.at):
            return  # it could not be given again just now
        call = Call(exchange.request, MAIN, dict(exchange.document))
        if self._tenants.cached(call.tenant) is not tenant:
            return
        if tenant.rules.rules and tenant.rules.may_concern(view(call, exchange.honest)):
            return
        dependencies = _dependencies(exchange, tenant, call)
        if dependencies.since < dependencies.until:
            entry = self._journal.entry(exchange)
            headers = HEADER * len(exchange.request.headers)
            weight = 2 * len(request) + 2 * len(exchange.response.body) + headers + REPEAT
            self._kept.discard(request)
            self._kept.keep(request, Repeat(exchange, entry, dependencies), weight)


def _dependencies(exchange: Exchange, tenant: Tenant, call: Call) -> Dependencies:
    """Tell what an honest answer depends on."""
    now, honest = exchange.at, exchange.honest
    assert MAIN.token_field
    token = call.document.get(MAIN.token_field)
    wanted = tenant.service.read(call, now).reading.parsed
    until = now
    if tenant.clock.frozen:
        until = now + 1
    elif not honest.selection and tenant.service.policy.has_sessions:
        pass  # a warning tells what another reading of the query finds, which is another each minute
    elif wanted is not None and honest.page is not None:
        page = honest.selection[honest.page]
        until = steady_until(tenant.service.sessions, wanted.criteria, page, now)
    step = tenant.credentials.token_step(token, now)
    return Dependencies(call.tenant, tenant.read, token, step, now, until)


def _is_plain(exchange: Exchange, tenant: Tenant) -> bool:
    """Check that an answer is honest and in order, and that no count and no hint is about it."""
    honest = exchange.honest
    is_good = honest.page is not None and not honest.warnings and not exchange.notes
    is_plain = not (tenant.counted or tenant.defect or tenant.notes or exchange.rule or exchange.held_back)
    return exchange.endpoint == MAIN.name and is_good and is_plain and type(exchange.response.body) is bytes
