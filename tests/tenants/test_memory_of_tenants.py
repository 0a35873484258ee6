"""Memory of tenants that are made on demand: little until they are asked, charged, and given back."""

from __future__ import annotations

import gc
import json
import tracemalloc
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import yaml

from engines import Engine
from oifde_simulator.immediate import immediate
from oifde_simulator.model.tenant_state import AddedRule
from oifde_simulator.scenario import loader
from oifde_simulator.tenants import Tenants, factory
from oifde_simulator.tenants.admin import TenantAdmin

RULE = b"rules: [{name: late, match: {endpoint: queryRecordHistory}, respond: {status: 503}}]\n"
SCENARIO = loader.loads(b"sessions: {generate: {}}\n" + RULE, "acme.yaml", "acme")


def taken(work: Callable[[], object]) -> int:
    """Do some work, and measure the memory that it has not given back, bytes."""
    gc.collect()
    tracemalloc.start()
    try:
        kept = work()
        gc.collect()
        return tracemalloc.get_traced_memory()[0] + 0 * id(kept)
    finally:
        tracemalloc.stop()


@pytest.fixture
def admin() -> TenantAdmin:
    engine = Engine({"acme": SCENARIO})
    admin = TenantAdmin(engine.tenants)
    make(admin, 3)  # loads what tenants share
    return admin


def make(admin: TenantAdmin, count: int) -> None:
    for _ in range(count):
        immediate(admin.make(admin.scenario("acme")))


def tenants_of(admin: TenantAdmin) -> Tenants:
    return admin._tenants


@pytest.mark.slow
def test_a_tenant_takes_less_than_20_kib_until_it_is_asked(admin: TenantAdmin) -> None:
    assert taken(lambda: make(admin, 100)) / 100 < 20 << 10


@pytest.mark.slow
def test_a_reset_gives_the_memory_of_made_tenants_back(admin: TenantAdmin) -> None:
    def make_ask_and_restore() -> None:
        make(admin, 100)
        tenants = tenants_of(admin)
        for id in immediate(tenants.ids()):
            immediate(tenants.named(id))
        immediate(tenants.restore())

    make_ask_and_restore()
    assert min(taken(make_ask_and_restore) for _ in range(3)) < 64 << 10, "each time, so no cache's growth"


def records(count: int) -> Mapping[str, Any]:
    return {
        "sessions": {
            "records": [
                {
                    "userMobile": f"1800000{n:04}",
                    "callSorId": "1",
                    "calledNumber": "1",
                    "startTime": 1766 * 10**9 + n,
                }
                for n in range(count)
            ]
        }
    }


def rules(count: int) -> Mapping[str, Any]:
    return {
        "rules": [
            {"name": f"rule {n}", "match": {"request": {"userMobile": str(n)}}, "faults": [{"latency": "1s"}]}
            for n in range(count)
        ]
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    "given",
    [{"rules": []}, records(300), rules(100), {"description": "x" * 50_000}],
    ids=["nothing", "records", "rules", "a long text"],
)
@pytest.mark.parametrize("form", ["json", "yaml"])
def test_a_scenario_that_comes_along_is_charged_what_it_takes(
    admin: TenantAdmin, given: Mapping[str, Any], form: str
) -> None:
    text = json.dumps(given)
    read = (lambda: json.loads(text)) if form == "json" else (lambda: yaml.dump(given, width=10**6) + "\n\n")
    charged: list[int] = []

    def make_one() -> None:
        found = admin.scenario(read())
        immediate(admin.make(found))
        charged.append(found.source.weight)

    make_one()
    assert 0.5 < charged[0] / taken(make_one) < 2


BODIES: dict[str, Any] = {
    "small": {"respond": {"status": 503}},
    "a long text": {"respond": {"status": 503, "body": "x" * 20_000}},
    "many values": {"match": {"request": {"userMobile": {"enum": [str(n) for n in range(500)]}}}},
}


@pytest.mark.slow
@pytest.mark.parametrize("definition", BODIES.values(), ids=BODIES)
def test_compiled_rules_are_kept_within_their_bytes(
    monkeypatch: pytest.MonkeyPatch, definition: dict[str, Any]
) -> None:
    bound = 300 << 10
    monkeypatch.setattr(factory, "COMPILED_KEPT", bound)
    made = factory.TenantFactory("0", factory.ServicePolicy(error_status=200))

    def add(number: int) -> object:
        copy = json.loads(json.dumps({"faults": ["reset"], **definition}))
        return made._added(AddedRule(f"rule{number}", copy, str(number), None), "UTC")

    def add_all() -> None:
        for number in range(1, 201):
            add(number)

    add(0)  # loads what rules share
    assert taken(add_all) < bound
    assert 0 < made._compiled.weight <= bound
    assert add(200) is add(200)
