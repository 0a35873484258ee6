"""The texts of a locale, ready to draw from: its screenplay file, completed from the American English one.

A locale without a file speaks American English, and so does an intent that a file lacks.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import accumulate
from typing import Any

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.population.draws import Draws
from oifde_simulator.population.screenplays.files import Table, read_locale, written_locales
from oifde_simulator.population.screenplays.formats import CENTS, Formats, Package
from oifde_simulator.population.screenplays.script import Talk

FALLBACK = "en_US"

# vendor facts, "Meaning of fields": 1 voice navigation, 2 outbound call, 3 chatbot, 4 IVR flow.
VOICE, OUTBOUND, CHAT, KEYS = DIALOG_TYPES = ("1", "2", "3", "4")

Talks = tuple[Talk, ...]


@dataclass(frozen=True, slots=True)
class WeightedTalks:
    """Talks with their weights added up, so that a talk is drawn by bisection."""

    talks: Talks
    sums: tuple[float, ...]

    def draw(self, draws: Draws) -> Talk:
        """Draw a talk by weight."""
        return self.talks[bisect_right(self.sums, draws.unit() * self.sums[-1])]


@dataclass(frozen=True, slots=True)
class Texts:
    """All texts of one locale; mappings have the dialog type as key."""

    locale: str
    formats: Formats
    hang_up: str
    first: Mapping[str, WeightedTalks]
    further: Mapping[str, Talks]
    closings: Mapping[str, WeightedTalks]
    openings: Mapping[tuple[str, str], Talks]
    joining: Mapping[str, Talks]
    repeats: Mapping[str, Talks]
    reprompts: Mapping[str, Talks]
    verifying: Mapping[str, Talks]
    verification: Mapping[str, Any]
    more: Mapping[str, Sequence[str]]
    again: Mapping[str, Sequence[str]]
    fillers: Mapping[str, Sequence[str]]
    awkward: Mapping[str, Any]
    homophones: Mapping[str, Sequence[str]]
    """Words that sound alike, by the word that is said."""


@cache
def texts(locale: str) -> Texts:
    """Load the texts of a locale. Raises ValueError that names a mistake in its file."""
    own = read_locale(locale) if locale in written_locales() else {}
    return merge(locale, own, read_locale(FALLBACK))


def merge(locale: str, own: Table, fallback: Table) -> Texts:
    """Complete the tables of a locale's own file with those of the fallback."""

    def merged(section: str) -> Table:
        table: Table = fallback[section] | own.get(section, {})
        return table

    def talks(section: str) -> list[Talk]:
        return _merged_talks(own.get(section, []), fallback[section], by_type=section != "dialogue")

    def by_kind(section: str) -> dict[str, Talks]:
        return {kind: found for (_, kind), found in _grouped(talks(section)).items()}

    weights = merged("weights")
    dialogues = talks("dialogue")
    by_type = {kind: tuple(talk for talk in dialogues if kind in talk.types) for kind in DIALOG_TYPES}
    return Texts(
        locale=locale,
        formats=_formats(own, fallback),
        hang_up=merged("labels")["hang_up"],
        first={kind: _weighted(found, weights) for kind, found in by_type.items()},
        further={kind: _further(by_type[VOICE if kind == OUTBOUND else kind]) for kind in DIALOG_TYPES},
        closings={kind: _weighted(found, {}) for kind, found in by_kind("closing").items()},
        openings=_grouped(talks("opening")),
        joining=by_kind("joining"),
        repeats=by_kind("repeat"),
        reprompts=by_kind("reprompt"),
        verifying=by_kind("verifying"),
        verification=merged("verification"),
        more=merged("more"),
        again=merged("again"),
        fillers=merged("fillers"),
        awkward=merged("awkward"),
        homophones=own.get("homophones") or fallback["homophones"],
    )


def _formats(own: Table, fallback: Table) -> Formats:
    packages = own.get("packages") or fallback["packages"]
    formats = fallback["formats"] | own.get("formats", {})
    return Formats(
        operator=own.get("operator") or fallback["operator"],
        packages=[Package(each["name"], round(each["price"] * CENTS), each["data"]) for each in packages],
        **(formats | {"holidays": tuple(formats["holidays"])}),
    )


def _merged_talks(own: Sequence[Talk], fallback: Sequence[Talk], *, by_type: bool) -> list[Talk]:
    """Add to `own` the talks of `fallback` whose name (and, `by_type`, dialog type) `own` lacks."""
    if not by_type:
        present = {talk.name for talk in own}
        return [*own, *(talk for talk in fallback if talk.name not in present)]
    taken = {(talk.name, kind) for talk in own for kind in talk.types}
    rest = [
        replace(talk, types=tuple(kind for kind in talk.types if (talk.name, kind) not in taken))
        for talk in fallback
    ]
    return [*own, *rest]


def _grouped(talks: Sequence[Talk]) -> dict[tuple[str, str], Talks]:
    """Group talks by name and dialog type."""
    groups: dict[tuple[str, str], Talks] = {}
    for talk in talks:
        for kind in talk.types:
            groups[talk.name, kind] = (*groups.get((talk.name, kind), ()), talk)
    return groups


def _weighted(talks: Talks, weights: Mapping[str, float]) -> WeightedTalks:
    """Share the weight of each intent among its talks."""
    variants: dict[str, float] = {}
    for talk in talks:
        variants[talk.name] = variants.get(talk.name, 0) + talk.weight
    shares = (weights.get(talk.name, 1) * talk.weight / variants[talk.name] for talk in talks)
    return WeightedTalks(talks, tuple(accumulate(shares)))


def _further(talks: Talks) -> Talks:
    """Select the talks that may follow another one."""
    return tuple(talk for talk in talks if not talk.alone)
