"""The pytest plugin: one server for a session, and a fresh tenant for each test that uses `simulator`.

Rule: import nothing but pytest until a fixture is used, since every suite of the machine loads this.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from oifde_simulator.pytest_plugin import options

if TYPE_CHECKING:
    from oifde_simulator.client import Control, SimulatedTenant
    from oifde_simulator.pytest_plugin.server import SharedServer
    from oifde_simulator.runtime.embedding import Addresses

    SHARED_SERVER: pytest.StashKey[SharedServer]
    TENANT: pytest.StashKey[SimulatedTenant]

SHARED_SERVER = pytest.StashKey()
TENANT = pytest.StashKey()
SECTION = "oifde-simulator journal"
"""Title of the section in the report of a failed test."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the command line and of the ini file."""
    options.add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker `scenario`."""
    config.addinivalue_line(
        "markers",
        "scenario(name_or_mapping, rules=[...]): what goes wrong in the world of the fixture `simulator`.",
    )


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Give a worker of pytest-xdist the ticket to the shared server, which starts at the first request."""
    from oifde_simulator.pytest_plugin.server import SharedServer

    config: pytest.Config = node.config
    if SHARED_SERVER not in config.stash:
        config.stash[SHARED_SERVER] = SharedServer(options.server_kind(config), options.serve_options(config))
    node.workerinput["oifde_simulator"] = config.stash[SHARED_SERVER].ticket


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the shared server of the workers."""
    if SHARED_SERVER in config.stash:
        config.stash[SHARED_SERVER].close()


@pytest.fixture(scope="session")
def simulator_options(pytestconfig: pytest.Config) -> dict[str, Any]:
    """Options of `serve` by their names, such as `{"tls": "auto", "error_status": "500"}`; to override."""
    return options.serve_options(pytestconfig)


@pytest.fixture(scope="session")
def simulator_server(pytestconfig: pytest.Config, simulator_options: dict[str, Any]) -> Iterator[Addresses]:
    """Start the session's server and yield its `Addresses`; override to return those of your own server."""
    from oifde_simulator.pytest_plugin.server import session_server

    __tracebackhide__ = True  # options may hold a token
    with session_server(pytestconfig, simulator_options) as addresses:
        yield addresses


@pytest.fixture(scope="session")
def simulator_control(simulator_server: Addresses) -> Iterator[Control]:
    """Connect to the control plane of the session's server."""
    from oifde_simulator.client import Control

    with Control(simulator_server.control, simulator_server.token) as control:
        yield control


@pytest.fixture(scope="session")
def simulator_ca_file(simulator_control: Control, tmp_path_factory: pytest.TempPathFactory) -> str | None:
    """Write the certificate authority to trust into a PEM file and return its path; None with TLS off."""
    authority = simulator_control.ca_pem()
    if authority is None:
        return None
    path = tmp_path_factory.mktemp("oifde-simulator") / "ca.pem"
    path.write_bytes(authority)
    return str(path)


@pytest.fixture
def simulator(
    request: pytest.FixtureRequest, simulator_control: Control, simulator_ca_file: str | None
) -> Iterator[SimulatedTenant]:
    """A tenant for this test alone: url, credentials, use(), add_rules(), verify(), journal, clock and more.

    `@pytest.mark.scenario` chooses its scenario; by default nothing fails.
    """
    from oifde_simulator.client import SimulatedTenant

    marker = request.node.get_closest_marker("scenario")
    chosen = options.scenario(request.config, marker)
    tenant = SimulatedTenant.made(simulator_control, **chosen, ca_file=simulator_ca_file)
    closed_before = simulator_control.has_closed_listener
    request.node.stash[TENANT] = tenant
    yield tenant
    del request.node.stash[TENANT]
    try:
        if simulator_control.has_closed_listener and not closed_before:
            simulator_control.open_listener()  # all tests share the port, and this one closed it
    finally:
        tenant.delete()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Add the journal of a failed test's tenant to its report."""
    report = yield
    tenant = item.stash.get(TENANT, None)
    if tenant is not None and report.failed:
        from oifde_simulator.pytest_plugin.report import format_section

        report.sections.append((SECTION, format_section(tenant)))
    return report
