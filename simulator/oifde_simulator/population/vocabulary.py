"""The words that Faker gives: drawn once a locale, with a seed that never changes.

Only this module and the provider know Faker, and it is imported when it is first needed: it is slow.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from oifde_simulator.text import close_matches

if TYPE_CHECKING:
    from faker import Faker

FALLBACK = "en_US"
SEED = 20240101
COUNT = 300
"""Words of each kind."""
TWICE = re.compile(r"\b(\w+)\W+\1\b|([^\W\x00-\x7f]{2})\2")
TRIES = 6 * COUNT
NO_CITIES = frozenset(("兴安盟", "关岭", "嘉禾", "台北", "香港", "澳门"))
"""Other operators' regions, a league and counties."""
DRAWING = Lock()
PROVIDERS = [f"faker.providers.{name}" for name in ("person", "address", "company")]


class Vocabulary(NamedTuple):
    """What dialogues draw from; each tuple holds up to COUNT different words."""

    locale: str
    names: tuple[str, ...]
    first_names: tuple[str, ...]
    companies: tuple[str, ...]
    cities: tuple[str, ...]
    streets: tuple[str, ...]


def vocabulary(locale: str) -> Vocabulary:
    """The words of a locale, from en_US where Faker has none; ValueError when nobody knows the locale.

    The first call takes a tenth of a second; one that comes meanwhile from another thread waits for it.
    """
    with DRAWING:
        return _vocabulary(locale)


@cache
def _vocabulary(locale: str) -> Vocabulary:
    check_locale(locale)
    fake = _faker(locale)
    drawn = {kind: tuple(_words(fake, kind)) for kind in KINDS}
    missing = [kind for kind, words in drawn.items() if not words]
    fallback = _vocabulary(FALLBACK)._asdict() if missing else {}
    return Vocabulary(locale, **drawn | {kind: fallback[kind] for kind in missing})


def known_locales() -> frozenset[str]:
    """The locales that Faker speaks."""
    from faker.config import AVAILABLE_LOCALES

    return frozenset(AVAILABLE_LOCALES)


def check_locale(locale: str) -> None:
    """ValueError, with suggestions, when nobody knows the locale."""
    known = known_locales()
    if locale in known:
        return
    likely = " or ".join(f'"{name}"' for name in close_matches(locale.replace("-", "_"), known, most=3))
    advice = f"did you mean {likely}?" if likely else 'take one of Faker\'s, such as "en_US" or "zh_CN"'
    raise ValueError(f'expected a locale that Faker knows; found "{locale}"; {advice}')


def _name(fake: Faker) -> str:
    name = fake.name()
    # Titles and degrees come with a dot; they would be read out at every greeting.
    return "" if "." in name else name


def _city(fake: Faker) -> str:
    if not fake.locales[0].startswith("zh_CN"):
        return str(fake.city())
    # `city` also makes counties of given names; `city_name` knows real ones, of which some are no 市.
    name = fake.city_name()
    return "" if name in NO_CITIES else f"{name}市"


def _street(fake: Faker) -> str:
    name: str = fake.street_name()
    # 陈路, 王街: a surname is no street.
    return name if len(name) > 2 else ""


def _company(fake: Faker) -> str:
    name: str = fake.company()
    # 飞海科技科技有限公司, Burke-Burke: the same twice.
    return "" if TWICE.search(name) else name


KINDS: dict[str, Callable[[Faker], str]] = {
    "names": _name,
    "first_names": lambda fake: fake.first_name(),
    "companies": _company,
    "cities": _city,
    "streets": _street,
}


def _words(fake: Faker, kind: str) -> Iterator[str]:
    """Different words in the order in which Faker gives them; none when it cannot."""
    fake.seed_instance(f"{SEED} {kind}")
    drawn = (" ".join(KINDS[kind](fake).split()) for _ in range(TRIES))
    found: set[str] = set()
    with suppress(AttributeError):
        for word in drawn:
            if word and word not in found:
                found.add(word)
                yield word
            if len(found) == COUNT:
                return


def _faker(locale: str) -> Faker:
    from faker import Faker

    return Faker(locale, providers=PROVIDERS)
