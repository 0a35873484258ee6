"""Request patterns: which requests are meant, and how far another is from it. Distances are WireMock's."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from oifde_simulator.wiremock.patterns.credentials import Marking
from oifde_simulator.wiremock.patterns.errors import NotDone, WrongPattern
from oifde_simulator.wiremock.patterns.matchers import Test
from oifde_simulator.wiremock.patterns.parser import Maker
from oifde_simulator.wiremock.patterns.urls import URLS, url_test
from oifde_simulator.wiremock.patterns.values import ABSENT, Seen, Value, compact

LARGEST = 64 * 1024
"""Bytes of a pattern."""
# WireMock 3, RequestPattern: what the URL, the method and so on weigh; the rest is looked at once these fit.
URL, METHOD, HOST, PORT, SCHEME, CLIENT = 10.0, 3.0, 10.0, 10.0, 3.0, 3.0
FIRST = URL + METHOD + HOST + PORT + SCHEME + CLIENT
SECOND = FIRST + 7.0
"""With headers, query, form, cookies, body, multipart and path parameters, each of weight 1."""

Measure = Callable[[Test, Value], float]


def exact(test: Test, value: Value) -> float:
    """0 for what fits, 1 for what does not."""
    return 0.0 if test.accepts(value) else 1.0


def near(test: Test, value: Value) -> float:
    """How far it is."""
    return test.distance(value)


@dataclass(frozen=True, slots=True)
class Named:
    """A test of a header or a parameter, each of whose values may fit."""

    part: Callable[[Seen, str], list[str]]
    name: str
    test: Test

    def measure(self, seen: Seen, measure: Measure) -> float:
        """How far the nearest value is."""
        values = [Value(text) for text in self.part(seen, self.name)] or [ABSENT]
        return min(measure(self.test, value) for value in values)


def _header(seen: Seen, name: str) -> list[str]:
    return seen.headers.getall(name, [])


def _parameter(seen: Seen, name: str) -> list[str]:
    return seen.query.get(name, [])


class RequestPattern:
    """Which requests are meant."""

    def __init__(self, given: Mapping[str, Any], marking: Marking) -> None:
        """Raises WrongPattern or NotDone."""
        if len(orjson.dumps(given)) > LARGEST:
            raise WrongPattern("", f"expected a pattern of at most {LARGEST} bytes")
        self.given = given
        self._maker = Maker(marking)
        self._method = _method(given)
        self._url = url_test(given, marking)
        self._named = {
            "headers": [*self._tests("headers", _header), *self._basic_auth()],
            "queryParameters": self._tests("queryParameters", _parameter),
        }
        bodies = given.get("bodyPatterns") or []
        self._bodies = self._maker.tests(bodies, "/bodyPatterns") if bodies else []
        _refuse_the_rest(given)

    def accepts(self, seen: Seen) -> bool:
        """Whether a request is meant."""
        return (
            self._method in (None, seen.method)
            and self._url.accepts(seen)
            and all(each.measure(seen, exact) == 0 for group in self._named.values() for each in group)
            and all(test.accepts(seen.body) for test in self._bodies)
        )

    def distance(self, seen: Seen) -> float:
        """How far a request is from being meant, from 0 to 1."""
        method = 0.0 if self._method in (None, seen.method) else METHOD
        first = method + URL * self._url.distance(seen)
        if first:
            return first / FIRST
        groups = [[each.measure(seen, near) for each in group] for group in self._named.values()]
        groups.append([test.distance(seen.body) for test in self._bodies])
        return sum(sum(group) / len(group) for group in groups if group) / SECOND

    def _tests(self, group: str, part: Callable[[Seen, str], list[str]]) -> list[Named]:
        given = self._mapping(group)
        return [Named(part, name, self._one(test, f"/{group}/{name}")) for name, test in given.items()]

    def _one(self, given: Any, pointer: str) -> Test:
        if isinstance(given, Mapping) and ("hasExactly" in given or "includes" in given):
            raise NotDone(f"{pointer}: the journal keeps one value of a header; use equalTo")
        return self._maker.test(given, pointer)

    def _basic_auth(self) -> Iterator[Named]:
        given = self._mapping("basicAuthCredentials")
        if given:
            octets = f"{given.get('username', '')}:{given.get('password', '')}".encode()
            header = {"equalTo": f"Basic {base64.b64encode(octets).decode()}"}
            yield Named(_header, "Authorization", self._maker.test(header, "/basicAuthCredentials"))

    def _mapping(self, name: str) -> Mapping[str, Any]:
        given = self.given.get(name) or {}
        if not isinstance(given, Mapping):
            raise WrongPattern(f"/{name}", f"expected an object, found {compact(given)[:200]}")
        return given


def _method(given: Mapping[str, Any]) -> str | None:
    """None for any."""
    method = given.get("method")
    if method is not None and not isinstance(method, str):
        raise WrongPattern("/method", f"expected a method, such as POST, found {compact(method)[:200]}")
    return None if method in (None, "ANY") else method


def _refuse_the_rest(given: Mapping[str, Any]) -> None:
    for name, wanted in given.items():
        if name in NOT_DONE and wanted not in (None, {}, []):
            raise NotDone(f"/{name}: {NOT_DONE[name]}")
        if name not in DONE and name not in NOT_DONE:
            known = ", ".join(sorted(DONE))
            raise WrongPattern(f"/{name}", f'Unrecognized field "{name[:60]}"; expected one of {known}')


DONE = {*URLS, "method", "headers", "queryParameters", "bodyPatterns", "basicAuthCredentials"}
NOT_DONE: Mapping[str, str] = {
    "urlPathTemplate": "use urlPathPattern",
    "pathParameters": "use urlPathPattern",
    "scheme": "the journal keeps no scheme; the vendor's port has one",
    "host": "use headers with Host",
    "port": "use headers with Host",
    "clientIp": "the journal keeps no addresses",
    "cookies": "cookies are credentials, of which the journal keeps fingerprints; use headers with Cookie",
    "formParameters": "the interface takes JSON; use bodyPatterns",
    "multipartPatterns": "the interface takes JSON; use bodyPatterns",
    "customMatcher": "there are no extensions; use matchesJsonPath",
}
