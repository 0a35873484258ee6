"""Words of dialogues, shipped and drawn from Faker."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from oifde_simulator.population.screenplays.files import written_locales
from oifde_simulator.population.vocabulary import (
    FALLBACK,
    check_locale,
    drawn_vocabulary,
    faker_version,
    installed_faker_version,
    known_locales,
    shipped_locales,
    vocabulary,
)
from oifde_simulator.population.vocabulary import loading as module
from oifde_simulator.population.vocabulary.faker_words import COUNT, KINDS

LOCALES = ["en_US", "zh_CN", "fr_FR", "ar_EG", "ja_JP"]


@pytest.fixture
def anew() -> object:
    """Forget all words before the test, and those that the test draws after it."""
    forget()
    yield
    forget()


def forget() -> None:
    """Forget the words that were read or drawn."""
    module._vocabulary.cache_clear()
    module._drawn.cache_clear()


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_locale_has_different_words_of_every_kind(locale: str, kind: str) -> None:
    words = getattr(vocabulary(locale), kind)
    assert 40 <= len(words) <= COUNT
    assert len(set(words)) == len(words)
    assert all(word == " ".join(word.split()) != "" for word in words)


def test_a_locale_has_its_own_words() -> None:
    assert all(not name.isascii() for name in vocabulary("zh_CN").names)
    assert set(vocabulary("fr_FR").names).isdisjoint(vocabulary("en_US").names)


def test_nobody_is_called_by_a_title() -> None:
    assert not [name for name in vocabulary("en_US").names if "." in name]


@pytest.mark.usefixtures("anew")
def test_drawn_again_the_words_are_the_same() -> None:
    before = vocabulary("fr_FR")
    forget()
    assert vocabulary("fr_FR") == before
    assert vocabulary("fr_FR") is not before


@pytest.mark.usefixtures("anew")
def test_threads_that_come_at_once_get_the_same_words() -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(vocabulary, ["fr_FR"] * 4))
    assert all(each is found[0] for each in found)


@pytest.mark.usefixtures("anew")
def test_words_that_a_locale_lacks_are_american(monkeypatch: pytest.MonkeyPatch) -> None:
    def only_american(fake: object) -> str:
        if fake.locales != [FALLBACK]:  # type: ignore[attr-defined]
            raise AttributeError("no such words")
        return str(fake.city())  # type: ignore[attr-defined]

    monkeypatch.setitem(KINDS, "cities", only_american)
    french, american = vocabulary("fr_FR"), vocabulary(FALLBACK)
    assert french.cities == american.cities
    assert french.names != american.names


@pytest.mark.parametrize(
    ("locale", "likely"),
    [("en-us", '"en_US"'), ("zh_cn", '"zh_CN"'), ("fr_FX", '"fr_FR"'), ("klingon", "one of Faker's")],
)
def test_an_unknown_locale_is_refused_with_suggestions(locale: str, likely: str) -> None:
    with pytest.raises(ValueError, match="expected a locale that Faker knows") as refusal:
        vocabulary(locale)
    assert f'found "{locale}"' in str(refusal.value)
    assert likely in str(refusal.value)


def test_known_locales_are_accepted() -> None:
    assert {"en_US", "zh_CN"} < known_locales()
    check_locale("en_US")


SHIPPED = ["en_US", "zh_CN"]


def test_the_locales_with_screenplays_are_those_whose_words_are_shipped() -> None:
    assert list(shipped_locales()) == list(written_locales()) == SHIPPED


@pytest.mark.parametrize("locale", SHIPPED)
def test_shipped_words_are_those_that_faker_draws(locale: str) -> None:
    if faker_version(locale) != installed_faker_version():
        pytest.skip(f"the words are those of Faker {faker_version(locale)}, which is not the installed one")
    assert vocabulary(locale) == drawn_vocabulary(locale)


def test_a_locale_that_is_not_shipped_has_the_words_of_the_installed_faker() -> None:
    assert faker_version("fr_FR") == installed_faker_version()
    assert vocabulary("fr_FR") == drawn_vocabulary("fr_FR")


def test_a_generated_session_of_a_shipped_locale_needs_no_faker() -> None:
    program = """
import sys
from oifde_simulator.model.sessions import Criteria
from oifde_simulator.population import generator
for locale in ("en_US", "zh_CN"):
    made = generator.history(seed="0", world="a", tenant="a", locale=locale, days=90, per_day=1)
    assert made.select(Criteria(user="18000000001"), 1_767_225_600_000)[0].encoded
sys.exit("faker" in sys.modules or "tomllib" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_importing_the_population_does_not_import_faker() -> None:
    program = "import oifde_simulator.population.dialogue.composition, sys; sys.exit('faker' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
