"""Draws the words of a locale from Faker, with a seed that never changes.

Only this module and the provider know Faker. It takes a third of a second to import: never in a decision.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from faker import Faker

SEED = 20240101
COUNT = 300
"""Most words of each kind."""
MOST_DRAWS = 6 * COUNT
REPEATED_WORD = re.compile(r"\b(\w+)\W+\1\b|([^\W\x00-\x7f]{2})\2")
NO_CITIES = frozenset(("兴安盟", "关岭", "嘉禾", "台北", "香港", "澳门"))
"""Regions of other operators, a league and counties, which Faker counts among Chinese cities."""
PROVIDERS = [f"faker.providers.{name}" for name in ("person", "address", "company")]


def draw_words(locale: str) -> dict[str, tuple[str, ...]]:
    """Draw up to COUNT different words of each kind; a kind that Faker cannot draw is left out.

    Takes a tenth of a second, and a third more where Faker was not imported before.
    """
    from faker import Faker

    fake = Faker(locale, providers=PROVIDERS)
    words = {kind: tuple(_different_words(fake, kind)) for kind in KINDS}
    return {kind: found for kind, found in words.items() if found}


def _different_words(fake: Faker, kind: str) -> Iterator[str]:
    """Yield different words in the order in which Faker draws them; none when it cannot."""
    fake.seed_instance(f"{SEED} {kind}")
    drawn = (" ".join(KINDS[kind](fake).split()) for _ in range(MOST_DRAWS))
    found: set[str] = set()
    with suppress(AttributeError):
        for word in drawn:
            if word and word not in found:
                found.add(word)
                yield word
            if len(found) == COUNT:
                return


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
    # 飞海科技科技有限公司, Burke-Burke: the same word twice.
    return "" if REPEATED_WORD.search(name) else name


KINDS: dict[str, Callable[[Faker], str]] = {
    "names": _name,
    "first_names": lambda fake: fake.first_name(),
    "companies": _company,
    "cities": _city,
    "streets": _street,
}
"""Functions that draw one word by its kind; an empty word is dropped."""
