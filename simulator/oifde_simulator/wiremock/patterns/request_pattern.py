"""Request patterns: a test of requests, and the distance of a request from passing it.

Rule: distances are computed as WireMock does.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import orjson

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.wiremock.patterns.content_patterns import ContentPattern
from oifde_simulator.wiremock.patterns.errors import Unsupported, WrongPattern
from oifde_simulator.wiremock.patterns.expected_redactor import ExpectedRedactor
from oifde_simulator.wiremock.patterns.logged_request import ABSENT, LoggedRequest, RequestValue, compact_json
from oifde_simulator.wiremock.patterns.parser import PatternParser
from oifde_simulator.wiremock.patterns.url_pattern import URLS, parse_url_pattern

LARGEST = 64 * 1024
"""Bytes of a pattern."""
# WireMock 3, RequestPattern: the weights of URL, method and so on; the other parts count once these fit.
URL, METHOD, HOST, PORT, SCHEME, CLIENT = 10.0, 3.0, 10.0, 10.0, 3.0, 3.0
FIRST = URL + METHOD + HOST + PORT + SCHEME + CLIENT
SECOND = FIRST + 7.0
"""Weights with headers, query, form, cookies, body, multipart and path parameters, each of weight 1."""

Measure = Callable[[ContentPattern, RequestValue], float]


def exact(pattern: ContentPattern, value: RequestValue) -> float:
    """Measure 0 for a value that fits and 1 for any other."""
    return 0.0 if pattern.matches(value) else 1.0


def near(pattern: ContentPattern, value: RequestValue) -> float:
    """Measure the distance of a value from fitting, from 0 to 1."""
    return pattern.distance(value)


@dataclass(frozen=True, slots=True)
class NamedPattern:
    """A pattern of a header or parameter; one of several values must fit."""

    part: Callable[[LoggedRequest, str], list[str]]
    """Gives the values of the header or parameter in a request."""
    name: str
    pattern: ContentPattern

    def measure(self, request: LoggedRequest, measure: Measure) -> float:
        """Measure the nearest value."""
        values = [RequestValue(text) for text in self.part(request, self.name)] or [ABSENT]
        return min(measure(self.pattern, value) for value in values)


def _header(request: LoggedRequest, name: str) -> list[str]:
    return request.headers.getall(name, [])


def _parameter(request: LoggedRequest, name: str) -> list[str]:
    return request.query.get(name, [])


class RequestPattern:
    """A pattern of requests."""

    def __init__(self, given: Mapping[str, Any], redactor: ExpectedRedactor) -> None:
        """Parse `given`, WireMock's JSON. Raises WrongPattern or Unsupported."""
        if len(orjson.dumps(given)) > LARGEST:
            raise WrongPattern("", f"expected a pattern of at most {LARGEST} bytes")
        self.given = given
        self._parser = PatternParser(redactor)
        self._method = _method(given)
        self._url = parse_url_pattern(given, redactor)
        self._named = {
            "headers": [*self._patterns("headers", _header), *self._basic_auth()],
            "queryParameters": self._patterns("queryParameters", _parameter),
        }
        bodies = given.get("bodyPatterns") or []
        self._bodies = self._parser.parse_list(bodies, "/bodyPatterns") if bodies else []
        _refuse_unsupported(given)

    def matches(self, request: LoggedRequest) -> bool:
        """Check that a request fits."""
        return (
            self._method in (None, request.method)
            and self._url.matches(request)
            and all(each.measure(request, exact) == 0 for group in self._named.values() for each in group)
            and all(pattern.matches(request.body) for pattern in self._bodies)
        )

    def distance(self, request: LoggedRequest) -> float:
        """Measure the distance of a request from fitting, from 0 to 1."""
        method = 0.0 if self._method in (None, request.method) else METHOD
        first = method + URL * self._url.distance(request)
        if first:
            return first / FIRST
        groups = [[each.measure(request, near) for each in group] for group in self._named.values()]
        groups.append([pattern.distance(request.body) for pattern in self._bodies])
        return sum(sum(group) / len(group) for group in groups if group) / SECOND

    def _patterns(self, group: str, part: Callable[[LoggedRequest, str], list[str]]) -> list[NamedPattern]:
        given = self._mapping(group)
        return [
            NamedPattern(part, name, self._pattern(each, f"/{group}/{name}")) for name, each in given.items()
        ]

    def _pattern(self, given: Any, pointer: str) -> ContentPattern:
        if isinstance(given, Mapping) and ("hasExactly" in given or "includes" in given):
            raise Unsupported("the journal keeps one value of a header; use equalTo", pointer)
        return self._parser.parse(given, pointer)

    def _basic_auth(self) -> Iterator[NamedPattern]:
        given = self._mapping("basicAuthCredentials")
        if given:
            octets = f"{given.get('username', '')}:{given.get('password', '')}".encode()
            header = {"equalTo": f"Basic {base64.b64encode(octets).decode()}"}
            yield NamedPattern(_header, "Authorization", self._parser.parse(header, "/basicAuthCredentials"))

    def _mapping(self, name: str) -> Mapping[str, Any]:
        given = self.given.get(name) or {}
        if not isinstance(given, Mapping):
            raise WrongPattern(f"/{name}", f"expected an object, found {compact_json(given)[:200]}")
        return given


def _method(given: Mapping[str, Any]) -> str | None:
    """Parse the method; None for any."""
    method = given.get("method")
    if method is not None and not isinstance(method, str):
        raise WrongPattern("/method", f"expected a method, such as POST, found {compact_json(method)[:200]}")
    return None if method in (None, "ANY") else method


def _refuse_unsupported(given: Mapping[str, Any]) -> None:
    for name, wanted in given.items():
        if name in UNSUPPORTED and wanted not in (None, {}, []):
            raise Unsupported(UNSUPPORTED[name], f"/{name}")
        if name not in SUPPORTED and name not in UNSUPPORTED:
            known = ", ".join(sorted(SUPPORTED))
            raise WrongPattern(f"/{name}", f'Unrecognized field "{name[:60]}"; expected one of {known}')


SUPPORTED = {*URLS, "method", "headers", "queryParameters", "bodyPatterns", "basicAuthCredentials"}
UNSUPPORTED: Mapping[str, str] = {
    "urlPathTemplate": "use urlPathPattern",
    "pathParameters": "use urlPathPattern",
    "scheme": "the journal keeps no scheme; the vendor's port has one",
    "host": "use headers with Host",
    "port": "use headers with Host",
    "clientIp": "use the filter client of GET /journal, or match: {client: ...} of a rule",
    "cookies": "cookies are credentials, of which the journal keeps fingerprints; use headers with Cookie",
    "formParameters": "the interface takes JSON; use bodyPatterns",
    "multipartPatterns": "the interface takes JSON; use bodyPatterns",
    "customMatcher": "there are no extensions; use matchesJsonPath",
}
"""Elements of WireMock's patterns that are refused, with the reason or a substitute."""
