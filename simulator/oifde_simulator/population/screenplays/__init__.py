"""What is said in generated sessions: text lives in the TOML files beside this, one for each locale.

A locale without a file speaks American English, and so does an intent that a file lacks.
"""

from __future__ import annotations

import tomllib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

from oifde_simulator.population.screenplays.formats import CENTS, Formats, Package
from oifde_simulator.population.screenplays.script import Talk, read_talk
from oifde_simulator.randomness import KeyedRandom

FALLBACK = "en_US"
FOLDER = Path(__file__).parent

# vendor facts, "Meaning of fields": 1 voice navigation, 2 outbound call, 3 chatbot, 4 IVR flow.
VOICE, OUTBOUND, CHAT, KEYS = DIALOG_TYPES = ("1", "2", "3", "4")

Table = dict[str, Any]
Talks = tuple[Talk, ...]


class Choice(NamedTuple):
    """Talks with their weights added up, so that one is drawn by bisection."""

    talks: Talks
    sums: tuple[float, ...]

    def draw(self, draws: KeyedRandom) -> Talk:
        """One of the talks, by weight."""
        return self.talks[bisect_right(self.sums, draws.unit() * self.sums[-1])]


class Texts(NamedTuple):
    """All that can be said in one locale; each mapping is by dialog type."""

    locale: str
    formats: Formats
    hang_up: str
    first: Mapping[str, Choice]
    further: Mapping[str, Talks]
    closings: Mapping[str, Choice]
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


def written_locales() -> tuple[str, ...]:
    """The locales that have a file."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


@cache
def texts(locale: str) -> Texts:
    """What is said in `locale`; ValueError when its file has a slip."""
    own = _read(locale) if locale in written_locales() else {}
    return _texts(locale, own, _read(FALLBACK))


@cache
def _read(locale: str) -> Table:
    path = FOLDER / f"{locale}.toml"
    try:
        table: Table = tomllib.loads(path.read_text(encoding="utf-8"))
        space = table["formats"]["space"]
        for section in ("dialogue", "closing", "opening", "joining", "repeat", "reprompt", "verifying"):
            table[section] = [_talk(section, entry, space) for entry in table.get(section, ())]
    except ValueError as slip:
        raise ValueError(f"{path}: {slip}") from slip
    return table


def _talk(section: str, entry: Table, space: str) -> Talk:
    return read_talk(entry, entry.get("intent") or entry.get("kind") or section, space)


def _texts(locale: str, own: Table, fallback: Table) -> Texts:
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
        first={kind: _weighed(found, weights) for kind, found in by_type.items()},
        further={kind: _further(by_type[VOICE if kind == OUTBOUND else kind]) for kind in DIALOG_TYPES},
        closings={kind: _weighed(found, {}) for kind, found in by_kind("closing").items()},
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
    )


def _formats(own: Table, fallback: Table) -> Formats:
    packages = own.get("packages") or fallback["packages"]
    return Formats(
        operator=own.get("operator") or fallback["operator"],
        packages=[Package(each["name"], round(each["price"] * CENTS), each["data"]) for each in packages],
        **(fallback["formats"] | own.get("formats", {})),
    )


def _merged_talks(own: Sequence[Talk], fallback: Sequence[Talk], *, by_type: bool) -> list[Talk]:
    """Those of `own`, and those of `fallback` whose name (and dialog type) `own` has nothing for."""
    if not by_type:
        present = {talk.name for talk in own}
        return [*own, *(talk for talk in fallback if talk.name not in present)]
    taken = {(talk.name, kind) for talk in own for kind in talk.types}
    rest = [
        talk._replace(types=tuple(kind for kind in talk.types if (talk.name, kind) not in taken))
        for talk in fallback
    ]
    return [*own, *rest]


def _grouped(talks: Sequence[Talk]) -> dict[tuple[str, str], Talks]:
    groups: dict[tuple[str, str], Talks] = {}
    for talk in talks:
        for kind in talk.types:
            groups[talk.name, kind] = (*groups.get((talk.name, kind), ()), talk)
    return groups


def _weighed(talks: Talks, weights: Mapping[str, float]) -> Choice:
    """An intent's weight is shared by its talks."""
    variants: dict[str, float] = {}
    for talk in talks:
        variants[talk.name] = variants.get(talk.name, 0) + talk.weight
    shares = (weights.get(talk.name, 1) * talk.weight / variants[talk.name] for talk in talks)
    return Choice(talks, tuple(accumulate(shares)))


def _further(talks: Talks) -> Talks:
    return tuple(talk for talk in talks if not talk.alone)
