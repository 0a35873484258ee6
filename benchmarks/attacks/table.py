"""The table of attacks, and the scenarios that they need."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from soak_honest import SESSIONS, USER

from attacks.target import Target

PLAIN = ("--tls", "off", "--log-level", "warning")
"""Options of the server for most attacks."""

_records = {"users": {USER: SESSIONS}}
_huge = {
    "name": "huge-field",
    "match": {"endpoint": "queryRecordHistory", "response": {"total": {"minimum": 1}}},
    "patch": [{"op": "fill", "path": "/recordList/0/callData", "bytes": 4_000_000}],
}
SCENARIOS: dict[str, object] = {
    "victim": {"tenant": {"tokens": "any"}, "sessions": _records},
    "counted": {"tenant": {"tokens": "any", "token_uses": 10}, "sessions": _records},
    "huge-field": {"tenant": {"tokens": "any"}, "sessions": _records, "rules": [_huge]},
}
"""By tenant."""


@dataclass(frozen=True, slots=True)
class Attack:
    """One kind of harm that a client may try to do."""

    name: str
    run: Callable[[Target], Awaitable[None]]
    options: tuple[str, ...] = PLAIN
    """Attacks with the same options share a server."""


ATTACKS: dict[str, Attack] = {}
"""By name, in the order in which they are tried."""


def attack(
    name: str, *options: str
) -> Callable[[Callable[[Target], Awaitable[None]]], Callable[[Target], Awaitable[None]]]:
    """Put a function into the table.

    Raises:
        ValueError: the name is taken.
    """

    def put(run: Callable[[Target], Awaitable[None]]) -> Callable[[Target], Awaitable[None]]:
        if name in ATTACKS:
            raise ValueError(f"attack {name!r}: expected a name of its own, found it twice; rename one")
        ATTACKS[name] = Attack(name, run, options or PLAIN)
        return run

    return put
