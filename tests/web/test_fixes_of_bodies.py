"""A wrong value in a body of the control plane is told what to write instead, where that is clear."""

from __future__ import annotations

from typing import Any

import pytest

from oifde_simulator.web.control_plane import openapi
from oifde_simulator.web.control_plane.body.breaches import describe_breaches

BODIES = {route.operation_id: route.body for route in openapi.routes() if route.body}
DURATION = "expected a duration with its unit such as 800ms, 2s or 5m, found"
DOWN = {"respond": {"status": 503}}


def told(operation: str, body: Any) -> str:
    """Describe the first breach of a body."""
    return describe_breaches(body, openapi.schema(BODIES[operation]))[0]


FIXES: dict[str, tuple[str, Any, str]] = {
    "a number for a duration": (
        "setListener",
        {"open": False, "ttl": 30},
        f'ttl: {DURATION} 30; write it in quotes and with its unit: "30s", or "30ms"',
    ),
    "with a fault of TLS": ("setListener", {"tls": "expired", "ttl": 0.5}, '"0.5s", or "0.5ms"'),
    "for a clock": ("setClock", {"advance": 60}, f"advance: {DURATION} 60; write it in quotes and with"),
    "for a rule": ("addRules", DOWN | {"ttl": 30}, f"ttl: {DURATION} 30; write it in quotes and with"),
    "for a rule of several": ("addRules", [DOWN, DOWN | {"ttl": 30}], '[1].ttl: expected a duration'),
    "no time": ("setListener", {"open": False, "ttl": 0}, 'longer than nothing: write one such as "30s"'),
    "a negative number": ("setListener", {"open": False, "ttl": -30}, "it is longer than nothing"),
    "digits": ("setListener", {"open": False, "ttl": "30"}, 'found "30"; write its unit too, such as 30s'),
    "another unit": ("setListener", {"open": False, "ttl": "30 Sec"}, 'found "30 Sec"; write 30s'),
    "several units": ("addRules", DOWN | {"ttl": "1m30s"}, 'found "1m30s"; write 90s'),
    "a minus sign": ("setListener", {"open": False, "ttl": "-5s"}, "never negative: write one such as 5s"),
    "a clock that goes back": (
        "setClock",
        {"advance": "-1h"},
        f'{DURATION} "-1h"; a clock goes back by {{"set": "2026-01-01T00:00:00Z"}}',
    ),
    "a clock that goes back by a number": ("setClock", {"advance": -60}, "a clock goes back by"),
    "milliseconds for an instant": (
        "setClock",
        {"set": 1767225600000},
        "set: expected an instant in ISO 8601 with its zone such as 2026-01-01T00:00:00Z, "
        'found 1767225600000; write "2026-01-01T00:00:00Z"',
    ),
    "seconds for an instant": ("setClock", {"set": 1767225600.5}, 'write "2026-01-01T00:00:00.500Z"'),
    "a quoted number": ("setClock", {"speed": "60"}, 'a number, found "60"; take the quotes away: 60'),
    "a quoted switch": ("setListener", {"open": "false"}, "take the quotes away: false"),
    "a quoted count": ("verify", {"expect": [{"count": "1"}]}, "take the quotes away: 1"),
    "another name": ("setClock", {"frozen": True}, '; did you mean "freeze"?'),
    "a duration for milliseconds": (
        "wiremockPostSettings",
        {"fixedDelay": "1.5s"},
        'expected a whole number or null, found "1.5s"; it is in milliseconds: write 1500',
    ),
}  # fmt: skip


@pytest.mark.parametrize(("operation", "body", "words"), FIXES.values(), ids=FIXES.keys())
def test_a_wrong_value_is_told_what_to_write(operation: str, body: Any, words: str) -> None:
    assert words in told(operation, body)


UNCLEAR: dict[str, tuple[str, Any, str]] = {
    "a switch for a duration": ("setListener", {"open": False, "ttl": True}, "found true"),
    "null for a duration": ("setListener", {"open": False, "ttl": None}, "found null"),
    "many seconds": ("setListener", {"open": False, "ttl": 10**9}, "found 1000000000"),
    "another text": ("setListener", {"open": False, "ttl": "soon"}, 'found "soon"'),
    "a small number for an instant": ("setClock", {"set": 5}, "found 5"),
    "a late instant": ("setClock", {"set": 10**13}, "found 10000000000000"),
    "null in quotes": ("wiremockPostSettings", {"fixedDelay": "null"}, 'found "null"'),
    "null in quotes for a number": ("setClock", {"speed": "null"}, 'found "null"'),
    "a text in quotes": ("setClock", {"speed": '"60"'}, 'found "\\"60\\""'),
    "no number of JSON": ("setClock", {"speed": "NaN"}, 'found "NaN"'),
    "a part for a whole number": ("verify", {"expect": [{"count": "1.5"}]}, 'found "1.5"'),
    "a long text": ("setClock", {"speed": "6" * 50}, "66666"),
    "no name": ("setClock", {}, "found {}"),
}


@pytest.mark.parametrize(("operation", "body", "ending"), UNCLEAR.values(), ids=UNCLEAR.keys())
def test_nothing_is_suggested_where_the_meaning_is_not_clear(operation: str, body: Any, ending: str) -> None:
    assert told(operation, body).rstrip('"').endswith(ending.rstrip('"'))
