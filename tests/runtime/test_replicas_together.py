"""Replicas on one store: what one is told, all do; what one serves otherwise, it is not ready for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from oifde_simulator.engine.counting import metrics_sharing
from oifde_simulator.state.errors import NotCarriedOut
from oifde_simulator.state.valkey.replicas.replicas import LAPSE_MS
from replica_servers import SCENARIO, Fleet, Server, fleet

PROBLEM = "urn:oifde-simulator:problem:"


@pytest.fixture
async def replicas(tmp_path: Path) -> AsyncIterator[Fleet]:
    async with fleet(tmp_path) as made:
        yield made


async def is_open(server: Server) -> bool:
    """Check that the vendor's port takes connections."""
    parts = urlsplit(server.simulator.data_url)
    try:
        _, writer = await asyncio.open_connection(parts.hostname, parts.port)
    except ConnectionRefusedError:
        return False
    writer.close()
    await writer.wait_closed()
    return True


async def test_all_replicas_close_and_open_together(replicas: Fleet) -> None:
    servers = [await replicas.start() for _ in range(4)]
    assert (await servers[1].control("PUT", "/listener", {"open": False}))[0] == 200
    assert not any([await is_open(each) for each in servers])
    told = [(await each.control("GET", "/listener"))[1]["open"] for each in servers]
    assert told == [False] * 4
    assert (await servers[3].control("PUT", "/listener", {"open": True}))[0] == 200
    assert all([await is_open(each) for each in servers])


async def test_a_replica_that_comes_later_is_closed_too(replicas: Fleet) -> None:
    first = await replicas.start()
    await first.control("PUT", "/listener", {"open": False, "ttl": "60s"})
    replicas.time.ms += 10_000
    later = await replicas.start()
    status, listener = await later.control("GET", "/listener")
    assert (status, listener["open"]) == (200, False)
    assert 49 < listener["ttl"] <= 50
    assert not await is_open(later)


async def test_a_replica_that_comes_after_the_ttl_is_open(replicas: Fleet) -> None:
    first = await replicas.start()
    await first.control("PUT", "/listener", {"open": False, "ttl": "60s"})
    replicas.time.ms += 60_000
    assert await is_open(await replicas.start())


async def test_clear_at_one_opens_all(replicas: Fleet) -> None:
    one, other = await replicas.start(), await replicas.start()
    await one.control("PUT", "/listener", {"open": False})
    assert (await other.control("POST", "/clear"))[0] == 200
    assert await is_open(one)
    assert await is_open(other)


async def test_reset_at_one_opens_all(replicas: Fleet) -> None:
    one, other = await replicas.start(), await replicas.start()
    await one.control("PUT", "/listener", {"open": False})
    assert (await other.control("POST", "/reset"))[0] == 200
    assert await is_open(one)


async def test_the_delay_of_one_is_that_of_all(replicas: Fleet) -> None:
    one, other = await replicas.start(), await replicas.start()
    delay = {"fixedDelay": 5}
    assert (await one.control("POST", "/__admin/settings", delay))[0] == 200
    assert [len(each.simulator.delay.faults) for each in (one, other)] == [1, 1]
    later = await replicas.start()
    assert len(later.simulator.delay.faults) == 1
    await other.control("POST", "/reset")
    assert [len(each.simulator.delay.faults) for each in (one, other, later)] == [0, 0, 0]


@pytest.mark.slow
async def test_a_fault_of_tls_is_that_of_all(replicas: Fleet) -> None:
    one, other = await replicas.start(tls="auto"), await replicas.start(tls="auto")
    # Each has an authority of its own here, which makes them differ; the port obeys all the same.
    assert (await one.control("PUT", "/listener", {"tls": "expired", "ttl": "60s"}))[0] == 200
    told = (await other.control("GET", "/listener"))[1]
    assert (told["tls"], told["tlsTtl"] > 50) == ("expired", True)
    await other.control("PUT", "/listener", {"tls": "good"})
    assert "tls" not in (await one.control("GET", "/listener"))[1]


async def test_a_replica_that_cannot_is_named(replicas: Fleet) -> None:
    one, other = await replicas.start(), await replicas.start()

    async def refuse(_: object) -> None:
        raise OSError("port 8443 is taken")

    other.link.announcements.hear("listener", refuse)
    status, problem = await one.control("PUT", "/listener", {"open": True})
    assert (status, problem["type"]) == (503, PROBLEM + "not-carried-out")
    assert problem["detail"].startswith(f"replica {other.link.replicas.id}: port 8443 is taken; the other")
    assert await is_open(one)


async def test_a_replica_that_fell_silent_is_waited_for_no_longer(replicas: Fleet) -> None:
    one, silent = await replicas.start(), await replicas.start()
    await silent.link.announcements.close()
    silent.replica._task.cancel()  # as a stopped process
    change = asyncio.create_task(one.control("PUT", "/listener", {"open": False}))
    async with one.client.get(one.simulator.control_url + "/livez") as answer:
        assert answer.status == 200
    assert not change.done()
    replicas.time.ms += LAPSE_MS + 1
    await one.replica.beat()
    assert (await change)[0] == 200
    assert await is_open(silent)
    await silent.replica.beat()  # as a process that goes on
    assert not await is_open(silent)


async def test_an_announcement_that_nobody_carries_out_ends(
    replicas: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("oifde_simulator.state.valkey.replicas.announcements.PATIENCE", 0.0)
    one, silent = await replicas.start(), await replicas.start()
    await silent.link.announcements.close()
    silent.replica._task.cancel()
    with pytest.raises(NotCarriedOut, match=silent.link.replicas.id):
        await one.link.announcements.announce("listener", None)


def differing(fleet: Fleet) -> Path:
    """Write the scenario of acme otherwise, in a file of the same name."""
    folder = fleet.folder / "other"
    folder.mkdir()
    file = folder / "acme.yaml"
    file.write_text(SCENARIO.replace("times: 2", "times: 3"))
    return file


async def ready(server: Server) -> tuple[int, Any]:
    """Ask whether a server is ready, after a heartbeat."""
    await server.replica.beat()
    status, body = await server.control("GET", "/readyz")
    return status, body.get("detail")


async def test_replicas_of_equal_files_are_ready(replicas: Fleet) -> None:
    one = await replicas.start()
    (replicas.folder / "copy").mkdir()
    copy = replicas.folder / "copy" / "acme.yaml"
    copy.write_text(f"# A comment, and another folder.{SCENARIO}")
    other = await replicas.start(scenarios=(copy,))
    assert [(await ready(each))[0] for each in (one, other)] == [200, 200]


async def test_a_replica_of_other_files_names_them_and_is_not_ready(replicas: Fleet) -> None:
    one = await replicas.start()
    other = await replicas.start(scenarios=(differing(replicas),))
    status, why = await ready(other)
    assert status == 503
    assert why == (
        f"replica {one.link.replicas.id} serves another state of files: acme.yaml; give all replicas the "
        "same files and settings, or this one another --state-prefix"
    )
    assert (await ready(one))[0] == 200
    assert await is_open(other)


async def test_settings_that_differ_are_named_but_no_seed_is_told(replicas: Fleet) -> None:
    await replicas.start()
    other = await replicas.start(seed="hidden", error_status=400)
    status, why = await ready(other)
    assert status == 503
    assert "settings: --error-status (400 here, 200 there), --seed; give all" in why
    assert "hidden" not in why


async def test_a_replica_that_differed_is_a_member_once_it_is_alone(replicas: Fleet) -> None:
    one = await replicas.start()
    other = await replicas.start(scenarios=(differing(replicas),))
    assert (await ready(other))[0] == 503
    await one.stop()
    assert (await ready(other))[0] == 200
    assert [(await other.query())[0] for _ in range(4)] == [500, 500, 500, 200]


async def test_a_tenant_whose_file_is_equal_goes_on_where_the_last_replica_left_it(replicas: Fleet) -> None:
    one = await replicas.start()
    await one.query()
    made = (await one.control("POST", "/tenants", {"scenario": "acme", "tenantId": "b"}))[0]
    assert made == 201
    await one.stop()
    later = await replicas.start()
    assert [(await later.query())[0] for _ in range(2)] == [500, 200]
    assert (await later.control("GET", "/tenants/b"))[0] == 200
    assert (await later.control("GET", "/journal?tenant=acme"))[1]["count"] == 3


async def test_a_tenant_whose_file_has_changed_begins_anew(replicas: Fleet) -> None:
    one = await replicas.start()
    await one.query()
    await one.stop()
    later = await replicas.start(scenarios=(differing(replicas),))
    assert [(await later.query())[0] for _ in range(4)] == [500, 500, 500, 200]
    assert (await ready(later))[0] == 200


async def test_a_tenant_whose_file_is_gone_is_unknown(replicas: Fleet) -> None:
    one = await replicas.start()
    await one.stop()
    file = replicas.folder / "beta.yaml"
    file.write_text("tenant: {id: beta}")
    later = await replicas.start(scenarios=(file,))
    assert (await later.control("GET", "/tenants/acme"))[0] == 404
    assert (await later.control("GET", "/tenants/beta"))[0] == 200


async def test_with_other_settings_all_tenants_begin_anew(replicas: Fleet) -> None:
    one = await replicas.start()
    await one.query()
    await one.stop()
    later = await replicas.start(error_status=400)
    assert [(await later.query())[0] for _ in range(3)] == [500, 500, 200]
    assert (await later.control("GET", "/journal?tenant=acme"))[1]["count"] == 4


async def test_with_another_seed_the_journal_is_empty(replicas: Fleet) -> None:
    one = await replicas.start()
    await one.query()
    await one.stop()
    later = await replicas.start(seed="1")
    assert (await later.control("GET", "/journal?tenant=acme"))[1]["count"] == 0


async def test_a_file_that_changes_begins_its_tenant_anew_once(replicas: Fleet) -> None:
    one, other = await replicas.start(), await replicas.start()
    changed = await _changed(replicas)
    await _put(one, changed)
    assert (await one.query())[0] == 500
    await one.replica.beat()
    assert [(await ready(each))[0] for each in (other, one)] == [503, 503]
    assert await is_open(other)
    await _put(other, changed)
    await other.replica.beat()
    assert [(await ready(each))[0] for each in (one, other)] == [200, 200]
    assert [(await each.query())[0] for each in (other, one, other)] == [500, 500, 200]


async def _changed(fleet: Fleet) -> Any:
    from oifde_simulator.scenario import loader

    return loader.load(differing(fleet))


async def _put(server: Server, scenario: Any) -> None:
    tenants = server.simulator.tenants
    await tenants.reloader.put("acme", scenario, tenants.worlds.prepared("acme", scenario))


async def test_what_was_made_of_a_tenant_that_went_elsewhere_is_given_back(
    replicas: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics_sharing, "PAUSE", 3600.0)  # else the store may have taken the counts
    one, other = await replicas.start(), await replicas.start()
    await one.control("POST", "/tenants", {"scenario": "acme", "tenantId": "b"})
    await other.query("b")
    assert "b" in [tenant for tenant, _, _ in other.simulator.meter]
    await one.control("DELETE", "/tenants/b")
    assert other.replica.sweep
    await other.replica.sweep()
    assert other.simulator.tenants.cached("b") is None
    assert [tenant for tenant, _, _ in other.simulator.meter] == []


async def test_the_instance_is_the_store(replicas: Fleet) -> None:
    one, other = await replicas.start(), await replicas.start()
    told = [(await each.control("GET", "/console.json"))[1]["instance"] for each in (one, other)]
    assert told[0] == told[1] == one.replica.store
