"""The artifacts of a pytest session: of each failed test, and at the end of each server.

Rule: a worker of pytest-xdist writes into folders that end in its name; shared servers are the controller's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from oifde_simulator.artifacts.earlier import MARK, MARK_TEXT, REPORT, remove_earlier
from oifde_simulator.artifacts.files import COVERAGE, ArtifactFiles, source_at
from oifde_simulator.artifacts.folder import ArtifactFolder
from oifde_simulator.artifacts.names import folder_name
from oifde_simulator.artifacts.source import Source
from oifde_simulator.client.errors import ControlError
from oifde_simulator.pytest_plugin import options
from oifde_simulator.pytest_plugin.pool import pool_of
from oifde_simulator.pytest_plugin.state import SessionState, state_of
from oifde_simulator.pytest_plugin.tenants import KnownTenant, TenantRegistry, WatchedControl
from oifde_simulator.runtime.embedding import Addresses

__tracebackhide__ = True  # addresses may hold a token

OPTION = "--simulator-artifacts"
FAILED, SERVER = "failed", "server"
"""Names of the folder of failed tests, and of the folder of a server."""
OUTPUT = "oifde_simulator_artifacts"
"""Key of what a worker tells the controller."""


def begin(config: pytest.Config, path: Path) -> SessionArtifacts:
    """Begin with a folder that can be written. Raises pytest.UsageError for another."""
    folder = ArtifactFolder(path)
    if not hasattr(config, "workerinput"):
        try:
            folder.require_writable(OPTION)
        except ValueError as error:
            raise pytest.UsageError(str(error)) from None
        config.option.simulator_artifacts = str(path)  # workers may have another current folder
    return SessionArtifacts(config, folder)


class SessionArtifacts:
    """Artifacts of one process of a pytest session."""

    def __init__(self, config: pytest.Config, folder: ArtifactFolder) -> None:
        """Write nothing yet."""
        self._config = config
        self._folder = folder
        worker = getattr(config, "workerinput", {}).get("workerid")
        self._suffix = f".{worker}" if worker else ""
        self.complaints: list[str] = []
        """A line for each file of a server that was not written, or is not of this run, with its reason."""

    def start(self) -> None:
        """Remove what an earlier run wrote of its failed tests, where tests are run; once for all workers."""
        if not hasattr(self._config, "workerinput") and not self._config.option.collectonly:
            self.complaints += remove_earlier(self._folder.path / FAILED)

    def keep(self, item: pytest.Item, report: str, message: str = "") -> str:
        """Write what the servers know of a failed test, and add to its report where that is.

        `message` says why its set-up failed; the terminal has it without us.
        """
        text = "\n".join(filter(None, (message, report)))
        name = folder_name(item.nodeid, self._suffix)
        files = ArtifactFiles(self._folder.inside(FAILED).inside(name))
        files.write(MARK, lambda: [MARK_TEXT])
        files.write(REPORT, lambda: [f"{text}\n".encode("utf-8", "backslashreplace")])
        write_test(files, pool_of(item.config).tenants, item)
        return "\n".join([*filter(None, [report]), f"artifacts: {files.folder.path}", *files.complaints])

    def finish(self) -> None:
        """Write what the servers know, and the coverage of all; a worker tells the controller what failed."""
        state = state_of(self._config)
        for number, addresses in enumerate(_servers(self._config, state), start=1):
            name = SERVER if number == 1 else f"{SERVER}-{number}"
            files = ArtifactFiles(self._folder.inside(f"{name}{self._suffix}"))
            write_server(files, addresses)
            self.complaints += files.complaints
        if hasattr(self._config, "workeroutput"):
            self._config.workeroutput[OUTPUT] = self.complaints
        elif state.coverage:
            files = ArtifactFiles(self._folder)
            files.write(COVERAGE, lambda: [merged_coverage(state.coverage)])
            self.complaints += files.complaints

    def summarize(self, reporter: pytest.TerminalReporter) -> None:
        """Say what was not written; write nothing if all was."""
        if self.complaints:
            reporter.section("oifde-simulator: artifacts that are missing, or of an earlier run")
            for line in self.complaints:
                reporter.line(line)


def write_test(files: ArtifactFiles, registry: TenantRegistry, item: pytest.Item) -> None:
    """Write journal and archive of each tenant that a test has used, and the logs since it began."""
    found = [(tenant, wanted) for tenant in registry.of(item) if (wanted := _wanted(tenant, registry))]
    for number, (tenant, wanted) in enumerate(found, start=1):
        end = "" if len(found) == 1 else f"-{number}"
        with Source(tenant.control._transport.endpoint) as source:
            files.write_journal(source, end, **wanted)
    for control in dict.fromkeys(tenant.control for tenant, _ in found):
        start = registry.marks.logs.get(log, 0) if (log := _log(control)) else 0
        if log and log.stat().st_size > start:
            files.write_log(log, start)


def _wanted(tenant: KnownTenant, registry: TenantRegistry) -> Mapping[str, Any]:
    """Choose a tenant's exchanges; empty for a tenant of others that the test has not used."""
    wanted: dict[str, Any] = {"tenant": tenant.id}
    if tenant.item is not None:
        return wanted
    wanted["since"] = registry.marks.numbers.get(tenant.control.url, 0) or None
    try:
        return wanted if tenant.control.exchanges(limit=1, **wanted).count else {}
    except ControlError:  # the report says it
        return {}


def _log(control: object) -> Path | None:
    log = control.log if isinstance(control, WatchedControl) else None
    return log if log and log.exists() else None


def _servers(config: pytest.Config, state: SessionState) -> Iterator[Addresses]:
    """List the servers of this process, those that workers share, and one that ran already."""
    if state.pool:
        yield from state.pool.servers.addresses
    if state.shared:
        yield from state.shared.servers.addresses
    if (state.pool or state.shared) and not hasattr(config, "workerinput"):
        running = Addresses(*options.running_server(config))
        if running.control:
            yield running


def write_server(files: ArtifactFiles, addresses: Addresses) -> None:
    """Write what a server knows at the end; its coverage goes into that of all servers."""
    with source_at(addresses.control, addresses.token) as source:
        files.write_server(source, coverage=False)
    if addresses.log and Path(addresses.log).exists():
        files.write_log(Path(addresses.log))


def merged_coverage(documents: Iterable[Mapping[str, Any]]) -> bytes:
    """Write the coverage of several servers as one JUnit XML: a rule has fired if it has in one of them."""
    from oifde_simulator.clock import SystemClock
    from oifde_simulator.coverage import report
    from oifde_simulator.model.coverage import Branch, RuleCoverage, ScenarioCoverage

    scenarios: dict[str, ScenarioCoverage] = {}
    for each in (scenario for document in documents for scenario in document["scenarios"]):
        found = scenarios.setdefault(each["scenario"], ScenarioCoverage(each["scenario"], rules={}))
        found.asked = found.asked or each["asked"]
        rules = dict(found.rules)
        for rule in each["rules"]:
            fired = rule["fired"] + (rules[rule["rule"]].fired if rule["rule"] in rules else 0)
            rules[rule["rule"]] = RuleCoverage(rule["rule"], [Branch((), fired)], not rule["bundled"])
        found.rules = rules
    return report.junit(scenarios.values(), SystemClock().now())
