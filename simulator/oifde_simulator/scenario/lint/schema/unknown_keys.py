"""Explains a key that is unknown where it stands: how it was meant, or where it belongs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from oifde_simulator import tls_faults
from oifde_simulator.faults.charsets import find_charset
from oifde_simulator.faults.other_words import meant_fault
from oifde_simulator.json_schema.schema import Violation
from oifde_simulator.scenario.lint.schema.homes import homes, in_words, is_taken, takes
from oifde_simulator.scenario.lint.schema.synonyms import (
    ADDRESSES,
    CERTIFICATES,
    SYNONYMS,
    SYNONYMS_INSIDE,
    WAITS,
)
from oifde_simulator.scenario.lint.schema.times import TIME_OF_DAY
from oifde_simulator.scenario.lint.schema.wording import listed, plain
from oifde_simulator.scenario.yaml.confusables import BLANKS
from oifde_simulator.text import KeyPath, did_you_mean, nearest, shown

CLOSE = 0.8
"""Likeness from which a name that is known here was meant, though the written one is known elsewhere."""
SECRETS = ("secret", "tokens", "appSecret", "authToken")
"""Keys whose values no message repeats."""
COLON = re.compile(r"([A-Za-z_][\w-]*):(.+)", re.DOTALL)
OF_TENANTS = {"tenantid": "id", "appkey": "id", "appsecret": "secret"}
"""Keys of tenant by the words for them, in small letters, that stand at the top of a file."""
PERCENTILES = ("p50", "p90", "p95", "p99")
USERS, REQUESTS = ("user", "users", "distinctusers"), ("request", "requests", "match", "matches", "calls")
"""Words for what a rule may wait for."""
OF_WINDOWS = ("at", "from", "until", "days")
"""Keys by which a mapping is told to be a window, whatever it is called."""
OF_RULES = ("match", "respond", "faults", "patch", "rows")
"""Keys by which a mapping is told to be a rule."""
EQUALS = re.compile(r"([A-Za-z_][\w-]*) *=>? *(.+)")
MOST_LOOKED_AT = 20
"""Keys of one mapping that may belong into another."""
SUGGESTED = re.compile(r'did you mean "([^"]+)"')


def suggested(key: str, value: Any, path: KeyPath, known: Mapping[str, Any]) -> str:
    """Find the known key that the message about an unknown one suggests; empty where there is none."""
    found = SUGGESTED.search(hint(key, value, path, known))
    return found[1] if found else ""


def below_empty(violation: Violation) -> Iterator[tuple[KeyPath, str]]:
    """Yield unknown keys that belong into an empty neighbour, each behind the path of that one."""
    if violation.keyword != "additionalProperties":
        return
    known = violation.schema.get("properties", {})
    empty = {key for key, value in violation.found.items() if value is None and key in known}
    for key in islice(violation.found, MOST_LOOKED_AT) if empty else ():
        if key not in known and not is_free(key, violation.schema):
            parents = (home[-2] for home in homes(key, violation.path) if len(home) > 1)
            yield from (((*violation.path, parent), key) for parent in parents if parent in empty)


def hint(key: str, value: Any, path: KeyPath, known: Mapping[str, Any]) -> str:
    """Write the end of the message about a key at `path`, where the keys in `known` may stand."""
    if slip := slipped(key, value):
        return f"; {slip}"
    if inside := _meant_inside(key, value, path, known):
        return f'; did you mean "{inside}"?'
    if other := _other_place(key, value, known):
        return f"; {other}"
    near, found = nearest(key, known, CLOSE), homes(key, path)
    if near and found:  # the type of the value may tell which of them is meant
        fitting = [home for home in found if takes(home, value)]
        near, found = near if is_taken(value, known[near]) or not fitting else "", fitting
    meant = f'; did you mean "{near}"?' if near else ""
    if found:
        text = "..." if key in SECRETS else plain(value)
        where = ", or ".join(in_words(home, path, text) for home in found)
        return f"{meant} {key} itself belongs {where}" if meant else f"; it belongs {where}"
    if meant:
        return meant
    if path and path[-1] == "match":
        return _condition(key, value)
    if key.lower() in WAITS and "faults" in known:
        return f"; {_wait(key, value)}"
    if SYNONYMS.get(key.lower()) in known:
        return f'; did you mean "{SYNONYMS[key.lower()]}"?'
    return did_you_mean(key, known) or listed(known)


def _meant_inside(key: str, value: Any, path: KeyPath, known: Mapping[str, Any]) -> str:
    """Find the key that another word stands for, by what is around it; empty for any other word."""
    if key == "then" and "respond" in known and not isinstance(value, str):
        return "respond"
    if "over" in known and isinstance(value, dict) and any(name in value for name in OF_WINDOWS):
        return "window"
    names = [step for step in path if isinstance(step, str) and step != "operations"]
    around = names[-1] if names else ""
    name = SYNONYMS_INSIDE.get(around, {}).get(key.lower(), "")
    if name == "from" and isinstance(value, str) and TIME_OF_DAY.fullmatch(value):
        return "at"
    other_shape = isinstance(value, list | dict) and name in known and not is_taken(value, known[name])
    return name if name in known and not other_shape else ""


def is_free(key: str, schema: Mapping[str, Any]) -> bool:
    """Check that a key is allowed by its form, as `x-...` is."""
    return any(re.search(pattern, key) for pattern in schema.get("patternProperties", ()))


def other_fault(name: str) -> str:
    """Write the end of the message about a fault of TLS, a charset, or another word for a fault."""
    if name in (*tls_faults.CERTIFICATES, *tls_faults.PROTOCOL):
        return f"; it is one of TLS, before any request: serve --tls-fault {name}=PORT, see docs/tls.md"
    if meant := meant_fault(name):
        return f'; did you mean "{meant}"?'
    charset = find_charset(name)
    return f"; write {{charset: {charset}}}" if charset else ""


def _other_place(key: str, value: Any, known: Mapping[str, Any]) -> str:
    """Say how something is written that stands elsewhere by another name; empty for any other key."""
    if "latency" in known and (fault := other_fault(key)):
        return fault.removeprefix("; ")
    if key == "for" and "window" in known:
        text = plain(value)
        return (
            f"for {text} after a request it belongs into state: {{is: NAME, for: {text}}}, "
            f'at a time of day into window: {{at: "00:00", for: {text}}}; '
            f"for {text} from load write window: {{until: {text}}}"
        )
    if "faults" in known and isinstance(value, dict) and any(name in value for name in OF_RULES):
        return f"for a rule of this name write name: {plain(key)}, and its keys beside it"
    if "errorMsg" in known and (fault := _beside_respond(key, value)):
        return f"{fault} beside respond"
    return _other_word(re.sub("[^a-z0-9]", "", key.lower()), value, known)


def _other_word(word: str, value: Any, known: Mapping[str, Any]) -> str:
    """Say the same of a key in small letters."""
    if word in OF_TENANTS and "clock" in known:
        own = OF_TENANTS[word]
        return f"write tenant: {{{own}: {'...' if own in SECRETS else plain(value)}}}"
    if word == "retryafter" and "errorMsg" in known:
        return f"write headers: {{Retry-After: {plain(value)}}}"
    if word in ("zone", "tz") and "repeat" in known:
        return f"it belongs into settings: {{time_zone: {plain(value)}}}"
    if "distinct" in known and word in USERS:
        return f"write {{distinct: userMobile, count: {plain(value)}}}"
    if "distinct" in known and word in REQUESTS:
        return f"for a number of requests write after: {plain(value)}"
    if word in PERCENTILES and "sigma" in known:
        return "it is of another form of latency: percentiles: {p50: 80ms, p95: 400ms, p99: 2s}"
    return ""


def _beside_respond(key: str, value: Any) -> str:
    """Say how a wait or a fault is written that stands inside an answer; empty for any other key."""
    if key.lower() in WAITS:
        return _wait(key, value)
    if key.lower() != "fault" or not isinstance(value, str):
        return ""
    from oifde_simulator.faults import builtin_faults  # slow to import, and seldom wanted

    name = value.lower().replace("_", "-")
    fault = name if name in builtin_faults() else meant_fault(name)
    return f"write faults: [{fault}]" if fault else ""


def _wait(key: str, value: Any) -> str:
    """Write a latency for a wait by another word; a number needs its unit."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"for a wait write faults: [{{latency: {plain(value)}}}]"
    if key.lower().endswith("milliseconds"):
        return f"for a wait write faults: [{{latency: {value}ms}}]"
    return f"for a wait of {value} seconds write faults: [{{latency: {value}s}}]"


def slipped(text: str, value: Any = None) -> str:
    """Explain a text that lacks the space after a dash or a colon; empty for any other."""
    if text.startswith("-") and text[1:2].isalpha():
        return f'a space is missing after "-": write {shown(f"- {text[1:]}")}'
    slip = COLON.fullmatch(text)
    if slip is None and value is None and (equals := EQUALS.fullmatch(text)):
        return f'write a colon and a space in place of the "=": {shown(f"{equals[1]}: {equals[2]}")}'
    if slip is None or slip[2].startswith("/"):
        return ""
    behind = slip[2].strip(BLANKS)
    if value is None and slip[2].startswith(" ") and "\n" not in behind:
        return f"take the quotes away: {{{slip[1]}: {behind.strip()}}}"
    if behind[:1] in ("{", "[") and behind[-1] not in "}]":  # YAML has cut it at its next colon
        return f"write a space after the colon: {shown(f'{slip[1]}: {behind[0]}')}"
    rest = behind if value is None else f"{behind}: {plain(value)}"
    return f"write a space after the colon: {shown(f'{slip[1]}: {rest}')}"


def _condition(key: str, value: Any) -> str:
    """Explain an unknown key of `match`: a header, or a field of nothing that is known."""
    if re.sub("[^a-z]", "", key.lower()) in ADDRESSES:
        return '; did you mean "client"?'
    if re.sub("[^a-z]", "", key.lower()) in CERTIFICATES:
        return '; did you mean "client_certificate"?'
    header = f"headers: {{{key}: {plain(value)}}}"
    if "-" in key or key[:1].isupper():
        return f"; a header belongs into match: {{{header}}}"
    return f"; a field of the body belongs into request: {{{key}: {plain(value)}}}, a header into {header}"
