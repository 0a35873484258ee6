"""The client for coroutines: the names and requests of the blocking one, and what only it can do."""

from __future__ import annotations

import asyncio
import inspect
import json
import socket
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import closing, suppress
from datetime import UTC, datetime
from typing import Any

import pytest

from conftest import QUERY
from oifde_simulator.client import (
    AsyncControl,
    AsyncEventStream,
    AsyncSimulatedTenant,
    AsyncTenantClock,
    AsyncTenantJournal,
    Control,
    ControlProblem,
    EventStream,
    NotCome,
    SimulatedTenant,
    TenantClock,
    TenantJournal,
    Unreachable,
)
from oifde_simulator.client.models import MadeTenant
from oifde_simulator.client.transport.endpoint import Reply
from oifde_simulator.runtime.server import Simulator
from serving import PATIENCE, environment, fetch, running

TOKEN = "a-token-of-the-control-plane"
MADE = MadeTenant("acme", "the-app-secret", "the-auth-token", "http://127.0.0.1:1")
PAIRS = {
    Control: AsyncControl,
    SimulatedTenant: AsyncSimulatedTenant,
    TenantClock: AsyncTenantClock,
    TenantJournal: AsyncTenantJournal,
    EventStream: AsyncEventStream,
}
ONLY_BLOCKING = {"to_async", "wait_async"}
"""Names of the ways from the blocking client to the other."""


pytest_plugins = ("client_server",)


async def test_the_data_plane_is_told_from_the_control_plane(server: Simulator) -> None:
    async with AsyncControl(server.data_url) as control:
        with pytest.raises(ControlProblem, match="404: this is the data plane"):
            await control.tenants()


@pytest.fixture
async def control(server: Simulator) -> AsyncIterator[AsyncControl]:
    async with AsyncControl(server.control_url) as control:
        yield control


def ask(tenant: Any, **fields: Any) -> int:
    body = {**tenant.credentials, "userMobile": "18000000001", **fields}
    return fetch(tenant.url + QUERY, json.dumps(body).encode())[0]


# Both clients are one


def public(kind: type) -> dict[str, Any]:
    return {name: member for name, member in inspect.getmembers(kind) if not name.startswith("_")}


@pytest.mark.parametrize(("blocking", "awaited"), PAIRS.items(), ids=lambda kind: kind.__name__)
def test_both_have_the_same_names_with_the_same_parameters(blocking: type, awaited: type) -> None:
    ours, theirs = public(blocking), public(awaited)
    assert ours.keys() - ONLY_BLOCKING == theirs.keys()
    for name in theirs:
        if inspect.isfunction(ours[name]):
            assert parameters(ours[name]) == parameters(theirs[name]), name
        assert inspect.getdoc(theirs[name])


def parameters(method: Any) -> list[tuple[str, Any, Any]]:
    return [(each.name, each.kind, each.default) for each in inspect.signature(method).parameters.values()][
        1:
    ]


class Recorded(Exception):
    """The first request of a call."""


class Recorder:
    """A transport that sends nothing."""

    endpoint = Control("http://127.0.0.1:1")._transport.endpoint

    def request(self, method: str, path: str, body: Any = None, **more: Any) -> Reply:
        raise Recorded(method, path, body, more)

    def open_stream(self, path: str, extra_timeout: float) -> Any:
        raise Recorded("GET", path, extra_timeout)


class AsyncRecorder(Recorder):
    """The same, to be awaited."""

    async def request(self, method: str, path: str, body: Any = None, **more: Any) -> Reply:  # type: ignore[override]
        return Recorder.request(self, method, path, body, **more)

    async def open_stream(self, path: str, extra_timeout: float) -> Any:
        return Recorder.open_stream(self, path, extra_timeout)


RULE = {"name": "a", "respond": {"status": 500}}
ARGUMENTS: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
    "make_tenant": (({"rules": [RULE]}, "a b"), {}),
    **dict.fromkeys(("tenant", "delete_tenant", "rules", "remove_rules", "clock"), (("a/b",), {})),
    "add_rules": (("acme", RULE, [RULE, RULE]), {}),
    "remove_rule": (("acme", "a"), {}),
    "freeze_clock": (("acme",), {"freeze": False}),
    "set_clock": (("acme", datetime(2026, 1, 1, tzinfo=UTC)), {}),
    "advance_clock": (("acme", "1h"), {}),
    "set_clock_speed": (("acme", 60), {}),
    "use": (("acme", "outage"), {}),
    "reset": (("acme",), {}),
    "clear": (("acme",), {}),
    "break_tls": (("expired", "5s"), {}),
    "sessions": (("acme", "7"), {"limit": 3}),
    **dict.fromkeys(("exchange", "bodies"), ((7,), {})),
    "recording": (("acme", "a b.wav"), {}),
    "check": (("rules: []", "rules", "acme"), {}),
    "gallery_scenario": (("outage",), {}),
    "wait": ((2, "3s"), {"error_code": 0}),
    "verify": (({"count": 1},), {"tenant": "acme", "since": 3}),
    **dict.fromkeys(("exchanges", "every_exchange", "events", "har"), ((), {"status": 503, "rule": True})),
}
"""Arguments of the methods that need some."""
OF_TENANT: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
    "add_rules": (([RULE],), {}),
    "remove_rule": (("a",), {}),
    "sessions": (("7",), {}),
    "recording": (("a b.wav",), {}),
    "use": (("outage",), {"rules": [RULE]}),
    "verify": ((), {"count": 3, "tokens_fetched_first": True}),
    "set": (("2026-01-01T00:00:00Z",), {}),
    "advance": ((2.5,), {}),
    "set_speed": ((0.5,), {}),
    **dict.fromkeys(("find", "har", "wait", "events"), ((), {"status": 503})),
}
"""The same of one tenant's objects."""
SILENT = {
    *("close", "from_environment", "to_async", "url", "has_closed_listener", "wait_async", "made"),
    *("credentials", "has_broken_tls"),
}
"""Names that send nothing, or something else at each call."""


def recording(kind: type, transport: Any) -> Any:
    control = (AsyncControl if kind in PAIRS.values() else Control)("http://127.0.0.1:1")
    control._transport = transport
    if kind in (Control, AsyncControl):
        return control
    return kind(control, MADE if kind in (SimulatedTenant, AsyncSimulatedTenant) else "acme")


def request_of(call: Callable[[Any], Any], target: Any) -> Any:
    with pytest.raises(Recorded) as recorded:
        next(iter(call(target)))
    return recorded.value.args


async def request_of_awaited(call: Callable[[Any], Any], target: Any) -> Any:
    async def send() -> None:
        found = call(target)
        await (anext(found) if hasattr(found, "__anext__") else found)

    with pytest.raises(Recorded) as recorded:
        await send()
    return recorded.value.args


def calling(blocking: type, name: str) -> Callable[[Any], Any]:
    """Make a function that calls a method, or reads a property, of either form."""
    if not inspect.isfunction(getattr(blocking, name)):
        return lambda target: getattr(target, name)
    args, more = (ARGUMENTS if blocking is Control else OF_TENANT).get(name, ((), {}))
    return lambda target: getattr(target, name)(*args, **more)


@pytest.mark.parametrize("blocking", [Control, SimulatedTenant, TenantClock, TenantJournal])
def test_both_send_the_same_requests(blocking: type) -> None:
    for name in public(blocking).keys() - SILENT:
        call = calling(blocking, name)
        sent = request_of(call, recording(blocking, Recorder()))
        awaited = asyncio.run(request_of_awaited(call, recording(PAIRS[blocking], AsyncRecorder())))
        assert sent == awaited, name


# On the event loop


async def test_the_client_that_is_waited_for_runs_on_the_same_loop(control: AsyncControl) -> None:
    async with await AsyncSimulatedTenant.made(control) as tenant:
        waiting = asyncio.create_task(tenant.journal.wait(2, "20s", userMobile="7"))
        for _ in range(2):
            await asyncio.to_thread(ask, tenant, userMobile="7")
        came = await waiting
        assert [entry.request["userMobile"] for entry in came] == ["7", "7"]


async def test_a_coroutine_waits_for_an_outcome(control: AsyncControl) -> None:
    async with await AsyncSimulatedTenant.made(control) as tenant:
        waiting = asyncio.create_task(tenant.journal.wait(1, "20s", outcome="complete"))
        await asyncio.to_thread(ask, tenant)
        (entry,) = await waiting
        assert entry.outcome["how"] == "complete"


async def test_a_tenant_does_all_that_the_blocking_one_does(control: AsyncControl) -> None:
    async with await AsyncSimulatedTenant.made(control, "fail-twice") as tenant:
        assert [await asyncio.to_thread(ask, tenant) for _ in range(3)] == [503, 503, 200]
        assert await tenant.journal.statuses == [503, 503, 200]
        assert await tenant.journal.error_codes == [None, None, 0]
        assert [entry.status async for entry in tenant.journal] == [503, 503, 200]
        assert len([entry async for entry in control.every_exchange(tenant=tenant.tenant_id)]) == 3
        assert [(rule.name, rule.fired) for rule in await tenant.rules] == [("fail-twice", 2)]
        await tenant.verify(count=2, status=503)
        with pytest.raises(AssertionError, match="expected 4 exchanges, found 3"):
            await tenant.verify(count=4)
        await tenant.clock.set("2026-01-01T00:00:00Z")
        assert await tenant.clock.instant >= datetime(2026, 1, 1, tzinfo=UTC)
        assert not await tenant.clock.frozen
        await tenant.use(rules=[RULE])
        assert await asyncio.to_thread(ask, tenant) == 500
    with pytest.raises(ControlProblem) as refusal:
        await control.tenant(tenant.tenant_id)
    assert refusal.value.status == 404
    await tenant.delete()


async def test_what_does_not_come_is_told(control: AsyncControl) -> None:
    with pytest.raises(NotCome, match="0 of 1 exchange came"):
        await control.wait(timeout=0.001, userMobile="no one")


async def test_exchanges_are_followed_from_the_call_on(control: AsyncControl) -> None:
    async with await AsyncSimulatedTenant.made(control) as tenant:
        await asyncio.to_thread(ask, tenant)
        async with await tenant.journal.events() as events:
            for number in range(3):
                await asyncio.to_thread(ask, tenant, userMobile=str(number))
            found = [(await anext(events)).request["userMobile"] for _ in range(3)]
        assert found == ["0", "1", "2"]
        assert not events.truncated
        with pytest.raises(ControlProblem, match="unknown parameter"):
            await tenant.journal.events(userMobil="7")


async def test_the_port_is_closed_and_opened() -> None:
    with running() as server:
        async with AsyncControl(server.control_url) as control:
            assert not (await control.close_listener("10m")).open
            assert control.has_closed_listener
            assert (await control.open_listener()).open
            assert not control.has_closed_listener


async def test_tls_of_the_vendors_port_is_trusted() -> None:
    with running(tls="auto") as server:
        async with AsyncControl(server.control_url) as control:
            context = await control.ssl_context
            assert isinstance(context, ssl.SSLContext)
            assert await control.ssl_context is context


async def test_a_token_is_sent_and_never_shown() -> None:
    with running(control_token=TOKEN) as server:
        async with AsyncControl(server.control_url) as stranger:
            with pytest.raises(ControlProblem, match="401"):
                await stranger.tenants()
        with Control(server.control_url, TOKEN) as blocking:
            async with blocking.to_async() as control:
                assert await control.tenants()
                assert TOKEN not in repr(control)
    with pytest.raises(Unreachable) as raised:
        await AsyncControl("http://127.0.0.1:9", TOKEN).readyz()
    assert TOKEN not in str(raised.getrepr(showlocals=True, style="long", tbfilter=False))


async def test_a_value_is_fetched_by_await_alone(control: AsyncControl) -> None:
    pending = control.ssl_context
    assert repr(pending) == "<a value to await>"
    assert not control._transport._idle


# Connections


async def test_a_connection_is_kept_and_one_that_was_closed_is_replaced() -> None:
    with running() as server:
        control = AsyncControl(server.control_url)
        await control.readyz()
        (kept,) = control._transport._idle
        await control.readyz()
        assert control._transport._idle == [kept]
        port = server.control_url.rpartition(":")[2]
    with running(control_port=int(port)):
        assert (await control.readyz()).status == "ready"
        assert control._transport._idle != [kept]
        await control.close()


async def test_tasks_may_share_it(control: AsyncControl) -> None:
    answers = await asyncio.gather(*(control.readyz() for _ in range(30)))
    assert {answer.status for answer in answers} == {"ready"}


def test_each_event_loop_has_connections_of_its_own(server: Simulator) -> None:
    control = AsyncControl(server.control_url)
    with asyncio.Runner() as one, asyncio.Runner() as other:
        assert one.run(control.livez()) == other.run(control.livez()) == one.run(control.livez())
        loops = {each.loop for each in control._transport._idle}
        assert loops == {one.get_loop(), other.get_loop()}
        other.run(control.close())
        assert one.run(control.livez()).status == "alive"
        one.run(control.close())
    assert not control._transport._idle


async def test_a_cancelled_call_closes_its_connection() -> None:
    ended, asked = asyncio.Event(), asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        asked.set()
        await reader.read()  # returns when the client has closed the connection
        ended.set()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as strange:
        port = strange.sockets[0].getsockname()[1]
        control = AsyncControl(f"http://127.0.0.1:{port}")
        waiting = asyncio.create_task(control.wait())
        await asked.wait()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        async with asyncio.timeout(PATIENCE):
            await ended.wait()
        assert not control._transport._idle


async def test_silence_ends_after_the_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        control = AsyncControl(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.01)
        with pytest.raises(Unreachable, match="timed out") as raised:
            await control.readyz()
    assert raised.value.timed_out


@pytest.mark.parametrize(("method", "again"), [("readyz", True), ("reset_all", False)])
async def test_a_request_is_sent_again_only_where_that_is_safe(method: str, *, again: bool) -> None:
    requests = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the first request of the connection, and close it at the second."""
        with closing(writer), suppress(asyncio.IncompleteReadError):  # the last connection has one request
            requests.append(await reader.readuntil(b"\r\n\r\n"))
            body = b'{"status":"ready","version":"1","tenants":1}'
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
            requests.append(await reader.readuntil(b"\r\n\r\n"))

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as strange:
        port = strange.sockets[0].getsockname()[1]
        async with AsyncControl(f"http://127.0.0.1:{port}") as control:
            await control.readyz()
            if again:
                await getattr(control, method)()
            else:
                with pytest.raises(Unreachable, match="the connection ended"):
                    await getattr(control, method)()
        assert len(requests) == (3 if again else 2)


def test_a_loop_that_ends_leaves_no_warning(server: Simulator) -> None:
    code = f"""
import asyncio
from oifde_simulator.client import AsyncControl, Control

async def main():
    asyncio.get_running_loop().slow_callback_duration = {PATIENCE}  # a busy machine is no defect
    async with AsyncControl({server.control_url!r}) as control:
        await control.readyz()
        stream = await control.events()
        await stream.close()
    with Control({server.control_url!r}) as control:
        try:
            await control.wait_async(timeout="1ms", userMobile="no one")
        except TimeoutError:
            print("not come")

asyncio.run(main())
"""
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", code],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "not come\n", "")
