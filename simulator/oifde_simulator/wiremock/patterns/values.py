"""A request as patterns see it, from what the journal keeps of it.

The journal keeps fields, not bytes: a JSON body is seen as compact JSON and with one space after
each comma and colon, which is how it is written nearly everywhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import unquote_plus

import orjson
from multidict import CIMultiDict

from oifde_simulator.model.entry import Entry

MISSING: Any = object()
"""The JSON of what is none."""


class Value:
    """One text of a request, and the JSON it stands for."""

    def __init__(self, text: str | None, decoded: Any = MISSING) -> None:
        """`text` is None for what is not there; `decoded` is its JSON where that is known already."""
        self.text = text
        self._decoded = decoded

    @cached_property
    def json(self) -> Any:
        """Decoded; MISSING where it is no JSON."""
        return decoded(self.text) if self._decoded is MISSING and self.text else self._decoded

    @cached_property
    def forms(self) -> tuple[str, ...]:
        """The ways in which it may have been written."""
        if self.text is None:
            return ()
        nested = isinstance(self._decoded, dict | list)
        return (self.text, compact(self._decoded), spaced(self._decoded)) if nested else (self.text,)


ABSENT = Value(None)


class Seen:
    """One request."""

    def __init__(self, method: str, target: str, headers: Iterable[tuple[str, str]], body: Value) -> None:
        self.method = method
        self.url = relative(clean(target))
        self.path, _, self._query = self.url.partition("?")
        self.body = body
        """What was kept of it."""
        self._headers = headers

    @classmethod
    def of(cls, entry: Entry) -> Seen:
        """The request of an entry."""
        asked = entry.request
        fields = asked.document
        body = Value(compact(fields), fields) if fields else Value(asked.body or None)
        return cls(asked.head.method, asked.head.target, asked.head.headers, body)

    @cached_property
    def headers(self) -> CIMultiDict[str]:
        """As they were kept."""
        return CIMultiDict((clean(name), clean(value)) for name, value in self._headers)

    @cached_property
    def query(self) -> Mapping[str, list[str]]:
        """The parameters of its URL; WireMock's `Urls.splitQuery` decodes values, and no names."""
        found: dict[str, list[str]] = {}
        for pair in filter(None, self._query.split("&")):
            name, _, value = pair.partition("=")
            found.setdefault(name, []).append(unquote_plus(value))
        return found


def relative(target: str) -> str:
    """Path and query of a target, also of one in absolute form."""
    if target.startswith("/"):
        return target
    _, slash, rest = target.partition("://")[2].partition("/")
    return slash + rest or target


def clean(text: str) -> str:
    """A text that can be written as UTF-8."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def decoded(text: str) -> Any:
    """The JSON of a text; MISSING where it is none."""
    try:
        return orjson.loads(text)
    except ValueError:
        return MISSING


def compact(value: Any) -> str:
    """JSON without a space."""
    return orjson.dumps(value).decode()


def spaced(value: Any) -> str:
    """JSON with a space after each comma and colon."""
    return json.dumps(value, ensure_ascii=False)
