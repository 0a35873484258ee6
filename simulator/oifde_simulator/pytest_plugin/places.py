"""The server and the tenants of a place: of the test that runs, or of the fixture that is being set up.

Rule: a fixture sees the markers of its scope's node and above, whichever test asked for it first, so that
what it makes does not depend on the order of tests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from oifde_simulator.pytest_plugin import options
from oifde_simulator.pytest_plugin.pool import pool_of
from oifde_simulator.pytest_plugin.servers import explained
from oifde_simulator.pytest_plugin.state import state_of
from oifde_simulator_client import Control, SimulatedTenant
from oifde_simulator_client.operations.tenants import Scenario

__tracebackhide__ = True  # options may hold a token


class SimulatorFactory:
    """Makes tenants, `simulator_factory("outage")`, for the fixture that is being set up, else the test."""

    def __init__(self, config: pytest.Config, given: Mapping[str, Any]) -> None:
        """Take the options of `simulator_options`."""
        self._config = config
        self._given = given

    def __call__(
        self, scenario: Scenario | None = None, *, rules: Sequence[Mapping[str, Any]] = ()
    ) -> SimulatedTenant:
        """Make a tenant from a scenario, by default that of the ini file, else a good day.

        `rules` come before the scenario's own. The tenant is deleted at the end of the fixture in whose
        set-up it was made, else of the test. Raises RuntimeError outside of tests and fixtures, and
        ControlProblem for a bad scenario.
        """
        __tracebackhide__ = True
        place = state_of(self._config).place
        if place is None:
            raise RuntimeError("simulator_factory: expected a call in a test or in the set-up of a fixture")
        with explained(state_of(self._config).item):
            control, ca_file = self._server(place)
            wanted = options.scenario(self._config, None)["scenario"] if scenario is None else scenario
            data_url = pool_of(self._config).data_url(control)
            return SimulatedTenant.made(control, wanted, rules=rules, ca_file=ca_file, data_url=data_url)

    def _server(self, place: pytest.FixtureRequest | pytest.Item) -> tuple[Control, str | None]:
        """Choose the server of a place: the test's own unless a fixture of a wider scope is set up."""
        request, node = _request_and_node(place)
        item, pool = state_of(self._config).item, pool_of(self._config)
        control: Control = request.getfixturevalue("simulator_control")
        marked = options.marked(node)
        if item is None or marked == options.marked(item) or not pool.has_started(control):
            return control, request.getfixturevalue("simulator_ca_file")
        control = pool.control(pool.addresses(self._given, marked))
        return control, pool.ca_file(control, request.getfixturevalue("tmp_path_factory"))


def _request_and_node(
    place: pytest.FixtureRequest | pytest.Item,
) -> tuple[pytest.FixtureRequest, pytest.Item | pytest.Collector]:
    if isinstance(place, pytest.FixtureRequest):
        return place, place.node
    request: pytest.FixtureRequest = place._request  # type: ignore[attr-defined]  # as pytest's own plugins do
    return request, place


def marked_options(config: pytest.Config, *, strict: bool) -> tuple[Mapping[str, Any], bool]:
    """Read the options that markers of the running test ask for, and whether its worker needs its own server.

    `strict` is how tests are judged that do not say so themselves.
    """
    item = state_of(config).item
    if item is None:
        return {}, False
    # Requests that went astray name no test, so tests that judge them share no server with other workers.
    return options.marked(item), options.strict(item, strict) and hasattr(config, "workerinput")


def server_key(request: pytest.FixtureRequest) -> object:
    """Tell the servers of tests apart: where they differ, `simulator_server` is made again."""
    try:
        strict = request.getfixturevalue("simulator_strict")
        marked, own = marked_options(request.config, strict=strict)
        return pool_of(request.config).key(request.getfixturevalue("simulator_options"), marked, own)
    except pytest.UsageError as error:  # the fixture itself says it, with the test; pytest expects a key
        item = state_of(request.config).item
        return f"{item.nodeid if item else ''}: {error}"


def factory_key(request: pytest.FixtureRequest) -> object:
    """Tell the options of folders and classes apart: where they differ, `simulator_factory` is made again."""
    try:
        return pool_of(request.config).key(request.getfixturevalue("simulator_options"), {}, False)
    except pytest.UsageError as error:
        return str(error)


KEYS = {"simulator_server": server_key, "simulator_factory": factory_key}
"""Functions that tell values of our fixtures apart, as the parameters of a parametrized fixture do."""
