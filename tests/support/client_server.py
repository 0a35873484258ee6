"""A server with a client of its control plane and a tenant, for tests of the client.

PYTEST_DONT_REWRITE: test modules load this module as a plugin, and import it as well.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from conftest import QUERY
from oifde_simulator.client import Control, SimulatedTenant
from oifde_simulator.runtime.server import Simulator
from serving import fetch, running

USER = "18000000001"
"""User whom `ask` asks about."""


@pytest.fixture(scope="module")
def server() -> Iterator[Simulator]:
    """Run a server for the tests of a module."""
    with running() as simulator:
        yield simulator


@pytest.fixture
def control(server: Simulator) -> Iterator[Control]:
    """Connect to the control plane of the server."""
    with Control(server.control_url) as control:
        yield control


@pytest.fixture
def tenant(control: Control) -> Iterator[SimulatedTenant]:
    """Make a tenant for one test."""
    with SimulatedTenant.made(control) as tenant:
        yield tenant


def ask(tenant: SimulatedTenant, **fields: Any) -> int:
    """Query and return the status."""
    body = {**tenant.credentials, "userMobile": USER, **fields}
    return fetch(tenant.url + QUERY, json.dumps(body).encode())[0]
