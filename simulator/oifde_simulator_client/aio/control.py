"""The control plane as an object of coroutines.

Rule: the public names of `Control`; each call is awaited.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from typing import Any, TypeVar

from oifde_simulator_client.address import URL, address_from_environment
from oifde_simulator_client.aio.binding import awaitable, run
from oifde_simulator_client.aio.events import AsyncEventStream, open_stream
from oifde_simulator_client.aio.pending import Pending
from oifde_simulator_client.call import Steps
from oifde_simulator_client.encode import Duration
from oifde_simulator_client.errors import hides_frames
from oifde_simulator_client.models import Exchange, Listener
from oifde_simulator_client.operations import clock as clock_calls
from oifde_simulator_client.operations import health, journal, verification
from oifde_simulator_client.operations import listener as listener_calls
from oifde_simulator_client.operations import rules as rule_calls
from oifde_simulator_client.operations import scenarios as scenario_calls
from oifde_simulator_client.operations import tenants as tenant_calls
from oifde_simulator_client.tls import showing, trusting
from oifde_simulator_client.transport.endpoint import Endpoint
from oifde_simulator_client.transport.hidden import hidden
from oifde_simulator_client.transport.streams import AsyncTransport

__tracebackhide__ = hides_frames  # pytest shows the line of the failing test only

T = TypeVar("T")


class AsyncControl:
    """A control plane, for coroutines. `async with` closes its connections.

    Tasks may share it. Every method raises ControlProblem if the control plane refuses (its `detail` says
    what to do), and Unreachable if no answer comes. A call that is cancelled closes its connection.
    """

    def __init__(
        self,
        url: str = URL,
        token: str | None = None,
        *,
        context: ssl.SSLContext | None = None,
        timeout: float = 10.0,
    ) -> None:
        """Take the bearer `token`, the TLS `context` of a https URL, and the `timeout` in seconds.

        White space around `url` and `token` is dropped. Raises ValueError for a `url` that is not http or
        https, and for a token that no header can have.
        """
        token = hidden(token)  # frames of an error show it
        self._transport = AsyncTransport(Endpoint(url, token, context, timeout))
        self._port = listener_calls.ClosedPort()
        self._tls = listener_calls.BrokenTls()
        self._ssl_context: ssl.SSLContext | None = None

    @classmethod
    def from_environment(cls) -> AsyncControl:
        """Create a client from OIFDE_CONTROL, by default URL, and OIFDE_CONTROL_TOKEN; `run` sets both."""
        return cls(*address_from_environment())

    @classmethod
    def _of(cls, endpoint: Endpoint) -> AsyncControl:
        control = cls()
        control._transport = AsyncTransport(endpoint)
        return control

    @property
    def url(self) -> str:
        """URL of the control plane."""
        return self._transport.endpoint.url

    async def close(self) -> None:
        """Close the kept connections."""
        await self._transport.close()

    async def __aenter__(self) -> AsyncControl:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._transport.endpoint.shown_url!r})"

    async def _run(self, steps: Steps[T]) -> T:
        return await run(self._transport, steps)

    livez = awaitable(health.livez)
    readyz = awaitable(health.readyz)
    metrics = awaitable(health.metrics)
    counters = awaitable(health.counters)
    ca_pem = awaitable(health.ca_pem)
    trust_store = awaitable(health.trust_store)
    client_certificate = awaitable(health.client_certificate)
    openapi = awaitable(health.openapi)

    @property
    def ssl_context(self) -> Pending[ssl.SSLContext]:
        """TLS context that trusts the vendor's port; a default context with TLS off."""
        return Pending(self._fetch_ssl_context)

    async def _fetch_ssl_context(self) -> ssl.SSLContext:
        if self._ssl_context is None:
            self._ssl_context = trusting(await self.ca_pem())
        return self._ssl_context

    async def client_context(
        self, subject: str = "oifde-client", *, fault: str | None = None
    ) -> ssl.SSLContext:
        """Make a TLS context that also shows a client certificate, as `client_certificate` makes it."""
        return showing(await self.ca_pem(), await self.client_certificate(subject, fault=fault))

    tenants = awaitable(tenant_calls.tenants)
    make_tenant = awaitable(tenant_calls.make_tenant)
    tenant = awaitable(tenant_calls.tenant)
    delete_tenant = awaitable(tenant_calls.delete_tenant)
    use = awaitable(tenant_calls.use)
    reset = awaitable(tenant_calls.reset)
    clear = awaitable(tenant_calls.clear)
    reset_all = awaitable(tenant_calls.reset_all)
    clear_all = awaitable(tenant_calls.clear_all)
    sessions = awaitable(tenant_calls.sessions)
    recording = awaitable(tenant_calls.recording)

    check = awaitable(scenario_calls.check)
    gallery = awaitable(scenario_calls.gallery)
    gallery_scenario = awaitable(scenario_calls.gallery_scenario)

    rules = awaitable(rule_calls.rules)
    add_rules = awaitable(rule_calls.add_rules)
    remove_rules = awaitable(rule_calls.remove_rules)
    remove_rule = awaitable(rule_calls.remove_rule)

    clock = awaitable(clock_calls.clock)
    freeze_clock = awaitable(clock_calls.freeze_clock)
    set_clock = awaitable(clock_calls.set_clock)
    advance_clock = awaitable(clock_calls.advance_clock)
    set_clock_speed = awaitable(clock_calls.set_clock_speed)

    exchanges = awaitable(journal.exchanges)
    exchange = awaitable(journal.exchange)
    bodies = awaitable(journal.bodies)
    wait = awaitable(journal.wait)
    forget = awaitable(journal.forget)
    har = awaitable(journal.har)

    async def every_exchange(self, **wanted: Any) -> AsyncIterator[Exchange]:
        """Fetch all matching exchanges page by page, oldest first."""
        url: str | None = journal.first_page(**wanted)
        while url:
            page = await self._run(journal.page(url))
            for entry in page.entries:
                yield entry
            url = page.next

    async def events(self, **wanted: Any) -> AsyncEventStream:
        """Follow matching exchanges as they come, from now on, or after `since`."""
        return await open_stream(self._transport, journal.events(**wanted))

    verify = awaitable(verification.verify)
    coverage = awaitable(verification.coverage)
    coverage_junit = awaitable(verification.coverage_junit)

    listener = awaitable(listener_calls.listener)

    async def open_listener(self) -> Listener:
        """Open the vendor's port for all tenants."""
        return await self._run(self._port.open())

    async def close_listener(self, ttl: Duration | None = None) -> Listener:
        """Close the vendor's port for all tenants, until it is opened or for `ttl`."""
        return await self._run(self._port.close(ttl))

    async def break_tls(self, fault: str, ttl: Duration | None = None) -> Listener:
        """Have all new TLS handshakes of the vendor's port meet `fault`, until `mend_tls` or for `ttl`."""
        return await self._run(self._tls.break_(fault, ttl))

    async def mend_tls(self) -> Listener:
        """Have all new TLS handshakes of the vendor's port be good again."""
        return await self._run(self._tls.mend())

    @property
    def has_broken_tls(self) -> bool:
        """True while TLS is broken by this object, as far as this object knows."""
        return self._tls.is_broken

    @property
    def has_closed_listener(self) -> bool:
        """True while the vendor's port is closed by this object, as far as this object knows."""
        return self._port.is_closed
