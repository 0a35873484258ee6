"""Say why a query may find nothing: another time zone of its times, or a number that is not plain.

Rule: at most two more selections for a query, and none again for the same query within a minute.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple
from weakref import ref

from oifde_simulator.instants import time_zone
from oifde_simulator.model.sessions import Criteria, Sessions
from oifde_simulator.oifde.decoding import shown
from oifde_simulator.oifde.policy.service_policy import ServicePolicy
from oifde_simulator.oifde.queries.numbers import plain_number
from oifde_simulator.oifde.queries.page_request import criteria
from oifde_simulator.oifde.reading import Reading
from oifde_simulator.text import counted

MOST_SELECTIONS = 2
MINUTE = 60_000


class Remembered(NamedTuple):
    """Hints about one query, as far as they hold again."""

    sessions: ref[Sessions]
    minute: int
    hints: tuple[str, ...]


class Alternative(NamedTuple):
    """Another reading of a query."""

    criteria: Criteria
    number: str = ""
    """Plain number in it; empty where the number stays."""
    zone: str = ""
    """Time zone of its times; empty where that stays."""


def hints(
    reading: Reading, asked: Criteria, sessions: Sessions, policy: ServicePolicy, now: int
) -> tuple[str, ...]:
    """Describe another reading of a query that finds nothing as `asked`, if that finds something."""
    minute, known = now // MINUTE, reading.hint
    if isinstance(known, Remembered) and known.minute == minute and known.sessions() is sessions:
        return known.hints
    found = _hints(reading.values, asked, sessions, policy, minute * MINUTE)
    reading.hint = Remembered(ref(sessions), minute, found)
    return found


def _hints(
    values: dict[str, Any], asked: Criteria, sessions: Sessions, policy: ServicePolicy, now: int
) -> tuple[str, ...]:
    for alternative in islice(_alternatives(values, asked, policy), MOST_SELECTIONS):
        if total := len(sessions.select(alternative.criteria, now)):
            return (_worded(values, alternative, policy, total),)
    return ()


def _alternatives(values: dict[str, Any], asked: Criteria, policy: ServicePolicy) -> Iterator[Alternative]:
    """List other readings, the likeliest first."""
    number = plain_number(asked.user) if asked.user is not None else ""
    if number:
        asked = asked._replace(user=number)
        yield Alternative(asked, number)
    if asked.begin is None and asked.end is None:
        return
    tried = {asked}
    for name in policy.hint_zones:
        zone = time_zone(name)
        other = criteria(values, policy, zone) if zone else asked
        other = other._replace(user=asked.user)
        if other not in tried:
            tried.add(other)
            yield Alternative(other, number, name)


def _worded(values: dict[str, Any], found: Alternative, policy: ServicePolicy, total: int) -> str:
    sessions = f"there {'is' if total == 1 else 'are'} {counted(total, 'session')}"
    sent = shown(values.get("userMobile"))
    if not found.zone:
        plain = f"for the plain number {shown(found.number)} {sessions}"
        return f"nothing is found for userMobile {sent}; {plain}: numbers are compared as they are sent"
    named = [name for name in ("beginTime", "endTime") if name in values]
    span = _span(values.get("beginTime"), values.get("endTime"), str(policy.time_zone))
    other = f"; read as {found.zone}{f' and for {shown(found.number)}' if found.number else ''} {sessions}"
    kind = "in UTC" if found.zone == "UTC" else "local times" if len(named) > 1 else "a local time"
    question = f"{'are' if len(named) > 1 else 'is'} {' and '.join(named)} {kind}?"
    return f"nothing is found {span}{other}: {question}"


def _span(begin: str | None, end: str | None, zone: str) -> str:
    if begin is None:
        return f"up to {end} {zone}"
    return f"from {begin} {zone} on" if end is None else f"between {begin} and {end} {zone}"
