"""The guide to the gallery has every bundled scenario, by symptom."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from oifde_simulator import resources
from oifde_simulator.scenario import gallery, gallery_guide, loader
from oifde_simulator.scenario.gallery_guide import entries, magic_numbers, symptoms
from oifde_simulator.scenario.symptoms import GOOD_DAYS, GROUPS, HONEST
from serving import REPOSITORY

BUNDLED = [path.stem for path in loader.find([resources.scenarios()])]


def test_every_bundled_scenario_is_there_under_its_symptom() -> None:
    found = entries(BUNDLED)
    assert sorted(each.name for each in found) == sorted(BUNDLED)
    groups = {each["symptom"]: tuple(each["scenarios"]) for each in symptoms(found)}
    assert groups == {GOOD_DAYS: HONEST, **GROUPS}


@pytest.mark.parametrize("entry", entries(BUNDLED), ids=lambda entry: entry.name)
def test_an_entry_is_what_its_file_says(entry: gallery_guide.GuideEntry) -> None:
    path = resources.scenarios() / f"{entry.name}.yaml"
    whole, loaded = entry.whole(), loader.load(path)
    assert whole["yaml"] == path.read_text()
    assert whole["description"] == loaded.description
    assert all(whole[each] for each in ("sees", "metBy", "goodClient"))
    made = loader.from_json({"rules": whole["rules"]}, "rules", "x").rules
    assert [rule.definition for rule in made] == [rule.definition for rule in loaded.rules]


def test_those_that_a_server_does_not_have_are_left_out() -> None:
    assert [each.name for each in entries(["outage", "mine"])] == ["outage"]
    assert entries([]) == ()


def test_the_magic_numbers_are_those_of_the_page_of_tenants() -> None:
    table = re.findall(
        r"^\| `(\d+)` \| `([\w-]+)` \| (.*) \|$", (REPOSITORY / "docs" / "tenants.md").read_text(), re.M
    )
    assert [tuple(each.values()) for each in magic_numbers()] == table


def test_a_file_that_was_edited_is_read(tmp_path: Path) -> None:
    path = tmp_path / "outage.yaml"
    path.write_text("description: mine")
    assert gallery.value(path) == {"description": "mine"}


def test_a_scenario_in_no_group_is_among_the_others() -> None:
    assert [*gallery_guide._grouped({"mine", "outage"})] == [("outage", "Down and up"), ("mine", "Others")]
