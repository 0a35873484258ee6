"""The words of dialogues by locale: shipped ones, and those that the installed Faker draws."""

from oifde_simulator.population.vocabulary.loading import (
    FALLBACK,
    Vocabulary,
    check_locale,
    drawn_vocabulary,
    faker_version,
    installed_faker_version,
    known_locales,
    shipped_locales,
    vocabulary,
)

__all__ = [
    "FALLBACK",
    "Vocabulary",
    "check_locale",
    "drawn_vocabulary",
    "faker_version",
    "installed_faker_version",
    "known_locales",
    "shipped_locales",
    "vocabulary",
]
