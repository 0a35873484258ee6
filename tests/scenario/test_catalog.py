"""Scenarios by tenant id, some of which were not read yet."""

from __future__ import annotations

from pathlib import Path

from oifde_simulator.scenario import loader
from oifde_simulator.scenario.catalog import ScenarioCatalog

SCENARIO = loader.loads(b"tenant: {id: acme}\n", "acme.yaml")


def unread(folder: Path) -> ScenarioCatalog:
    """Make a catalog of one file that was not read, under two ids."""
    path = folder / "outage.yaml"
    path.write_text("sessions: {users: {'1': 1}}\n")
    return ScenarioCatalog({"outage": path}).renamed("outage", "alias")


def test_a_scenario_under_another_tenant_id_is_told_by_the_id_inside_it() -> None:
    catalog = ScenarioCatalog({"acme": SCENARIO}).renamed("acme", "alias")
    assert [catalog.scenario_id(name) for name in catalog] == ["acme", "acme"]


def test_a_file_has_the_same_scenario_id_before_and_after_it_is_read(tmp_path: Path) -> None:
    catalog = unread(tmp_path)
    assert [catalog.scenario_id(name) for name in catalog] == ["outage", "outage"]
    assert catalog["alias"].id == "outage"
    assert [catalog.scenario_id(name) for name in catalog] == ["outage", "outage"]


def test_telling_a_scenario_id_reads_no_file(tmp_path: Path) -> None:
    catalog = unread(tmp_path)
    catalog.scenario_id("outage")
    assert catalog.read() == {}


def test_an_id_without_a_scenario_is_told_as_it_is() -> None:
    assert ScenarioCatalog({}).scenario_id("nobody") == "nobody"
