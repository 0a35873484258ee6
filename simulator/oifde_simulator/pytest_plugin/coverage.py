"""Rules of the user that never fired, over all servers of a pytest session."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from oifde_simulator.pytest_plugin import options
from oifde_simulator.pytest_plugin.state import SessionState, state_of
from oifde_simulator.runtime.embedding import Addresses
from oifde_simulator_client import Control, ControlError

MOST = 20
"""Rules that the summary names."""
FAILS = "they fail this run: --simulator-coverage fail"
"""Reason of an exit code that no test has caused."""


def finish(session: pytest.Session) -> None:
    """Collect the coverage of all servers; fail the run for rules that never fired if that is asked for."""
    config = session.config
    state, chosen = state_of(config), options.coverage(config)
    if chosen == "off":
        state.coverage.clear()
        return
    state.coverage += _documents(state, with_running=bool(chosen), config=config)
    if hasattr(config, "workeroutput"):
        config.workeroutput["oifde_simulator"] = state.coverage[:]
        state.coverage.clear()
    elif chosen == "fail" and session.exitstatus == pytest.ExitCode.OK and unused(state.coverage):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _documents(
    state: SessionState, *, with_running: bool, config: pytest.Config
) -> Iterator[Mapping[str, Any]]:
    addresses = list(state.pool.servers.addresses) if state.pool else []
    if state.shared:
        state.shared.stop_answering()
        addresses += state.shared.servers.addresses
    if with_running and not hasattr(config, "workerinput"):  # others may use it too
        running = Addresses(*options.running_server(config))
        addresses += [running] if running.control else []
    for each in addresses:
        try:
            with Control(each.control, each.token) as control:
                yield control.coverage()
        except ControlError:  # it has ended, and there is nothing to tell
            continue


def unused(documents: list[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """List the rules of the user that no server has seen fire, as scenario and rule."""
    fired: Counter[tuple[str, str]] = Counter()
    for document in documents:
        for scenario in document["scenarios"]:
            for rule in scenario["rules"]:
                if not rule["bundled"]:
                    fired[scenario["scenario"], rule["rule"]] += rule["fired"]
    return [name for name, times in fired.items() if not times]


def summarize(reporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Write the rules that never fired; write nothing if there are none."""
    found = unused(state_of(config).coverage)
    if not found:
        return
    why = f" ({FAILS})" if options.coverage(config) == "fail" else ""
    reporter.section(f"oifde-simulator: rules that never fired{why}")
    for scenario, rule in found[:MOST]:
        reporter.line(f"scenario {scenario}: rule {rule}")
    if len(found) > MOST:
        reporter.line(f"({len(found) - MOST} more)")
