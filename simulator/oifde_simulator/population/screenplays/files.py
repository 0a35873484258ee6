"""Reads the screenplay files: one TOML file a locale, and its compiled form beside it.

The compiled form (`compiled/LOCALE.json`) holds the same tables with talks parsed, and loads six times
faster. It carries the digest of its TOML file; where that file has been edited since, the TOML is read.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from oifde_simulator.population.screenplays.script import Answer, Step, Talk, Words, read_talk

FOLDER = Path(__file__).parent
COMPILED = FOLDER / "compiled"
TALK_SECTIONS = ("dialogue", "closing", "opening", "joining", "repeat", "reprompt", "verifying")

Table = dict[str, Any]


def written_locales() -> tuple[str, ...]:
    """List the locales that have a file."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


@cache
def read_locale(locale: str) -> Table:
    """Read a locale's file, its talks parsed. Raises ValueError that names a mistake in it."""
    path = FOLDER / f"{locale}.toml"
    source = path.read_bytes()
    return _read_compiled(locale, source) or parse(source, path)


def parse(source: bytes, path: Path) -> Table:
    """Parse the TOML of a screenplay file. Raises ValueError that names `path` and the mistake."""
    import tomllib  # the compiled form is read without it

    try:
        table: Table = tomllib.loads(source.decode("utf-8"))
        space = table["formats"]["space"]
        for section in TALK_SECTIONS:
            table[section] = [_talk(section, entry, space) for entry in table.get(section, ())]
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    return table


def compile_locale(locale: str) -> str:
    """Write the compiled form of a locale's file as JSON text."""
    path = FOLDER / f"{locale}.toml"
    source = path.read_bytes()
    document = {"source": _digest(source), "tables": parse(source, path)}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), default=_listed) + "\n"


def _listed(talk: Talk) -> list[Any]:
    """List the fields of a talk, as `_talk_of` reads them."""
    return [getattr(talk, field.name) for field in fields(talk)]


def _read_compiled(locale: str, source: bytes) -> Table | None:
    path = COMPILED / f"{locale}.json"
    if not path.is_file():
        return None
    document = json.loads(path.read_bytes())
    if document["source"] != _digest(source):
        return None
    table: Table = document["tables"]
    for section in TALK_SECTIONS:
        table[section] = [_talk_of(values) for values in table[section]]
    return table


def _digest(source: bytes) -> str:
    return blake2b(source, digest_size=16).hexdigest()


def _talk(section: str, entry: Table, space: str) -> Talk:
    return read_talk(entry, entry.get("intent") or entry.get("kind") or section, space)


def _talk_of(values: Sequence[Any]) -> Talk:
    name, types, topic, ends, alone, weight, series, steps = values
    return Talk(name, tuple(types), topic, ends, alone, weight, series, tuple(map(_step_of, steps)))


def _step_of(values: Sequence[Any]) -> Step:
    words, replies, source, mode = values
    return Step(tuple(map(_words_of, words)), tuple(replies), source, mode)


def _words_of(values: Sequence[Any]) -> Words:
    phrasings, intention, answer = values
    return Words(tuple(phrasings), intention, Answer(*answer) if answer else None)
