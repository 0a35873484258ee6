"""What the servers know of a failed test, as a section of its report."""

from __future__ import annotations

import re
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from oifde_simulator import pytest_plugin
from oifde_simulator.pytest_plugin import options
from oifde_simulator.pytest_plugin.astray import astray, format_astray
from oifde_simulator.pytest_plugin.handshakes import handshakes
from oifde_simulator.pytest_plugin.lines import format_in_whole
from oifde_simulator.pytest_plugin.pool import pool_of
from oifde_simulator.pytest_plugin.state import state_of
from oifde_simulator.pytest_plugin.tenants import KnownTenant, TenantRegistry
from oifde_simulator.streams import encodable
from oifde_simulator_client import Control, ControlError, Exchange, Rule

SECTION = "oifde-simulator journal"
"""Title of the section."""
UNNAMED = re.compile(r"rule-[0-9]+")
"""Name of a rule that its scenario gives none."""
MOST_RULES = 5
"""Rules that never fired that are named for a tenant."""
NEWEST = 50
"""Number of newest exchanges of a tenant in the report."""
CLOSED = "the vendor's port is closed (by PUT /listener), for everybody"
BROKEN = "TLS of the vendor's port is broken on purpose (by PUT /listener), for everybody"
GIVE = "give the client simulator.url and .credentials"
REFUSED = "TLS handshakes failed, see below"
ASTRAY = "astray, as no test's tenant (of this server, since the test began):"
ANYBODYS = "astray, as no test's tenant (of this server, since the test began; perhaps another worker's):"
"""Heading where several workers use the server."""

KEPT = pytest.StashKey[str]()
"""Section of a test whose end failed, made before its tenants were deleted."""


def keep_report(item: pytest.Item) -> None:
    """Make the section now, since the tenants are deleted before the report is made."""
    item.stash[KEPT] = _report(item)


def add_section(report: pytest.TestReport, item: pytest.Item, error: BaseException | None) -> None:
    """Add the section to a report, as a part of the failure, which JUnit XML and Allure take with it."""
    text = _showable(item.stash.get(KEPT, "") or _report(item, error if report.when == "setup" else None))
    longrepr: Any = report.longrepr
    if not text:
        return
    if report.when == "setup" and text.startswith("artifacts: ") and _message(item, error):
        report.longrepr = f"{longrepr}\n{text}"  # a heading would stand above a path alone
    elif hasattr(longrepr, "addsection"):
        longrepr.addsection(SECTION, text)
    elif isinstance(longrepr, str):
        report.longrepr = f"{longrepr}\n--- {SECTION} ---\n{text}"
    else:
        report.sections.append((SECTION, text))


def _report(item: pytest.Item, error: BaseException | None = None) -> str:
    """Format the report, and have artifacts say where they are; `error` is of the set-up."""
    text, artifacts = format_report(item), state_of(item.config).artifacts
    message = _message(item, error)
    return artifacts.keep(item, text, message) if artifacts and (text or message) else text


def _message(item: pytest.Item, error: BaseException | None) -> str:
    """Read why the set-up of a test with our fixtures failed, where that is said alone; empty else."""
    is_alone = isinstance(error, pytest.fail.Exception) and not error.pytrace
    return str(error) if is_alone and {*pytest_plugin.__all__} & {*getattr(item, "fixturenames", ())} else ""


def _showable(text: str) -> str:
    """Escape what the terminal cannot show; pytest would escape the line ends, too.

    A worker of pytest-xdist has the encoding of the controller, and cannot send half a character at all.
    """
    encoding = getattr(sys.__stdout__, "encoding", None) or "utf-8"
    return encodable(encodable(text, "utf-8"), encoding)


def format_report(item: pytest.Item) -> str:
    """Write what every server of the test knows of it; empty if it has used none."""
    pool = pool_of(item.config)
    controls = dict.fromkeys([*(each.control for each in pool.tenants.of(item)), *pool.controls])
    parts = (_format_server(control, pool.tenants, item) for control in controls)
    return "\n".join(part for part in parts if part)


def _format_server(control: Control, registry: TenantRegistry, item: pytest.Item) -> str:
    if control.url not in registry.marks.numbers and not any(
        each.control is control for each in registry.of(item)
    ):
        return ""  # the test has not used it
    try:
        return "\n".join(_lines(control, registry, item))
    except (ControlError, ValueError, LookupError) as error:
        return f"the journal cannot be shown: {error}"


def _lines(control: Control, registry: TenantRegistry, item: pytest.Item) -> Iterator[str]:
    since = registry.marks.numbers.get(control.url, 0)
    listener, lost = control.listener(), astray(control, since, registry.ids)[-NEWEST:]
    refused = handshakes(control, registry)[-NEWEST:]  # late, since the log is written by and by
    hint = REFUSED if refused else GIVE + _told(control, item.config, listener.url)
    shown = [
        (tenant, lines)
        for tenant in registry.of(item)
        if tenant.control is control and (lines := list(_tenant_lines(tenant, since, hint)))
    ]
    if not listener.open:
        yield CLOSED
    if listener.tls is not None:
        yield f"{BROKEN}: {listener.tls}"
    several = len(shown) > 1 or len({id(tenant.control) for tenant in registry.of(item)}) > 1
    for tenant, lines in shown:
        if several:
            yield f"tenant {tenant.id}:"
        yield from lines
    if lost or refused:
        yield ANYBODYS if pool_of(item.config).shares(control) else ASTRAY
        yield from (format_astray(control, entry, registry.ids) for entry in lost)
        yield from refused


def _told(control: Control, config: pytest.Config, url: str) -> str:
    """Say what a server that ran already tells clients, who may know it by another URL; empty for others."""
    url_of_running = options.running_server(config)[0].rstrip("/")
    if control.url.rstrip("/") != url_of_running or options.data_url(config):
        return ""
    return f"; the server tells {url}; if that is not reachable here, use --simulator-data-url"


def _tenant_lines(tenant: KnownTenant, since: int, hint: str) -> Iterator[str]:
    newest, count = _newest(tenant, since if tenant.item is None else 0)
    if count:
        if count > NEWEST:
            yield f"({count - NEWEST} earlier ones)"
        yield from (format_in_whole(tenant.control, entry) for entry in newest)
    elif tenant.item is not None:
        yield f"nobody asked as tenant {tenant.id}; {hint}"
        return
    if tenant.item is not None:
        yield from _idle_rules(tenant.control.rules(tenant.id))


def _idle_rules(rules: Sequence[Rule]) -> Iterator[str]:
    """Say in a line which rules never fired, the named ones first."""
    idle = [rule.name for rule in rules if not rule.fired]
    named = [name for name in idle if not UNNAMED.fullmatch(name)][:MOST_RULES]
    if len(idle) == 1:
        yield f"rule {idle[0]} never fired"
    elif idle:
        more = len(idle) - len(named)
        names = ", ".join(named) + (f" and {more} more" if more and named else "")
        yield f"{len(idle)} of {len(rules)} rules never fired" + (f": {names}" if names else "")


def _newest(tenant: KnownTenant, since: int) -> tuple[Sequence[Exchange], int]:
    """Fetch the newest exchanges and the number of all."""
    newest, count = deque[Exchange](maxlen=NEWEST), 0
    for exchange in tenant.control.every_exchange(tenant=tenant.id, since=since or None):
        newest.append(exchange)
        count += 1
    return newest, count
