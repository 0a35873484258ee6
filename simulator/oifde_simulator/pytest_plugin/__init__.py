"""The pytest plugin: servers for a session, and a fresh tenant for each test that uses `simulator`.

Rule: import nothing but pytest until a fixture is used, since every suite of the machine loads this.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from oifde_simulator.pytest_plugin import options
from oifde_simulator.pytest_plugin.fixtures import (
    simulator,
    simulator_ca_file,
    simulator_control,
    simulator_factory,
    simulator_options,
    simulator_server,
    simulator_strict,
)
from oifde_simulator.pytest_plugin.state import STATE, SessionState, is_ours, state_of

__all__ = [
    "simulator",
    "simulator_ca_file",
    "simulator_control",
    "simulator_factory",
    "simulator_options",
    "simulator_server",
    "simulator_strict",
]

MARKERS = (
    "scenario(name_or_mapping, rules=[...]): what goes wrong in the world of the fixture `simulator`.",
    'simulator(tls="auto", strict=True, ...): options of the server of these tests, and how they are judged.',
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the command line and of the ini file."""
    options.add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers, and begin without a server."""
    config.stash[STATE] = SessionState()
    for line in MARKERS:
        config.addinivalue_line("markers", line)
    if folder := options.artifacts(config):
        from oifde_simulator.pytest_plugin.artifacts import begin

        state_of(config).artifacts = begin(config, folder)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Give a worker of pytest-xdist the ticket to the shared servers, which start at the first request."""
    from oifde_simulator.pytest_plugin.shared import SharedServers

    config: pytest.Config = node.config
    state = state_of(config)
    if state.shared is None:
        state.shared = SharedServers(options.server_kind(config))
    node.workerinput["oifde_simulator"] = state.shared.ticket


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take the coverage of a worker's own servers, and what could not be written of them."""
    output, state = getattr(node, "workeroutput", None) or {}, state_of(node.config)
    state.coverage += output.get("oifde_simulator", [])
    if state.artifacts:
        state.artifacts.complaints += output.get("oifde_simulator_artifacts", [])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers."""
    state = config.stash.get(STATE, None)
    if state and state.pool:
        state.pool.close()
    if state and state.shared:
        state.shared.close()


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    """Note which fixture of the user is being set up, since what it makes is its own."""
    __tracebackhide__ = True
    if is_ours(fixturedef):
        if fixturedef.argname in ("simulator_server", "simulator_factory"):
            from oifde_simulator.pytest_plugin.places import KEYS

            fixturedef.cache_key = KEYS[fixturedef.argname]  # type: ignore[method-assign]
        return (yield)
    state = state_of(request.config)
    state.setting_up.append(request)
    try:
        return (yield)
    finally:
        state.setting_up.pop()


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Begin with artifacts of this run alone, unless errors of the collection keep it from running."""
    is_stopped = session.testsfailed and not session.config.option.continue_on_collection_errors
    if (artifacts := state_of(session.config).artifacts) and not is_stopped:
        artifacts.start()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Note which test runs, and where the journals stand."""
    state = state_of(item.config)
    state.item = item
    if state.pool:
        state.pool.tenants.begin(state.pool.controls)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a test that went well and is judged strictly for what its client did wrong."""
    result = yield
    if state_of(item.config).pool:
        from oifde_simulator.pytest_plugin.strict import judge

        judge(item)
    return result


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """Delete the tenants whose test or fixture has ended, after a look at their journals if that failed."""
    __tracebackhide__ = True
    state = state_of(item.config)
    try:
        result = yield
    except BaseException:
        if state.pool:
            from oifde_simulator.pytest_plugin.report import keep_report

            keep_report(item)
            state.pool.tenants.delete_ended(quietly=True)
        raise
    finally:
        state.item = None
    if state.pool:
        state.pool.tenants.delete_ended()
    return result


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Generator[None, Any, Any]:
    """Add to the report of a failed test what its servers know of it."""
    report = yield
    if report.failed and state_of(item.config).pool:
        from oifde_simulator.pytest_plugin.report import add_section

        add_section(report, item, call.excinfo and call.excinfo.value)
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Collect which rules never fired; fail the run for them if that is asked for."""
    state = state_of(session.config)
    if state.pool or state.shared or state.coverage:
        from oifde_simulator.pytest_plugin.coverage import finish

        finish(session)
    if state.artifacts:
        state.artifacts.finish()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say which rules never fired, and which artifacts are not there."""
    state = state_of(config)
    if state.artifacts:
        state.artifacts.summarize(terminalreporter)
    if state.coverage:
        from oifde_simulator.pytest_plugin.coverage import summarize

        summarize(terminalreporter, config)
