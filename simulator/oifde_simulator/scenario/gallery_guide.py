"""A guide to the bundled scenarios for people: by symptom, what a client sees, and the text to copy."""

from __future__ import annotations

from collections.abc import Container, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from oifde_simulator import resources
from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.scenario import gallery, loader
from oifde_simulator.scenario.model import MET
from oifde_simulator.scenario.symptoms import GOOD_DAYS, GROUPS, HAPPENS, HONEST, MAGIC

CLIENT = "A good client "
"""Beginning of the third paragraph of a description."""
OTHER = "Others"
"""Symptom of scenarios that are in no group."""


class Paragraphs(NamedTuple):
    """The paragraphs of a description, without the words that the last two begin with."""

    happens: str
    """The failure."""
    met: str
    """The request that meets it."""
    client: str
    """The behaviour of a good client."""

    @classmethod
    def of(cls, description: str) -> Paragraphs:
        """Part a description."""
        happens, _, rest = description.partition("\n" + MET)
        met, _, client = rest.partition("\n" + CLIENT)
        return cls(happens, met, client)


@dataclass(frozen=True, slots=True)
class GuideEntry:
    """One bundled scenario."""

    name: str
    symptom: str
    description: str

    def as_json(self) -> dict[str, Any]:
        """Write it for a list."""
        sees, met_by, good_client = Paragraphs.of(self.description)
        return {
            "name": self.name,
            "symptom": self.symptom,
            "description": self.description,
            "sees": sees,
            "metBy": met_by,
            "goodClient": good_client,
        }

    def whole(self) -> dict[str, Any]:
        """Write it with the text of its file, and its rules."""
        yaml, value = _path(self.name).read_text(encoding="utf-8"), gallery.value(_path(self.name))
        return self.as_json() | {"yaml": yaml, "rules": value.get("rules", [])}


def entries(served: Container[str]) -> tuple[GuideEntry, ...]:
    """List the bundled scenarios among those that are served, by symptom."""
    return tuple(each for each in _all() if each.name in served)


def symptoms(listed: tuple[GuideEntry, ...]) -> list[dict[str, Any]]:
    """Group scenarios by their symptoms, in order."""
    names: dict[str, list[str]] = {}
    for each in listed:
        names.setdefault(each.symptom, []).append(each.name)
    return [{"symptom": symptom, "scenarios": found} for symptom, found in names.items()]


def magic_numbers() -> list[dict[str, str]]:
    """List the users of the scenario MAGIC whose queries fail, each with its rule and what happens."""
    return [
        {
            "userMobile": rule["match"]["request"]["userMobile"],
            "rule": rule["name"],
            "happens": HAPPENS.get(rule["name"], ""),
        }
        for rule in gallery.value(_path(MAGIC))["rules"]
    ]


@cache
def _all() -> tuple[GuideEntry, ...]:
    bundled = {path.stem for path in loader.find([resources.scenarios()])}
    return tuple(
        GuideEntry(name, symptom, gallery.value(_path(name)).get("description", "").strip())
        for name, symptom in _grouped(bundled)
    )


def _grouped(bundled: set[str]) -> Iterator[tuple[str, str]]:
    groups = {GOOD_DAYS: HONEST, **GROUPS}
    known = {name for names in groups.values() for name in names}
    for symptom, names in {**groups, OTHER: sorted(bundled - known)}.items():
        yield from ((name, symptom) for name in names if name in bundled)


def _path(name: str) -> Path:
    return resources.scenarios() / f"{name}.yaml"
