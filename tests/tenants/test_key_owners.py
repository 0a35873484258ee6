"""Access keys lead to the tenants whose scenarios have them now, however those came."""

from __future__ import annotations

import pytest
from multidict import CIMultiDict

import oifde_simulator.tenants.key_owners as owners
from engines import Engine
from oifde_simulator.immediate import immediate
from oifde_simulator.model.exchange import Exchange
from oifde_simulator.model.http import Request
from oifde_simulator.oifde.authorization import authorization, signature
from oifde_simulator.scenario import loader
from oifde_simulator.scenario.model import Scenario
from recording_download import PATH

FILES = {"acme": "{AK1: sk1}", "beta": "{AK2: sk2}", "plain": "{}"}
BODY = b'{"request": {"version": "2.0"}, "msgBody": {"fileName": "Y:/39/odfsrecord/20260101/x.wav"}}'


def scenario(keys: str, name: str = "inline") -> Scenario:
    return loader.loads(f"tenant: {{access_keys: {keys}}}\n".encode(), f"{name}.yaml", name)


@pytest.fixture
def engine() -> Engine:
    return Engine({name: scenario(keys, name) for name, keys in FILES.items()})


def download(engine: Engine, key: str, secret: str) -> Exchange:
    headers = CIMultiDict({"Host": "localhost", "Authorization": f"auth-v2/{key}/-/host/0"})
    request = Request("POST", PATH, headers, BODY)
    right = signature(request, authorization(headers), secret)
    headers["Authorization"] = f"auth-v2/{key}/-/host/{right}"
    return engine.handle(request)


def owner(engine: Engine, key: str, secret: str = "") -> str:
    """The tenant that answers a key; with its secret, only where the signature is good."""
    exchange = download(engine, key, secret)
    assert not secret or exchange.response.status == 200, exchange.honest.problems
    return exchange.tenant


def test_keys_of_files_lead_to_their_tenants(engine: Engine) -> None:
    assert (owner(engine, "AK1", "sk1"), owner(engine, "AK2", "sk2"), owner(engine, "AK3")) == (
        "acme", "beta", "",
    )  # fmt: skip


def test_a_scenario_that_comes_along_brings_its_keys(engine: Engine) -> None:
    engine.make(scenario("{AK3: sk3, AK4: sk4}"), "made")
    assert (owner(engine, "AK3", "sk3"), owner(engine, "AK4", "sk4")) == ("made", "made")
    fresh = immediate(engine.tenants.fresh("made"))
    assert fresh is not None
    assert owner(engine, "made", fresh.secret) == "made"
    assert download(engine, "AK3", fresh.secret).response.status == 401


def test_another_scenario_of_a_tenant_takes_its_keys_away_and_brings_others(engine: Engine) -> None:
    assert owner(engine, "AK1", "sk1") == "acme"
    engine.change("acme", scenario("{AK3: sk3}"))
    assert (owner(engine, "AK1"), owner(engine, "AK3", "sk3")) == ("", "acme")
    engine.change("acme", scenario("{AK1: other}"))
    assert (owner(engine, "AK1", "other"), owner(engine, "AK3")) == ("acme", "")


def test_a_made_tenant_that_is_changed_or_deleted_loses_its_keys(engine: Engine) -> None:
    engine.make(scenario("{AK3: sk3}"), "made")
    engine.change("made", scenario("{AK4: sk4}"))
    assert (owner(engine, "AK3"), owner(engine, "AK4", "sk4")) == ("", "made")
    immediate(engine.admin.delete("made"))
    assert owner(engine, "AK4") == ""


def test_a_tenant_of_a_file_that_is_deleted_has_no_keys_until_everything_is_restored(engine: Engine) -> None:
    immediate(engine.admin.delete("acme"))
    assert owner(engine, "AK1") == ""
    engine.change("beta", scenario("{AK3: sk3}"))
    engine.make(scenario("{AK4: sk4}"), "made")
    immediate(engine.tenants.restore())
    assert [owner(engine, key) for key in ("AK1", "AK2", "AK3", "AK4")] == ["acme", "beta", "", ""]


def test_of_two_tenants_with_one_key_the_first_has_it(engine: Engine) -> None:
    engine.make(scenario("{AK2: made, AK3: sk3}"), "made")
    engine.make(scenario("{AK3: again}"), "later")
    engine.change("acme", scenario("{AK2: acme}"))
    assert (owner(engine, "AK2", "acme"), owner(engine, "AK3", "sk3")) == ("acme", "made")
    for name, then in (("acme", "beta"), ("beta", "made"), ("made", "")):
        immediate(engine.admin.delete(name))
        assert owner(engine, "AK2") == then
    assert owner(engine, "AK3", "again") == "later"


def test_a_reload_changes_keys(engine: Engine) -> None:
    assert owner(engine, "AK1", "sk1") == "acme"
    changed = scenario("{AK9: sk9}", "acme")
    world = engine.tenants.worlds.prepared("acme", changed)
    immediate(engine.tenants.reloader.put("acme", changed, world))
    assert (owner(engine, "AK1"), owner(engine, "AK9", "sk9")) == ("", "acme")
    immediate(engine.tenants.reloader.remove("acme"))
    assert owner(engine, "AK9") == ""


def test_unknown_keys_read_the_files_once(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[object] = []
    read = owners._read
    monkeypatch.setattr(owners, "_read", lambda catalog: reads.append(catalog) or read(catalog))
    for number in range(20):
        assert owner(engine, f"unknown-{number}") == ""
        engine.make(scenario("{AK3: sk3}"), f"made-{number}")
        immediate(engine.admin.delete(f"made-{number}"))
    assert len(reads) == 1
    assert not engine.tenants.worlds._key_owners._kept
