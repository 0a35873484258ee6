"""What the schema cannot say of `sessions`, and of the clock by which sessions are generated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from oifde_simulator.instants import instant, iso
from oifde_simulator.population.ids import LAST_SECOND, LONGEST_NUMBER, is_number
from oifde_simulator.scenario.errors import Path, ScenarioError
from oifde_simulator.scenario.model import GenerateSpec
from oifde_simulator.scenario.yaml.node import Node
from oifde_simulator.text import did_you_mean, shown

DAYS = GenerateSpec().days
COMPLETE_LOCALES = ("en_US", "zh_CN")
DAY = 86_400_000
"""Milliseconds."""
LAST = LAST_SECOND * 1000
"""Epoch milliseconds."""
SECONDS = 10**11
"""Epoch milliseconds below this, in early 1973, are hardly milliseconds."""


def lapses(root: Node, origin: str) -> Iterator[ScenarioError]:
    """The mistakes below `sessions`, and a clock that does not go with them."""
    if sessions := _below(root, "sessions"):
        yield from _sessions(sessions, origin)
        yield from _clock(_below(root, "clock"), sessions, origin)


def warnings(root: Node, origin: str) -> Iterator[ScenarioError]:
    """What is hardly meant so where nothing is wrong: one warning for all starts that look like seconds."""
    found = _items(root, "sessions", "records")
    records = found if isinstance(found, list) else []
    early = [place for place, record in enumerate(records) if 0 < record.value["startTime"] < SECONDS]
    if early:
        node = records[early[0]].at(("startTime",))
        rest = f"; so is it with {len(early) - 1} more" if early[1:] else ""
        fix = f"if it is in seconds, multiply by 1000: {node.value * 1000}"
        message = f"{node.value} is {iso(node.value)}; {fix}{rest}"
        yield _error(node, origin, ("sessions", "records", early[0], "startTime"), message)


def _sessions(sessions: Node, origin: str) -> Iterator[ScenarioError]:
    users = _below(sessions, "users")
    generate = _below(sessions, "generate")
    for number, key in (users.keys if users else {}).items():
        if complaint := number_complaint(number):
            yield _error(key, origin, ("sessions", "users", number), complaint)
    if users and users.value and generate and generate.value is False:
        complaint = "generate is false, and yet users shall have generated sessions; remove one of the two"
        yield _error(generate, origin, ("sessions", "generate"), complaint)
    mix = _below(generate, "mix") if generate else None
    if mix and mix.value and not any(_weights(mix.value)):
        complaint = "every weight is 0; give at least one kind of dialogue a weight"
        yield _error(mix, origin, ("sessions", "generate", "mix"), complaint)
    locale = _below(generate, "locale") if generate else None
    if locale and isinstance(locale.value, str) and (complaint := locale_complaint(locale.value)):
        yield _error(locale, origin, ("sessions", "generate", "locale"), complaint)


def _clock(clock: Node | None, sessions: Node, origin: str) -> Iterator[ScenarioError]:
    """A clock that stands where there are no IDs for sessions, or not enough days before it."""
    moment = instant(clock.value) if clock and isinstance(clock.value, str) else None
    days = _days(sessions)
    if clock is None or moment is None or days is None:
        return
    first = (days + 1) * DAY
    if moment < first:
        fix = f"{days} days of sessions begin after 1970: write {_quoted(first)} or later, or fewer days"
        yield _error(clock, origin, ("clock",), f"{shown(clock.value)} is too early; {fix}")
    elif moment >= LAST + 1000:
        fix = f"a callId has 13 digits of milliseconds: write {_quoted(LAST)} or earlier"
        yield _error(
            clock, origin, ("clock",), f"{shown(clock.value)} is too late for generated sessions; {fix}"
        )


def _days(sessions: Node) -> int | None:
    """For how many days sessions are generated; None when none are, or when nobody can say."""
    generate, users = _below(sessions, "generate"), _below(sessions, "users")
    if generate is None or generate.value is False:
        return DAYS if users and users.value else None
    days = generate.value.get("days", DAYS) if isinstance(generate.value, dict) else None
    return days if isinstance(days, int) and days > 0 else None


def _quoted(instant: int) -> str:
    return f'"{iso(instant)[:-5]}Z"'


def number_complaint(number: str) -> str:
    """What keeps a user number from having generated sessions; empty when nothing does."""
    if is_number(number):
        return ""
    return (
        f"expected a number of 1 to {LONGEST_NUMBER} digits, found {shown(number)}; "
        "any other text can only have literal records, under sessions.records"
    )


def locale_complaint(locale: str) -> str:
    """What is wrong with a locale; empty when nothing is."""
    if locale in COMPLETE_LOCALES:
        return ""
    from oifde_simulator.population.vocabulary import known_locales  # asks Faker, which is slow to import

    known = known_locales()
    if locale in known:
        return ""
    return (
        f"unknown locale {shown(locale)}{did_you_mean(locale, known) or '; write one such as en_US or zh_CN'}"
    )


def _weights(mix: Any) -> list[Any]:
    return list(mix.values()) if isinstance(mix, dict) else [1]


def _below(node: Node, name: str) -> Node | None:
    inside: Any = node.items
    return inside.get(name) if isinstance(node.value, dict) else None


def _items(root: Node, *path: str) -> Any:
    node: Node | None = root
    for name in path:
        node = _below(node, name) if node else None
    return node.items if node else None


def _error(node: Node, origin: str, path: Path, message: str) -> ScenarioError:
    return ScenarioError(origin, node.line, node.column, path, message)
