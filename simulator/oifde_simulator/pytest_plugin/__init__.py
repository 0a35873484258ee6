"""The pytest plugin: one server for a session, one fresh tenant for each test that asks for it.

Rule: nothing but pytest is imported until a fixture is used, since every suite of the machine loads this.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from oifde_simulator.pytest_plugin import options

if TYPE_CHECKING:
    from oifde_simulator.client import Control, SimulatedTenant
    from oifde_simulator.pytest_plugin.server import Offer
    from oifde_simulator.runtime.embedding import Addresses

    OFFER: pytest.StashKey[Offer]
    TENANT: pytest.StashKey[SimulatedTenant]

OFFER = pytest.StashKey()
TENANT = pytest.StashKey()
SECTION = "oifde-simulator journal"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what can be chosen on the command line and in the ini file."""
    options.add(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker."""
    config.addinivalue_line(
        "markers",
        "scenario(name_or_mapping, rules=[...]): what goes wrong in the world of the fixture `simulator`.",
    )


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of pytest-xdist where to ask for the server, which starts when the first one does."""
    from oifde_simulator.pytest_plugin.server import Offer

    config: pytest.Config = node.config
    if OFFER not in config.stash:
        config.stash[OFFER] = Offer(options.server(config), options.given(config))
    node.workerinput["oifde_simulator"] = config.stash[OFFER].ticket


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server that workers shared."""
    if OFFER in config.stash:
        config.stash[OFFER].close()


@pytest.fixture(scope="session")
def simulator_options(pytestconfig: pytest.Config) -> dict[str, Any]:
    """Options of `serve` by their names, such as `{"tls": "auto", "error_status": "500"}`; to override."""
    return options.given(pytestconfig)


@pytest.fixture(scope="session")
def simulator_server(pytestconfig: pytest.Config, simulator_options: dict[str, Any]) -> Iterator[Addresses]:
    """Start the server of the session; override to return the `Addresses` of a server of your own."""
    from oifde_simulator.pytest_plugin import server as sharing

    __tracebackhide__ = True  # options may have a token
    with sharing.server(pytestconfig, simulator_options) as addresses:
        yield addresses


@pytest.fixture(scope="session")
def simulator_control(simulator_server: Addresses) -> Iterator[Control]:
    """The control plane of the session's server."""
    from oifde_simulator.client import Control

    with Control(simulator_server.control, simulator_server.token) as control:
        yield control


@pytest.fixture(scope="session")
def simulator_ca_file(simulator_control: Control, tmp_path_factory: pytest.TempPathFactory) -> str | None:
    """A PEM file with the certificate authority to trust; None where TLS is off."""
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

    `@pytest.mark.scenario` says what it meets; otherwise it is a good day.
    """
    from oifde_simulator.client import SimulatedTenant

    marker = request.node.get_closest_marker("scenario")
    chosen = options.scenario(request.config, marker)
    tenant = SimulatedTenant.made(simulator_control, **chosen, ca_file=simulator_ca_file)
    request.node.stash[TENANT] = tenant
    yield tenant
    del request.node.stash[TENANT]
    try:
        simulator_control.open_listener()  # it is everybody's, so a test that closed it must not keep it so
    finally:
        tenant.delete()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Show in the report of a test that failed what its tenant was asked."""
    report = yield
    tenant = item.stash.get(TENANT, None)
    if tenant is not None and report.failed:
        from oifde_simulator.pytest_plugin import report as reporting

        report.sections.append((SECTION, reporting.text(tenant)))
    return report
