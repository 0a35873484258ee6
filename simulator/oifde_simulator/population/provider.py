"""Adds call sessions to a Faker of your own.

    fake = Faker("zh_CN")
    fake.add_provider(CallSessionProvider)
    fake.call_session()

Sessions depend on the seed of that Faker alone: equally seeded Fakers give equal sessions.
"""

from __future__ import annotations

from typing import Any

from faker.providers import BaseProvider

from oifde_simulator.population import generator
from oifde_simulator.population.arrivals.local_days import DAY, local_days, weekday
from oifde_simulator.population.arrivals.zones import zone_of
from oifde_simulator.population.ids import LAST_SECOND, is_number
from oifde_simulator.population.records import DEFAULT_MIX, DIALOG_TYPES
from oifde_simulator.population.vocabulary import drawn_vocabulary
from oifde_simulator.randomness import KeyedRandom, key

LAST = LAST_SECOND * 1000
"""Last start of a session, epoch milliseconds."""
FIRST_DAY, DAYS = 18_262, 2_190
"""First day (2020-01-01) and number of days in which drawn sessions begin, in days since 1970."""

SUNDAY = 6


class CallSessionProvider(BaseProvider):
    """Makes records of the Session Record Query Interface, with the field names of the wire."""

    def user_mobile(self) -> str:
        """Draw a user number of 11 digits."""
        return f"1{self._draws().digits(10)}"

    def call_session(
        self, *, user: str | None = None, dialog_type: str | None = None, start: int | None = None
    ) -> dict[str, Any]:
        """Make the complete record of a session that has ended.

        `user` is a number of 1 to 15 digits; `dialog_type` is "1" to "4"; `start` is in epoch milliseconds,
        cut to the second. Arguments that are left out are drawn. Raises ValueError for
        values that no session can have.
        """
        draws = self._draws()
        number = f"1{draws.digits(10)}" if user is None else user
        if not is_number(number):
            raise ValueError(f"user: expected a number of 1 to 15 digits, found {user!r}")
        if start is not None and not DAY * 1000 <= start <= LAST:
            raise ValueError(
                f"start: expected epoch milliseconds from {DAY * 1000} to {LAST}, found {start!r}"
            )
        drawn = self._begin(draws)
        begin = drawn if start is None else start // 1000
        names = [name for name, code in DIALOG_TYPES.items() if dialog_type in (None, code)]
        if not names:
            raise ValueError(f'dialog_type: expected "1", "2", "3" or "4", found {dialog_type!r}')
        made = generator.records(
            seed=draws.hex(16),
            world="provider",
            tenant="tenant001",
            locale=self._locale(),
            mix={name: DEFAULT_MIX[name] for name in names},
            words=drawn_vocabulary,
        )
        return made.record(number, begin, (begin + DAY) * 1000)

    def dialogue(self, *, dialog_type: str | None = None) -> list[dict[str, Any]]:
        """Make the `recordDetials` of one session."""
        details: list[dict[str, Any]] = self.call_session(dialog_type=dialog_type)["recordDetials"]
        return details

    def call_id(self) -> str:
        """Make a callId: 13 digits of epoch milliseconds and 24 hex digits."""
        return str(self.call_session()["callId"])

    def cti_call_id(self) -> str:
        """Make the ctiCallId of a voice call: epoch seconds, a dash and digits."""
        return str(self.call_session(dialog_type="1")["ctiCallId"])

    def _begin(self, draws: KeyedRandom) -> int:
        """Draw a second in daytime, not on a Sunday: every kind of session may begin then."""
        day = FIRST_DAY + draws.below(DAYS)
        span = local_days(zone_of(self._locale())).span(day + (weekday(day) == SUNDAY))
        return span.begin + draws.between(9 * 3600, 20 * 3600 - 1)

    def _draws(self) -> KeyedRandom:
        return KeyedRandom(key("provider", self.generator.random.getrandbits(64)))

    def _locale(self) -> str:
        languages = (getattr(provider, "__lang__", None) for provider in self.generator.get_providers())
        return next((language for language in languages if language), "en_US")
