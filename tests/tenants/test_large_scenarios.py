"""Large scenarios that come along: they do not hold the event loop, and are parsed once."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from engines import Engine
from oifde_simulator.scenario import loader
from oifde_simulator.tenants import worlds
from oifde_simulator.tenants.admin import MOST_AT_ONCE

ACME = loader.loads(b"description: good\n", "acme.yaml", "acme")


def records(count: int) -> dict[str, Any]:
    record = {"userMobile": "18000000001", "callSorId": "1", "calledNumber": "1"}
    return {"sessions": {"records": [record | {"startTime": 1766 * 10**9 + n} for n in range(count)]}}


@pytest.mark.parametrize(("count", "aside"), [(1, False), (MOST_AT_ONCE // 4, True)])
async def test_the_sessions_of_a_large_scenario_are_indexed_in_a_thread(
    count: int, aside: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, threads = Engine({"acme": ACME}), []
    prepared = worlds.Worlds.prepared

    def noting(*arguments: Any) -> Any:
        threads.append(threading.current_thread())
        return prepared(*arguments)

    monkeypatch.setattr(worlds.Worlds, "prepared", noting)
    made, _ = await engine.admin.make(engine.admin.scenario(records(count)))
    assert [each is not threading.main_thread() for each in threads] == [aside]
    tenant = await engine.tenants.named(made)
    assert len(tenant.world.scenario.records) == count  # type: ignore[union-attr]


async def test_a_tenant_that_goes_while_its_sessions_are_indexed_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine = Engine({"acme": ACME})
    prepared = worlds.Worlds.prepared

    async def aside(_: Any, *arguments: Any) -> Any:
        world = prepared(engine.tenants.worlds, *arguments)
        await engine.admin.delete("mine")
        return world

    monkeypatch.setattr("oifde_simulator.tenants.admin.aside", aside)
    await engine.admin.make(engine.admin.scenario(records(MOST_AT_ONCE)), "mine")
    assert engine.tenants.worlds.of_sources() == []


def test_a_scenario_that_came_as_json_is_not_parsed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worlds.orjson, "loads", lambda octets: pytest.fail("parsed again"))
    given = records(3)
    found = Engine({"acme": ACME}).admin.scenario(given)
    assert found.scenario.records == tuple(given["sessions"]["records"])
