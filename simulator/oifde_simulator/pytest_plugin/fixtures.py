"""The fixtures of the plugin.

Rule: import nothing but pytest until a fixture is used, since every suite of the machine loads this.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from oifde_simulator.pytest_plugin import options
from oifde_simulator.pytest_plugin.state import state_of

if TYPE_CHECKING:
    from oifde_simulator.pytest_plugin.places import SimulatorFactory
    from oifde_simulator.runtime.embedding import Addresses
    from oifde_simulator_client import Control, SimulatedTenant


@pytest.fixture(scope="session")
def simulator_options(pytestconfig: pytest.Config) -> dict[str, Any]:
    """Options of `serve` by their names, such as `{"tls": "auto", "error_status": 500}`; to override."""
    return options.serve_options(pytestconfig)


@pytest.fixture(scope="session")
def simulator_strict(pytestconfig: pytest.Config) -> bool:
    """True to fail tests whose client sends unknown fields, requests that go astray, or none; to override."""
    return options.strict_by_default(pytestconfig)


@pytest.fixture(scope="session")
def simulator_server(
    pytestconfig: pytest.Config, simulator_options: dict[str, Any], simulator_strict: bool
) -> Addresses:
    """Start the server of these options unless it runs, and return its `Addresses`; override for your own."""
    from oifde_simulator.pytest_plugin.places import marked_options
    from oifde_simulator.pytest_plugin.pool import pool_of
    from oifde_simulator.pytest_plugin.servers import failing_with_message

    __tracebackhide__ = True  # options may hold a token
    with failing_with_message(state_of(pytestconfig).item):
        marked, own = marked_options(pytestconfig, strict=simulator_strict)
        return pool_of(pytestconfig).addresses(simulator_options, marked, own)


@pytest.fixture(scope="session")
def simulator_control(pytestconfig: pytest.Config, simulator_server: Addresses) -> Control:
    """Connect to the control plane of the test's server."""
    from oifde_simulator.pytest_plugin.pool import pool_of

    return pool_of(pytestconfig).control(simulator_server)


@pytest.fixture(scope="session")
def simulator_ca_file(
    pytestconfig: pytest.Config, simulator_control: Control, tmp_path_factory: pytest.TempPathFactory
) -> str | None:
    """Write the certificate authority to trust into a PEM file and return its path; None with TLS off."""
    from oifde_simulator.pytest_plugin.pool import pool_of
    from oifde_simulator.pytest_plugin.servers import failing_with_message

    __tracebackhide__ = True
    with failing_with_message():
        return pool_of(pytestconfig).ca_file(simulator_control, tmp_path_factory)


@pytest.fixture(scope="session")
def simulator_factory(pytestconfig: pytest.Config, simulator_options: dict[str, Any]) -> SimulatorFactory:
    """Make further tenants, `simulator_factory("outage")`, in tests and in fixtures of any scope.

    A tenant lives as long as the fixture in whose set-up it was made, else as long as the test.
    """
    from oifde_simulator.pytest_plugin.places import SimulatorFactory

    return SimulatorFactory(pytestconfig, simulator_options)


@pytest.fixture
def simulator(
    request: pytest.FixtureRequest, simulator_control: Control, simulator_ca_file: str | None
) -> Iterator[SimulatedTenant]:
    """A tenant for this test alone: url, credentials, use(), add_rules(), verify(), journal, clock and more.

    `@pytest.mark.scenario` chooses its scenario; by default nothing fails.
    """
    from oifde_simulator.pytest_plugin.pool import pool_of
    from oifde_simulator.pytest_plugin.servers import failing_with_message
    from oifde_simulator_client import SimulatedTenant

    __tracebackhide__ = True
    with failing_with_message(request.node):
        chosen = options.scenario(request.config, request.node.get_closest_marker("scenario"))
        data_url = pool_of(request.config).data_url(simulator_control)
        tenant = SimulatedTenant.made(
            simulator_control, **chosen, ca_file=simulator_ca_file, data_url=data_url
        )
    pool_of(request.config).tenants.add(simulator_control, tenant.tenant_id)
    closed_before = simulator_control.has_closed_listener
    broken_before = simulator_control.has_broken_tls
    yield tenant
    if simulator_control.has_closed_listener and not closed_before:
        simulator_control.open_listener()  # all tests share the port, and this one closed it
    if simulator_control.has_broken_tls and not broken_before:
        simulator_control.mend_tls()
