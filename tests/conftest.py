"""The data plane for tests: served from scenarios in the test, asked by pytest-aiohttp's client."""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import BaseTestServer, TestClient
from hypothesis import HealthCheck, settings

from examples import PROFILES
from longest_first import longest_first
from oifde_simulator.engine.pipeline import Pipeline
from oifde_simulator.journal import Journal
from oifde_simulator.oifde.router import Router
from oifde_simulator.scenario import loader
from oifde_simulator.state.interface import State
from oifde_simulator.state.memory.journal_store import Bounds
from oifde_simulator.tenants import Tenants
from oifde_simulator.web.connection_limits import ConnectionLimits
from oifde_simulator.web.data_plane.request_reader import Limits
from oifde_simulator.web.data_plane.server import data_plane
from passed_reports import send_less
from slow_modules import is_slow, is_slow_module, leaves_out_slow
from state_forms import FORMS, Uptime

# The same examples in every run, and no deadline: a busy machine is no defect. .ci/run asks for others.
for profile, count in PROFILES.items():
    settings.register_profile(
        profile,
        max_examples=count,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
settings.load_profile("everyday")

# A shell's background job ignores Ctrl-C, and so would all that the tests start; some send it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Tests start hundreds of interpreters. Each would compile all that it imports, and take three times as long.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """Start one process more than there are cores: a test that waits leaves its core to others."""
    return (yield) + 1


def pytest_configure(config: pytest.Config) -> None:
    """Send from a process of pytest-xdist what is seen, and no more."""
    send_less(config)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Import no module whose tests are all left out."""
    return True if leaves_out_slow(config) and is_slow_module(collection_path) else None


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector: pytest.Collector, obj: object) -> list[pytest.Item] | None:
    """Make no items of a function or a class that is left out."""
    return [] if leaves_out_slow(collector.config) and is_slow(obj) else None


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Spare the garbage collector what is collected: many tests call it, and it would walk all of that."""
    gc.disable()
    collected = yield
    gc.freeze()
    gc.enable()
    return collected


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order what is left after the options have chosen."""
    longest_first(items)


SPECIFICATION = Path(__file__).parent / "specification"
TOKEN = "0dbe11892be840cf983453ea70b505de"
QUERY = "/oifde/rest/api/queryRecordHistory"
GETTOKEN = "/oifde/rest/api/gettoken"

ServeScenarios = Callable[..., Awaitable["VendorClient"]]


class DataPlane(BaseTestServer):
    """A test server of pytest-aiohttp that uses our own runner."""

    def __init__(self, pipeline: Pipeline, limits: Limits) -> None:
        super().__init__()
        self._pipeline = pipeline
        self._limits = limits

    async def _make_runner(self, **kwargs: Any) -> web.BaseRunner:
        connections = ConnectionLimits(idle_seconds=5.0, write_seconds=5.0)
        return data_plane(self._pipeline, self._limits, connections=connections)


class VendorClient:
    """A client of the vendor's interface."""

    def __init__(self, client: TestClient[Any, Any], tenants: Tenants) -> None:
        self.client = client
        self.tenants = tenants

    async def post(self, path: str, body: Any, **options: Any) -> tuple[int, dict[str, Any]]:
        """Send `body`, JSON or plain bytes, and return the status and the decoded answer."""
        octets = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content-Type": "application/json; charset=UTF-8"} | options.pop("headers", {})
        async with self.client.post(path, data=octets, headers=headers, **options) as response:
            return response.status, json.loads(await response.read())

    async def query(self, tenant: str = "acme", **fields: Any) -> dict[str, Any]:
        """Query with the specification's token and return the answer; leave out fields that are `...`."""
        body = {"tenantId": tenant, "authToken": TOKEN, "userMobile": "18000000001"} | fields
        return (await self.post(QUERY, {name: value for name, value in body.items() if value is not ...}))[1]


@pytest.fixture
def serve(aiohttp_client: Any) -> ServeScenarios:
    """Serve scenarios given as `name=yaml text`."""

    async def start(
        *, limits: Limits | None = None, error_status: int = 200, bad_json_status: int = 400, **texts: str
    ) -> VendorClient:
        scenarios = {name: loader.loads(text.encode(), f"{name}.yaml", name) for name, text in texts.items()}
        tenants = Tenants(scenarios, seed="0", error_status=error_status)
        pipeline = Pipeline(Router(bad_json_status=bad_json_status), tenants, Journal(tenants.state))
        server = DataPlane(pipeline, limits or Limits(1 << 20, 5.0))
        return VendorClient(await aiohttp_client(server), tenants)

    return start


ACME = f"""
tenant: {{tokens: ["{TOKEN}"]}}
clock: "2026-01-01T00:00:00Z"
sessions:
  records:
    - {{callSorId: "18000000001", calledNumber: "955500001", startTime: 1767225600000,
        callId: "c1", ctiCallId: "t1"}}
    - {{callSorId: "18000000001", calledNumber: "955500001", startTime: 1767225661500, callId: "c2"}}
    - {{callSorId: "18000000002", calledNumber: "955500001", startTime: 1767225600000, callId: "c3"}}
"""


@pytest.fixture
async def acme(serve: ServeScenarios) -> VendorClient:
    """Serve one tenant, `acme`, with the specification's token and three sessions of two users."""
    return await serve(acme=ACME)


def ids(answer: dict[str, Any]) -> list[str]:
    """List the callIds of an answer."""
    return [record["callId"] for record in answer["recordList"]]


@pytest.fixture
def uptime() -> Uptime:
    """The clock by which added rules expire."""
    return Uptime()


@pytest.fixture(params=FORMS.values(), ids=FORMS)
async def state(request: pytest.FixtureRequest, uptime: Uptime) -> AsyncIterator[State]:
    """A state with small bounds."""
    made: State = request.param(Bounds(exchanges=5, tenant_bytes=10_000, total_bytes=20_000), uptime)
    yield made
    await made.close()
