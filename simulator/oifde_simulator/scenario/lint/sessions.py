"""Checks `sessions`, and that the clock stands where sessions can be generated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from oifde_simulator.instants import instant, iso
from oifde_simulator.population.ids import LAST_SECOND, LONGEST_NUMBER, is_number
from oifde_simulator.scenario.lint.finding import Finding, Source, value_at
from oifde_simulator.scenario.model import GenerateSpec
from oifde_simulator.text import KeyPath, did_you_mean, shown

COMPLETE_LOCALES = ("en_US", "zh_CN")
"""Locales that come with dialogues of their own; they are known without asking Faker."""
DAYS = GenerateSpec().days
MILLISECONDS_PER_DAY = 86_400_000
LAST_INSTANT = LAST_SECOND * 1000
"""Epoch milliseconds of the last second for which a callId has room."""
LIKELY_SECONDS = 10**11
"""Epoch milliseconds in early 1973. A start before it is likely to be in seconds."""
GENERATE = ("sessions", "generate")


def lint(value: Any, source: Source) -> Iterator[Finding]:
    """Check the sessions of a scenario of any shape."""
    sessions = value_at(value, ("sessions",))
    if isinstance(sessions, dict):
        yield from _users(sessions)
        yield from _generate(value_at(sessions, ("generate",)))
        yield from _clock(value_at(value, ("clock",)), sessions)
        if sessions.get("derive") is not False:
            yield from _floats(("sessions", "records"), sessions.get("records"), source)


def warnings(value: Any) -> Iterator[Finding]:
    """Find times of records that are hardly meant, in a scenario without mistakes; one warning a kind."""
    records = value_at(value, ("sessions", "records")) or []
    yield from _early(records)
    yield from _reversed(records)


def _early(records: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    """Find starts that look like seconds."""
    starts = (record.get("startTime") or 0 for record in records)
    early = [place for place, start in enumerate(starts) if 0 < start < LIKELY_SECONDS]
    if early:
        start = records[early[0]]["startTime"]
        fix = f"if it is in seconds, multiply by 1000: {start * 1000}"
        path = ("sessions", "records", early[0], "startTime")
        yield Finding(path, f"{start} is {iso(start)}; {fix}{_rest(early)}")


def _reversed(records: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    """Find calls that end before they start."""
    found = [place for place, record in enumerate(records) if _ends_early(record)]
    if found:
        record = records[found[0]]
        early = record["startTime"] - record["endTime"]
        message = f"is {early:,} ms before startTime {record['startTime']}: the call ends before it starts"
        yield Finding(("sessions", "records", found[0], "endTime"), f"{message}{_rest(found)}")


def _ends_early(record: Mapping[str, Any]) -> bool:
    start, end = record.get("startTime"), record.get("endTime")
    return isinstance(start, int) and isinstance(end, int) and end < start


def _rest(places: Sequence[int]) -> str:
    return f"; so is it with {len(places) - 1} more" if places[1:] else ""


def _users(sessions: dict[str, Any]) -> Iterator[Finding]:
    users = sessions.get("users")
    for number in users if isinstance(users, dict) else ():
        if message := _number_error(number):
            yield Finding(("sessions", "users", number), message, on_key=True)
    if users and sessions.get("generate") is False:
        message = "generate is false, and yet users shall have generated sessions; remove one of the two"
        yield Finding(GENERATE, message)


def _generate(generate: Any) -> Iterator[Finding]:
    mix, locale = value_at(generate, ("mix",)), value_at(generate, ("locale",))
    if isinstance(mix, dict) and mix and not any(mix.values()):
        message = "every weight is 0; give at least one kind of dialogue a weight"
        yield Finding((*GENERATE, "mix"), message)
    if isinstance(locale, str) and (message := _locale_error(locale)):
        yield Finding((*GENERATE, "locale"), message)
    if isinstance(generate, dict) and {"per_day", "per_quarter"} <= generate.keys():
        message = "per_day stands beside it, and both say how many sessions there are; keep one of the two"
        yield Finding((*GENERATE, "per_quarter"), message, on_key=True)


def _clock(clock: Any, sessions: dict[str, Any]) -> Iterator[Finding]:
    """Find a clock that stands or starts where there are no callIds, or not enough days before it."""
    path: KeyPath = ("clock",)
    if isinstance(clock, dict):
        path, clock = ("clock", "start"), clock.get("start")
    moment = instant(clock) if isinstance(clock, str) else None
    days = _days(sessions)
    if moment is None or days is None:
        return
    first = (days + 1) * MILLISECONDS_PER_DAY
    if moment < first:
        fix = f"{days} days of sessions begin after 1970: write {_quoted(first)} or later, or fewer days"
        yield Finding(path, f"{shown(clock)} is too early; {fix}")
    elif moment >= LAST_INSTANT + 1000:
        fix = f"a callId has 13 digits of milliseconds: write {_quoted(LAST_INSTANT)} or earlier"
        yield Finding(path, f"{shown(clock)} is too late for generated sessions; {fix}")


def _days(sessions: dict[str, Any]) -> int | None:
    """Return the days for which sessions are generated; None without such sessions, or for a wrong shape."""
    generate = sessions.get("generate")
    if "generate" not in sessions or generate is False:
        return DAYS if sessions.get("users") else None
    days = generate.get("days", DAYS) if isinstance(generate, dict) else None
    return days if isinstance(days, int) and days > 0 else None


def _quoted(moment: int) -> str:
    return f'"{iso(moment)[:-5]}Z"'


def _number_error(number: str) -> str:
    if is_number(number):
        return ""
    return (
        f"expected a number of 1 to {LONGEST_NUMBER} digits, found {shown(number)}; "
        "any other text can only have literal records, under sessions.records"
    )


def _locale_error(locale: str) -> str:
    if locale in COMPLETE_LOCALES:
        return ""
    from oifde_simulator.population.vocabulary import known_locales  # asks Faker, which is slow to import

    known = known_locales()
    if locale in known:
        return ""
    hint = did_you_mean(locale, known) or "; write one such as en_US or zh_CN"
    return f"unknown locale {shown(locale)}{hint}"


def _floats(path: KeyPath, value: Any, source: Source) -> Iterator[Finding]:
    """Find whole numbers written with a point or an exponent: the vendor's integers have neither."""
    if isinstance(value, dict | list):
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _floats((*path, step), inner, source)
    elif isinstance(value, float) and value.is_integer():
        message = f"expected a whole number, found {source.text(path)}; write {int(value)}"
        yield Finding(path, message)
