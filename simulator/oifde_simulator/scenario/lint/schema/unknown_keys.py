"""Explains a key that is unknown where it stands: how it was meant, or where it belongs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from oifde_simulator.scenario.lint.schema.homes import homes, in_words
from oifde_simulator.scenario.lint.schema.wording import listed, plain
from oifde_simulator.text import KeyPath, did_you_mean, nearest, shown

CLOSE = 0.8
"""Likeness from which a name that is known here was meant, though the written one is known elsewhere."""
SECRETS = ("secret", "tokens", "appSecret", "authToken")
"""Keys whose values no message repeats."""
COLON = re.compile(r"([A-Za-z_][\w-]*):(.+)", re.DOTALL)
WAITS = ("delay", "sleep", "wait", "timeout", "fixeddelaymilliseconds")
"""Other words for a latency."""
ADDRESSES = ("ip", "address", "clientip", "clientaddress", "ipaddress", "remoteaddr", "remoteaddress", "peer")
"""Other words for the address of a client."""
SYNONYMS = {
    "chance": "probability", "percent": "probability", "odds": "probability", "count": "times",
    "max": "times", "limit": "times", "repeat": "times", "skip": "after", "nth": "every", "when": "match",
    "if": "match", "where": "match", "condition": "match", "conditions": "match", "then": "respond",
    "answer": "respond", "return": "respond", "reply": "respond", "id": "name",
    "title": "name", "code": "status",
    "message": "errorMsg", "msg": "errorMsg", "content": "body", "text": "body", "payload": "body",
    "url": "endpoint", "operation": "endpoint", "method": "endpoint", "query": "request", "body": "request",
    "header": "headers", "timezone": "time_zone", "users": "sessions", "now": "clock", "time": "clock",
    "concurrent": "in_flight", "concurrency": "in_flight", "parallel": "in_flight", "field": "distinct",
    "unique": "distinct",
    "duration": "over", "start": "from", "end": "until", "to": "until", "op": "op",
}  # fmt: skip
"""Other words for keys, as other tools and people say them."""


def hint(key: str, value: Any, path: KeyPath, known: Mapping[str, Any]) -> str:
    """Write the end of the message about a key at `path`, where the keys in `known` may stand."""
    if slip := slipped(key, value):
        return f"; {slip}"
    near = nearest(key, known, CLOSE)
    meant = f'; did you mean "{near}"?' if near else ""
    if found := homes(key, path):
        text = "..." if key in SECRETS else plain(value)
        where = ", or ".join(in_words(home, path, text) for home in found)
        return f"{meant} {key} itself belongs {where}" if meant else f"; it belongs {where}"
    if meant:
        return meant
    if path and path[-1] == "match":
        return _condition(key, value)
    if key.lower() in WAITS and "faults" in known:
        return f"; for a wait write faults: [{{latency: {plain(value)}}}]"
    if SYNONYMS.get(key.lower()) in known:
        return f'; did you mean "{SYNONYMS[key.lower()]}"?'
    return did_you_mean(key, known) or listed(known)


def slipped(text: str, value: Any = None) -> str:
    """Explain a text that lacks the space after a dash or a colon; empty for any other."""
    if text.startswith("-") and text[1:2].isalpha():
        return f'a space is missing after "-": write {shown(f"- {text[1:]}")}'
    slip = COLON.fullmatch(text)
    if slip is None or slip[2].startswith("/"):
        return ""
    rest = slip[2] if value is None else f"{slip[2]}: {plain(value)}"
    return f"write a space after the colon: {shown(f'{slip[1]}: {rest}')}"


def _condition(key: str, value: Any) -> str:
    """Explain an unknown key of `match`: a header, or a field of nothing that is known."""
    if re.sub("[^a-z]", "", key.lower()) in ADDRESSES:
        return '; did you mean "client"?'
    header = f"headers: {{{key}: {plain(value)}}}"
    if "-" in key or key[:1].isupper():
        return f"; a header belongs into match: {{{header}}}"
    return f"; a field of the body belongs into request: {{{key}: {plain(value)}}}, a header into {header}"
