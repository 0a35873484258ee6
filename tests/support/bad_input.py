"""Bad input for every operation of the control plane's document, made from the document.

A new route is walked at once: what is wrong for it follows from its parameters and its body's schema.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from oifde_simulator.web.control_plane.openapi import Route, document, schema
from serving import Answer, Peer

Json = Any
KNOWN = {
    "tenant": "acme",
    "rule": "busy",
    "number": "1",
    "id": "6f696664-6500-8000-8000-000000000001",
    "name": "acme",
    "file": "app.js",
}
"""Good values of what stands in paths."""
STRANGE = {
    "nobody": "nobody",
    "NUL": "%00",
    "control character": "%1b%5b31m",
    "line break": "%0d%0aX:%20y",
    "slash": "a%2fb",
    "dots": "%2e%2e",
    "bare dots": "..",
    "lone surrogate": "%ed%a0%80",
    "not UTF-8": "%ff",
    "broken percent": "%zz",
    "over-long": "x" * 3000,
    "negative": "-1",
    "huge": "9" * 40,
}
"""Ids that nothing has, as they stand in a URL."""
MALFORMED = ("%00", "%ed%a0%80", "%ff", "nonsense", "", "-1", "1.5", "9" * 40, "x" * 3000)
"""Texts that are no number, no instant, no duration, no UUID and none of a few words."""
NOT_JSON = {
    "nothing but a brace": b"{",
    "text": b"colour=red",
    "XML": b"<a/>",
    "NUL": b"\0",
    "NUL in a text": b'{"scenario": "a\0b"}',
    "control character": b'{"scenario": "a\x1bb"}',
    "lone surrogate": rb'{"scenario": "\ud800"}',
    "not UTF-8": b'{"scenario": "\xff"}',
    "a name twice": b'{"scenario": "outage", "scenario": "outage"}',
    "NaN": b'{"count": NaN}',
    "infinity": b'{"fixedDelay": 1e999}',
    "two values": b"{}{}",
    "deep": b"[" * 100_000,
    "deep and whole": b"[" * 100 + b"]" * 100,
}
LARGE = b" " * (5 << 20)
WRONG_VALUES: tuple[Json, ...] = (
    None, True, -1, 1.5, 1e300, 10**30, "", "\0", "\x1b", "😀", "x" * 5000, [], [[]], [None], {}, {"\0": 1},
)  # fmt: skip

WRONG_SCENARIOS: tuple[Json, ...] = (
    {"scenario": "nobody"},
    {"scenario": {"rules": [{"faults": [{"latancy": "1s"}]}]}},
    {"scenario": {"sessions": {"records": "/etc/passwd"}}},
    {"scenario": "rules:\n  - ["},
    {"scenario": "a: &a [*a]\n"},
)
WRONG_PATTERNS: tuple[Json, ...] = (
    {"urlPattern": "("},
    {"colour": "red"},
    {"cookies": {"a": {"equalTo": "b"}}},
)
WRONG_SETTINGS: tuple[Json, ...] = (
    {"fixedDelay": 1, "extended": {"colour": "red"}},
    {"fixedDelay": 1, "delayDistribution": {"type": "lognormal", "median": 9, "sigma": 1, "maxValue": 1}},
)
MEANINGLESS: dict[str, tuple[Json, ...]] = {
    "check": ({"yaml": "", "tenant": "nobody"}, {"yaml": "[]", "kind": "rules", "tenant": ".."}),
    "makeTenant": (
        *WRONG_SCENARIOS,
        {"scenario": "outage", "tenantId": "acme"},
        {"scenario": "outage", "tenantId": ".."},
        {"scenario": "outage", "tenantId": "a\0b"},
    ),
    "replaceScenario": WRONG_SCENARIOS,
    "addRules": (
        {"name": "idle"},
        {"name": "busy", "respond": {"status": 503}},
        [{"name": "new", "respond": {"status": 503}}, {"name": "new", "respond": {"status": 503}}],
        [{"name": "new", "respond": {"status": 503}}, {"name": "other", "respond": {"status": 1}}],
        {"name": "new", "respond": {"status": 503}, "ttl": "0s"},
    ),
    "setClock": ({"set": "yesterday"}, {"set": "1969-01-01T00:00:00Z"}, {"advance": "999999999h"}),
    "setListener": (
        {"open": True, "ttl": "5s"},
        {"open": False, "ttl": "0s"},
        {"open": False, "tls": "expired"},
        {"tls": "expired"},  # there is no TLS
    ),
    "verify": (
        {"tenant": "nobody", "expect": {"count": 1}},
        {"expect": {"none": {"colour": "red"}}},
        {"expect": {}},
        {"since": "yesterday", "expect": {"count": 1}},
    ),
    "wiremockCountRequests": WRONG_PATTERNS,
    "wiremockFindRequests": WRONG_PATTERNS,
    "wiremockRemoveRequests": WRONG_PATTERNS,
    "wiremockNearMissesOfPattern": WRONG_PATTERNS,
    "wiremockNearMissesOfRequest": (),
    "wiremockSetState": ({"state": "nowhere"},),
    "wiremockPostSettings": WRONG_SETTINGS,
    "wiremockPutSettings": WRONG_SETTINGS,
}
"""By operationId, bodies of the shape that the document asks for, and that cannot be meant."""


@dataclass(frozen=True)
class Wrong:
    """One request that must be refused."""

    why: str
    target: str
    body: bytes | None = None
    headers: tuple[str, ...] = ()


def operation(route: Route) -> dict[str, Json]:
    """What the document says of it."""
    found: dict[str, Json] = document()["paths"][route.path][route.method.lower()]
    return found


def example_bodies(route: Route) -> list[Json]:
    """Bodies that the document gives as examples, beside the operation or with the schema."""
    if not route.body:
        return []
    described = operation(route)["requestBody"]["content"]["application/json"]
    found = [each["value"] for each in described.get("examples", {}).values()]
    found += [described["example"]] if "example" in described else []
    name = described["schema"].get("$ref", "").rpartition("/")[2]
    return found + document()["components"]["schemas"].get(name, {}).get("examples", [])


def is_unread(route: Route) -> bool:
    """Whether it is refused whatever its body says."""
    return operation(route)["responses"].keys().isdisjoint({"200", "201"})


def good(route: Route) -> tuple[str, bytes | None]:
    """A target and a body with which nothing is wrong."""
    queried = "&".join(
        f"{each['name']}={each['example']}" for each in parameters(route, "query") if each.get("required")
    )
    bodies = example_bodies(route)
    octets = json.dumps(bodies[0]).encode() if bodies else None
    return path(route) + ("?" + queried if queried else ""), octets


def path(route: Route, **strange: str) -> str:
    """Its path, filled in."""
    return route.path.format_map(KNOWN | strange)


def parameters(route: Route, where: str) -> list[dict[str, Json]]:
    """Its parameters there, whole."""
    whole = document()
    given = [*whole["paths"][route.path].get("parameters", ()), *operation(route).get("parameters", ())]
    shared = whole["components"]["parameters"]
    found = [shared[each["$ref"].rpartition("/")[2]] if "$ref" in each else each for each in given]
    return [each for each in found if each["in"] == where]


def wrong_urls(route: Route) -> Iterator[Wrong]:
    """Strange ids, and parameters that are unknown, there twice, malformed or missing."""
    target, body = good(route)
    joint = "&" if "?" in target else "?"
    for each in parameters(route, "path"):
        for why, text in STRANGE.items():
            yield Wrong(f"{each['name']}: {why}", path(route, **{each["name"]: text}), body)
    for unknown in ("colour=red", "%00=1", "%ed%a0%80=1", "=", "x" * 3000 + "=1"):
        yield Wrong(f"unknown: {unknown[:9]}", target + joint + unknown, body)
    for each in parameters(route, "query"):
        name = "status" if each["name"] == "filter" else each["name"]
        yield Wrong(f"{name} twice", f"{target}{joint}{name}=1&{name}=1", body)
        if each.get("required"):
            yield Wrong(f"{name} missing", path(route), body)
        for text in MALFORMED if _is_strict(each["schema"]) else ():
            yield Wrong(f"{name}={text[:9]}", f"{path(route)}?{name}={text}", body)
        if "maxLength" in each["schema"]:
            too_long = "x" * (each["schema"]["maxLength"] + 1)
            yield Wrong(f"{name} over-long", f"{path(route)}?{name}={too_long}", body)
    for each in parameters(route, "header"):
        for text in ("nonsense", "-1", "9" * 40):
            yield Wrong(f"{each['name']}: {text}", target, body, (f"{each['name']}: {text}",))


def _is_strict(described: dict[str, Json]) -> bool:
    """Whether none of MALFORMED can be meant."""
    plain = described.get("type") == "string" and not described.keys() & {"enum", "format", "pattern"}
    return not plain and described.get("type") != "object"


def wrong_bodies(route: Route) -> Iterator[Wrong]:
    """Bodies that are not what the document says."""
    target, _ = good(route)
    if not route.body:
        for octets in (b"colour", b'{"colour": "red"}', LARGE):
            yield Wrong(f"a body: {octets[:9]!r}", target, octets)
        return
    if route.body_required:
        yield Wrong("no body", target)
    for why, octets in NOT_JSON.items():
        yield Wrong(why, target, octets)
    yield Wrong("large", target, LARGE)
    yield Wrong("broken gzip", target, b"abcd", ("Content-Encoding: gzip",))
    for value in () if is_unread(route) else MEANINGLESS[route.operation_id]:
        yield Wrong(json.dumps(value), target, json.dumps(value).encode())
    wanted = schema(route.body)
    for value in _wrong_values(example_bodies(route)):
        if not wanted.accepts(value):
            yield Wrong(json.dumps(value)[:60], target, json.dumps(value).encode())


def _wrong_values(examples: list[Json]) -> Iterator[Json]:
    yield from WRONG_VALUES
    for example in examples:
        for name in example if isinstance(example, dict) else ():
            yield {each: value for each, value in example.items() if each != name}
            yield from (example | {name: wrong} for wrong in WRONG_VALUES)
        if isinstance(example, dict):
            yield from (example | {name: 1} for name in ("colour", "", "\0", "x" * 5000))


def ask(
    url: str, method: str, target: str, body: bytes | None = None, headers: tuple[str, ...] = ()
) -> Answer:
    """The answer to a request of just these bytes."""
    length = () if body is None else (f"Content-Length: {len(body)}",)
    lines = (f"{method} {target} HTTP/1.1", "Host: localhost", "Connection: close", *length, *headers, "", "")
    with Peer(url) as peer:
        peer.send("\r\n".join(lines).encode("latin-1") + (body or b""))
        return peer.answer()
