"""Judges what the client of a test did wrong that the real service would let pass, or that no tenant saw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from oifde_simulator.oifde import contract
from oifde_simulator.pytest_plugin import options
from oifde_simulator.pytest_plugin.astray import astray, format_astray
from oifde_simulator.pytest_plugin.handshakes import handshakes
from oifde_simulator.pytest_plugin.lines import format_in_whole
from oifde_simulator.pytest_plugin.pool import pool_of
from oifde_simulator.pytest_plugin.servers import explained
from oifde_simulator.pytest_plugin.tenants import TenantRegistry
from oifde_simulator_client import Control, Exchange

MOST = 10
"""Mistakes of a kind that a message shows."""
NONE_CAME = (
    "no request came to a tenant of this test; give the client simulator.url and .credentials, "
    "or let the test be: @pytest.mark.simulator(strict=False)"
)


def judge(item: pytest.Item) -> None:
    """Fail a test that is judged strictly for unknown fields, requests that went astray, or none at all."""
    __tracebackhide__ = True
    registry = pool_of(item.config).tenants
    controls = dict.fromkeys(each.control for each in registry.of(item))
    if not controls or not options.strict(item, _default(item)):
        return
    with explained(item):
        mistakes = list(_mistakes(item, registry, list(controls)))
    if mistakes:
        pytest.fail("\n".join(["simulator_strict:", *mistakes]), pytrace=False)


def _default(item: pytest.Item) -> bool:
    values: Mapping[str, object] = getattr(item, "funcargs", {})
    if "simulator_strict" in values:
        return bool(values["simulator_strict"])
    request: pytest.FixtureRequest | None = getattr(item, "_request", None)
    return (
        bool(request.getfixturevalue("simulator_strict"))
        if request
        else options.strict_by_default(item.config)
    )


def _mistakes(item: pytest.Item, registry: TenantRegistry, controls: list[Control]) -> Iterator[str]:
    came = 0
    for tenant in registry.of(item):
        since = registry.marks.numbers.get(tenant.control.url, 0) if tenant.item is None else 0
        found = list(tenant.control.every_exchange(tenant=tenant.id, since=since or None))
        came += len(found)
        unknown = [entry for entry in found if _has_unknown_fields(entry)]
        yield from (format_in_whole(tenant.control, entry) for entry in unknown[:MOST])
    for control in controls:
        since = registry.marks.numbers.get(control.url, 0)
        lost = astray(control, since, registry.ids)
        yield from (f"astray: {format_astray(control, entry, registry.ids)}" for entry in lost[:MOST])
        refused = handshakes(control, registry)
        yield from refused[:MOST]
        came += len(refused)
    if not came:
        yield NONE_CAME


def _has_unknown_fields(entry: Exchange) -> bool:
    return bool(entry.endpoint and not entry.request.keys() <= _known_fields(entry.endpoint))


def _known_fields(endpoint: str) -> frozenset[str]:
    return frozenset(contract.request_fields(endpoint))
