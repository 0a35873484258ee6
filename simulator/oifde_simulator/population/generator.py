"""Puts the generator of call sessions together. Its version rises with every change of the sessions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import tzinfo

from oifde_simulator.population.arrivals import contacts
from oifde_simulator.population.arrivals.local_days import local_days
from oifde_simulator.population.arrivals.pattern import arrival_pattern
from oifde_simulator.population.arrivals.timetable import Timetable
from oifde_simulator.population.arrivals.zones import zone_of
from oifde_simulator.population.cached_records import SessionCache
from oifde_simulator.population.history import History
from oifde_simulator.population.ids import IdCodec
from oifde_simulator.population.records import DEFAULT_MIX, Compose, RecordGenerator
from oifde_simulator.population.vocabulary import Vocabulary, vocabulary
from oifde_simulator.randomness import key

VERSION = 4
"""Number that rises whenever the same seed gives other sessions than before."""


def warm(locale: str) -> None:
    """Import the dialogues, load texts, words and zone of a locale, so that no session has to wait for them.

    Takes some milliseconds where the words of the locale are shipped, else up to a second. Thread-safe.
    """
    from oifde_simulator.population.dialogue import composer  # noqa: F401
    from oifde_simulator.population.screenplays.texts import texts

    texts(locale)
    vocabulary(locale)
    local_days(zone_of(locale)).wall(0)


def history(
    *,
    seed: str,
    world: str,
    tenant: str,
    locale: str,
    days: int,
    per_day: float | None = None,
    per_quarter: float = contacts.PER_QUARTER,
    time_zone: tzinfo | None = None,
    mix: Mapping[str, float] | None = None,
    oddities: Mapping[str, float] | None = None,
    users: Mapping[str, int] | None = None,
    memory: SessionCache | None = None,
) -> History:
    """Make the generated sessions of a tenant; all arguments but `tenant`, its id in records, decide them.

    `days` of retention; `per_quarter`: mean number of sessions of a user in 90 days, or `per_day` in one,
    which is distributed otherwise; `time_zone`: that of the users, by default that of the locale; `mix`:
    weights by the names of `records.DIALOG_TYPES`; `oddities`: rates by name; `users`: exact numbers of
    sessions by user number.
    """
    root = key(seed, world)
    timetable = Timetable(
        root,
        days=days,
        rate=contacts.per_quarter(per_quarter) if per_day is None else contacts.per_day(per_day),
        zone=time_zone or zone_of(locale),
        pattern=arrival_pattern(tuple((mix or DEFAULT_MIX).items())),
        exactly=dict(users or {}),
    )
    made = records(
        seed=seed,
        world=world,
        tenant=tenant,
        locale=locale,
        time_zone=time_zone,
        mix=mix,
        oddities=oddities,
    )
    return History(timetable, made.ids, made, memory or SessionCache())


def records(
    *,
    seed: str,
    world: str,
    tenant: str,
    locale: str,
    time_zone: tzinfo | None = None,
    mix: Mapping[str, float] | None = None,
    oddities: Mapping[str, float] | None = None,
    words: Callable[[str], Vocabulary] = vocabulary,
) -> RecordGenerator:
    """Make the generator of a world's records; `words` finds the vocabulary of a locale."""
    root, rates = key(seed, world), dict(oddities or {})

    def composer() -> Compose:
        # Commands that look at no session start faster without dialogues; `warm` imports them for a server.
        from oifde_simulator.population.dialogue.composer import Composer
        from oifde_simulator.population.screenplays.texts import texts

        return Composer(root, words(locale), texts(locale), rates).compose

    return RecordGenerator(
        root,
        IdCodec(root),
        tenant=tenant,
        mix=mix or DEFAULT_MIX,
        local=local_days(time_zone or zone_of(locale)),
        composer=composer,
    )
