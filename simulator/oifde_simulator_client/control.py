"""The control plane as an object.

Rule: a method for each operation of its OpenAPI document. `aio/control.py` has the same, to be awaited.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from oifde_simulator_client.address import URL, address_from_environment
from oifde_simulator_client.binding import blocking, run
from oifde_simulator_client.call import Steps
from oifde_simulator_client.encode import Duration
from oifde_simulator_client.errors import EventLoopRunning, NotCome, Unreachable, hides_frames
from oifde_simulator_client.events import EventStream
from oifde_simulator_client.models import Exchange, Exchanges, Listener
from oifde_simulator_client.operations import clock as clock_calls
from oifde_simulator_client.operations import health, journal, verification
from oifde_simulator_client.operations import listener as listener_calls
from oifde_simulator_client.operations import rules as rule_calls
from oifde_simulator_client.operations import scenarios as scenario_calls
from oifde_simulator_client.operations import tenants as tenant_calls
from oifde_simulator_client.running_loop import is_running
from oifde_simulator_client.tls import showing, trusting
from oifde_simulator_client.transport.blocking import Transport
from oifde_simulator_client.transport.endpoint import Endpoint
from oifde_simulator_client.transport.hidden import hidden

if TYPE_CHECKING:
    from oifde_simulator_client.aio.control import AsyncControl

__tracebackhide__ = hides_frames  # pytest shows the line of the failing test only

AT_ONCE = 0.001
"""Timeout of a wait for what is on record already, in seconds."""
WAIT_ON_LOOP = (
    "wait() blocks the event loop that runs in this thread, and with it the client that it waits for; write "
    "`await ....wait_async(...)`, use AsyncControl, or `await asyncio.to_thread(....wait, ...)`"
)
EVENTS_ON_LOOP = (
    "events() blocks the event loop that runs in this thread; use `async for` with AsyncControl.events(), or "
    "call it in a thread"
)
SAME_LOOP = (
    "This call blocks the event loop that runs in this thread; if the server runs on it too, use AsyncControl"
)
T = TypeVar("T")


class Control:
    """A control plane. Connects at the first call, keeps connections, and may be shared by threads.

    Every method raises ControlProblem if the control plane refuses (its `detail` says what to do), and
    Unreachable if no answer comes. In coroutines use AsyncControl; short calls of this class are answered in
    milliseconds and do no harm there, `wait` and `events` raise EventLoopRunning.
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
        self._transport = Transport(Endpoint(url, token, context, timeout))
        self._port = listener_calls.ClosedPort()
        self._tls = listener_calls.BrokenTls()

    @classmethod
    def from_environment(cls) -> Control:
        """Create a client from OIFDE_CONTROL, by default URL, and OIFDE_CONTROL_TOKEN; `run` sets both."""
        return cls(*address_from_environment())

    @property
    def url(self) -> str:
        """URL of the control plane."""
        return self._transport.endpoint.url

    def to_async(self) -> AsyncControl:
        """Create an asynchronous client of the same control plane, with connections of its own."""
        from oifde_simulator_client.aio.control import AsyncControl  # most programs need no asyncio

        return AsyncControl._of(self._transport.endpoint)

    def close(self) -> None:
        """Close the kept connections."""
        self._transport.close()

    def __enter__(self) -> Control:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._transport.endpoint.shown_url!r})"

    def _run(self, steps: Steps[T]) -> T:
        try:
            return run(self._transport, steps)
        except Unreachable as error:
            if error.timed_out and is_running():
                raise Unreachable(f"{error} {SAME_LOOP}", error.reason, timed_out=True) from None
            raise

    livez = blocking(health.livez)
    readyz = blocking(health.readyz)
    metrics = blocking(health.metrics)
    counters = blocking(health.counters)
    ca_pem = blocking(health.ca_pem)
    trust_store = blocking(health.trust_store)
    client_certificate = blocking(health.client_certificate)
    openapi = blocking(health.openapi)

    @cached_property
    def ssl_context(self) -> ssl.SSLContext:
        """TLS context that trusts the vendor's port; a default context with TLS off."""
        return trusting(self.ca_pem())

    def client_context(self, subject: str = "oifde-client", *, fault: str | None = None) -> ssl.SSLContext:
        """Make a TLS context that also shows a client certificate, as `client_certificate` makes it."""
        return showing(self.ca_pem(), self.client_certificate(subject, fault=fault))

    tenants = blocking(tenant_calls.tenants)
    make_tenant = blocking(tenant_calls.make_tenant)
    tenant = blocking(tenant_calls.tenant)
    delete_tenant = blocking(tenant_calls.delete_tenant)
    use = blocking(tenant_calls.use)
    reset = blocking(tenant_calls.reset)
    clear = blocking(tenant_calls.clear)
    reset_all = blocking(tenant_calls.reset_all)
    clear_all = blocking(tenant_calls.clear_all)
    sessions = blocking(tenant_calls.sessions)
    recording = blocking(tenant_calls.recording)

    check = blocking(scenario_calls.check)
    gallery = blocking(scenario_calls.gallery)
    gallery_scenario = blocking(scenario_calls.gallery_scenario)

    rules = blocking(rule_calls.rules)
    add_rules = blocking(rule_calls.add_rules)
    remove_rules = blocking(rule_calls.remove_rules)
    remove_rule = blocking(rule_calls.remove_rule)

    clock = blocking(clock_calls.clock)
    freeze_clock = blocking(clock_calls.freeze_clock)
    set_clock = blocking(clock_calls.set_clock)
    advance_clock = blocking(clock_calls.advance_clock)
    set_clock_speed = blocking(clock_calls.set_clock_speed)

    exchanges = blocking(journal.exchanges)
    exchange = blocking(journal.exchange)
    bodies = blocking(journal.bodies)
    forget = blocking(journal.forget)
    har = blocking(journal.har)

    def every_exchange(self, **wanted: Any) -> Iterator[Exchange]:
        """Fetch all matching exchanges page by page, oldest first."""
        url: str | None = journal.first_page(**wanted)
        while url:
            page = self._run(journal.page(url))
            yield from page.entries
            url = page.next

    def wait(self, count: int = 1, timeout: Duration = 5.0, **wanted: Any) -> Exchanges:
        """Wait until `count` matching exchanges are on record and return the first `count`.

        Raises NotCome after `timeout`. On a running event loop it raises EventLoopRunning unless they are on
        record already.
        """
        if not is_running():
            return self._run(journal.wait(count, timeout, **wanted))
        try:
            return self._run(journal.wait(count, AT_ONCE, **wanted))
        except NotCome as missed:
            found = f"{len(missed.entries)} of {count} on record so far"
            raise EventLoopRunning(f"{WAIT_ON_LOOP} ({found})") from None

    async def wait_async(
        self,
        count: int = 1,
        timeout: Duration = 5.0,  # noqa: ASYNC109 -- the server's
        **wanted: Any,
    ) -> Exchanges:
        """Do as `wait` does, in a coroutine: the event loop runs meanwhile."""
        async with self.to_async() as control:
            return await control.wait(count, timeout, **wanted)

    def events(self, **wanted: Any) -> EventStream:
        """Follow matching exchanges as they come, from now on, or after `since`.

        Raises EventLoopRunning on a running event loop.
        """
        if is_running():
            raise EventLoopRunning(EVENTS_ON_LOOP)
        return EventStream(self._transport, journal.events(**wanted))

    verify = blocking(verification.verify)
    coverage = blocking(verification.coverage)
    coverage_junit = blocking(verification.coverage_junit)

    listener = blocking(listener_calls.listener)

    def open_listener(self) -> Listener:
        """Open the vendor's port for all tenants."""
        return self._run(self._port.open())

    def close_listener(self, ttl: Duration | None = None) -> Listener:
        """Close the vendor's port for all tenants, until it is opened or for `ttl`."""
        return self._run(self._port.close(ttl))

    def break_tls(self, fault: str, ttl: Duration | None = None) -> Listener:
        """Have all new TLS handshakes of the vendor's port meet `fault`, until `mend_tls` or for `ttl`."""
        return self._run(self._tls.break_(fault, ttl))

    def mend_tls(self) -> Listener:
        """Have all new TLS handshakes of the vendor's port be good again."""
        return self._run(self._tls.mend())

    @property
    def has_broken_tls(self) -> bool:
        """True while TLS is broken by this object, as far as this object knows."""
        return self._tls.is_broken

    @property
    def has_closed_listener(self) -> bool:
        """True while the vendor's port is closed by this object, as far as this object knows."""
        return self._port.is_closed
