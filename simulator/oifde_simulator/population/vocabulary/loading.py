"""Finds the words of dialogues in a locale: names, companies, cities and streets.

The words of locales with a file in `shipped/` were drawn from Faker beforehand: reading them takes a
millisecond. The words of all other locales are drawn from the Faker that is installed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from oifde_simulator.text import close_matches

FALLBACK = "en_US"
FOLDER = Path(__file__).parent / "shipped"
_DRAWING = Lock()


class Vocabulary(NamedTuple):
    """The words of one locale; each tuple holds up to 300 different words."""

    locale: str
    names: tuple[str, ...]
    first_names: tuple[str, ...]
    companies: tuple[str, ...]
    cities: tuple[str, ...]
    streets: tuple[str, ...]


def vocabulary(locale: str) -> Vocabulary:
    """Find the words of a locale, shipped or drawn, from en_US where Faker has none.

    Raises ValueError when Faker does not know the locale. The first call for a locale that is not shipped
    takes up to half a second; other threads wait for it.
    """
    with _DRAWING:
        return _vocabulary(locale)


def drawn_vocabulary(locale: str) -> Vocabulary:
    """Find the words that the installed Faker draws, also for locales that are shipped. Raises ValueError."""
    with _DRAWING:
        return _drawn(locale)


def faker_version(locale: str = FALLBACK) -> str:
    """Tell from which version of Faker the words of a locale come: that of its file, or the installed one."""
    shipped = _shipped(locale)
    return str(shipped["faker"]) if shipped else installed_faker_version()


@cache
def installed_faker_version() -> str:
    """Read the version of the installed Faker off its source: importing it takes a hundred times longer."""
    spec = find_spec("faker")
    source = Path(spec.origin).read_text(encoding="utf-8") if spec and spec.origin else ""
    found = re.search(r'^VERSION = "([^"]+)"', source, re.MULTILINE)
    return found[1] if found else _imported_faker_version()


def _imported_faker_version() -> str:
    import faker

    return str(faker.VERSION)


def known_locales() -> frozenset[str]:
    """List the locales that Faker knows."""
    from faker.config import AVAILABLE_LOCALES

    return frozenset(AVAILABLE_LOCALES)


def check_locale(locale: str) -> None:
    """Raise ValueError, with suggestions, when Faker does not know the locale."""
    known = known_locales()
    if locale in known:
        return
    likely = " or ".join(f'"{name}"' for name in close_matches(locale.replace("-", "_"), known, most=3))
    advice = f"did you mean {likely}?" if likely else 'take one of Faker\'s, such as "en_US" or "zh_CN"'
    raise ValueError(f'expected a locale that Faker knows; found "{locale}"; {advice}')


@cache
def _vocabulary(locale: str) -> Vocabulary:
    shipped = _shipped(locale)
    if shipped is None:
        return _drawn(locale)
    return Vocabulary(locale, **{kind: tuple(words) for kind, words in shipped["words"].items()})


@cache
def _drawn(locale: str) -> Vocabulary:
    from oifde_simulator.population.vocabulary.faker_words import KINDS, draw_words

    check_locale(locale)
    words = draw_words(locale)
    fallback = _vocabulary(FALLBACK)._asdict() if len(words) < len(KINDS) else {}
    return Vocabulary(locale, **{kind: words.get(kind) or fallback[kind] for kind in KINDS})


@cache
def shipped_locales() -> tuple[str, ...]:
    """List the locales whose words are shipped."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.json")))


def _shipped(locale: str) -> Mapping[str, Any] | None:
    return _read_shipped(locale) if locale in shipped_locales() else None


@cache
def _read_shipped(locale: str) -> Mapping[str, Any]:
    document: Mapping[str, Any] = json.loads((FOLDER / f"{locale}.json").read_bytes())
    return document
