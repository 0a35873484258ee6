"""What the schema cannot say of `sessions.generate` and `sessions.users`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulator.failure.located import Path, ScenarioError, meant, shown
from simulator.failure.yaml_node import Node

COMPLETE_LOCALES = ("en_US", "zh_CN")
LONGEST_NUMBER = 15


def lapses(sessions: Node, origin: str) -> Iterator[ScenarioError]:
    """The mistakes below `sessions`."""
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


def number_complaint(number: str) -> str:
    """What keeps a user number from having generated sessions; empty when nothing does."""
    if number.isascii() and number.isdecimal() and 0 < len(number) <= LONGEST_NUMBER:
        return ""
    return (
        f"expected a number of 1 to {LONGEST_NUMBER} digits, found {shown(number)}; "
        "any other text can only have literal records, under sessions.records"
    )


def locale_complaint(locale: str) -> str:
    """What is wrong with a locale; empty when nothing is."""
    if locale in COMPLETE_LOCALES:
        return ""
    from simulator.population.vocabulary import known_locales  # asks Faker, which is slow to import

    known = known_locales()
    if locale in known:
        return ""
    return f"unknown locale {shown(locale)}{meant(locale, known) or '; write one such as en_US or zh_CN'}"


def _weights(mix: Any) -> list[Any]:
    return list(mix.values()) if isinstance(mix, dict) else [1]


def _below(node: Node, name: str) -> Node | None:
    inside: Any = node.items
    return inside.get(name) if isinstance(node.value, dict) else None


def _error(node: Node, origin: str, path: Path, message: str) -> ScenarioError:
    return ScenarioError(origin, node.line, node.column, path, message)
