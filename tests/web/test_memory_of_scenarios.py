"""Memory of scenarios that came along and went: given back to the system."""

from __future__ import annotations

from typing import Any

import pytest

from engines import Engine
from oifde_simulator.scenario import loader
from oifde_simulator.web.control_plane.services import tenant_admin
from oifde_simulator.web.control_plane.services.tenant_admin import TenantAdminService

ACME = loader.loads(b"description: good\n", "acme.yaml", "acme")


@pytest.fixture
def given_back(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    found: list[None] = []
    monkeypatch.setattr(tenant_admin, "give_back", lambda: found.append(None))
    return found


@pytest.fixture
def service() -> TenantAdminService:
    return TenantAdminService(Engine({"acme": ACME}).tenants)


async def make(service: TenantAdminService, id: str, given: Any) -> None:
    await service.make(await service.read_scenario(given), id)


@pytest.mark.parametrize("how", ["restore", "delete", "replace"])
async def test_memory_of_large_scenarios_is_given_back(
    how: str, service: TenantAdminService, given_back: list[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tenant_admin, "GIVEN_BACK", 500_000)
    for number in range(3):
        await make(service, f"mine-{number}", {"description": "x" * 100_000})
    assert given_back == []
    if how == "restore":
        await service.restore()
    for number in range(3 if how != "restore" else 0):
        if how == "delete":
            await service.delete(f"mine-{number}")
        else:
            await service.replace_scenario(f"mine-{number}", await service.read_scenario("acme"))
    assert given_back == [None]
    await service.restore()
    assert len(given_back) == (1 if how == "restore" else 2)


async def test_tenants_of_files_give_nothing_back(
    service: TenantAdminService, given_back: list[None]
) -> None:
    for number in range(100):
        await make(service, f"mine-{number}", "acme")
        await service.delete(f"mine-{number}")
        await service.restore()
    assert given_back == []
